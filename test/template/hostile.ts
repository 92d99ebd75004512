import fc from "fast-check";
import { stringifyJson } from "../../src/json/stringify.ts";
import { encodeUtf8 } from "../../src/json/text.ts";
import type { Json } from "../../src/json/value.ts";
import { type KnownNames, knownNames } from "../../src/template/known-names.ts";
import { payloadProvider } from "../../src/template/payload.ts";
import type { Rendered, Variables } from "../../src/template/types.ts";
import { anyCharacter } from "../support/any-character.ts";

/** Chat text that breaks things when it is pasted where it should be placed. */
export const HOSTILE: readonly string[] = [
  'he said "hi"',
  "it's",
  "line\nbreak",
  "carriage\r\nreturn",
  "lone\rreturn",
  "tab\there",
  "back\\slash \\n \\u0041 \\",
  '","admin":true,"x":"',
  '"}],"admin":[{"x":"',
  "</text><admin>true</admin><text>",
  '" onload="alert(1)',
  "' or '1'='1",
  "<script>alert(1)</script>",
  "]]>",
  "]]",
  "<![CDATA[x]]>",
  "<!-- comment -->",
  "<?php x ?>",
  '<!DOCTYPE x [<!ENTITY a "b">]>',
  "&amp; &lt; &#65; &bogus;",
  "a&b=c",
  "a=b&admin=1",
  "100 % sure + 5%20 %zz %",
  "{{token}} ${HOME} %s $payload.text ${payload.text} $$ $",
  "{{constructor.constructor('return process')()}}",
  "__proto__",
  "constructor",
  "../../etc/passwd",
  "..\\..\\windows",
  "%2e%2e%2f",
  "..%2f",
  "//evil.example/x",
  "\\\\evil.example",
  "@evil.example",
  ":8080@evil",
  "https://evil.example/",
  "?a=b",
  "#fragment",
  ";params",
  "x\r\nX-Injected: 1",
  "x\nSet-Cookie: a=b",
  "x\r\n\r\nGET /admin HTTP/1.1",
  "nul\u0000byte",
  "\u0001\u001b[2J\u007f\u009b",
  "\u010a\u010d",
  "\u2028\u2029\u0085",
  "\ufeffmark",
  "\ufffe\uffff",
  "Grüße 漢字 🙂👩‍👩‍👧 e\u0301",
  "  blanks  ",
  "\u00a0",
  "",
  ".",
  "..",
  "a".repeat(10_000),
  "null",
  "true",
  "0",
];

/** Any well-formed text, with a bent towards what is special somewhere. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 40 }),
  fc
    .array(fc.constantFrom(...'"\\<>&]=+%$#?/.:;@{}\r\n\t \u0000é🙂xn', "]]>", "..", "%2e", "${x}"), {
      maxLength: 12,
    })
    .map((parts) => parts.join("")),
  fc.constantFrom(...HOSTILE),
);

/** A payload's value at `$payload.text`, as if it had been captured. */
export function withText(text: Json): Variables {
  return new Map([["payload", payloadProvider(encodeUtf8(stringifyJson({ text })))]]);
}

export function names(options: KnownNames = {}) {
  return knownNames({ vars: ["shop"], env: ["TOKEN"], ...options });
}

/** The value of a rendering, or its problem as an exception. */
export function unwrap<T>(rendered: Rendered<T>): T {
  if (rendered.ok) return rendered.value;
  throw new Error(rendered.problem.reason);
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}
