import { describe, expect, test } from "vitest";
import { encodeUtf8 } from "../../src/json/text.ts";
import { compileBody, renderBody } from "../../src/template/body.ts";
import { noConversationProvider, payloadProvider } from "../../src/template/payload.ts";
import type { Rendered } from "../../src/template/types.ts";
import { names } from "./hostile.ts";

function render(template: string, payload: string | Uint8Array, isJson = false): Rendered<Uint8Array> {
  const bytes = typeof payload === "string" ? encodeUtf8(payload) : payload;
  const variables = new Map([
    ["payload", payloadProvider(bytes, isJson)],
    ["conversation", noConversationProvider(bytes)],
  ]);
  return renderBody(compileBody(template, names()), { variables });
}

function reasonOf(rendered: Rendered<unknown>): string | undefined {
  return rendered.ok ? undefined : rendered.problem.reason;
}

const LONE = '{"a":{"b":"\\ud800"},\n "c":"x"}';
const WHERE =
  "this payload cannot be read: an escape is half of a surrogate pair (its line 1, column 12, /a/b)";

describe("a payload with half of a surrogate pair", () => {
  test.each([
    ["whole", '{"x":$payload}'],
    ["a member with it", '{"x":$payload.a}'],
    ["also where there is a default", '{"x":${payload.a:-1}}'],
  ])("is refused %s, whatever is known of it", (_, template) => {
    expect(reasonOf(render(template, LONE))).toBe(WHERE);
    expect(reasonOf(render(template, LONE, true))).toBe(WHERE);
  });

  test("gives what has none, and says what it lacks itself", () => {
    expect(render('{"x":"$payload.c"}', LONE)).toMatchObject({ ok: true });
    expect(reasonOf(render('{"x":$payload.d}', LONE))).toBe("$payload.d is missing in this payload");
    expect(reasonOf(render('{"x":"$payload.a.b"}', LONE))).toContain("half of a surrogate pair");
  });

  test("a whole pair is none, nor is what only looks like one", () => {
    for (const payload of ['{"a":"\\ud83d\\ude42"}', '{"a":"\\\\ud800"}', '{"a":"\\uD83D\\uDE42\\u00e4"}']) {
      const rendered = render("$payload", payload, true);
      expect(rendered.ok && new TextDecoder().decode(rendered.value)).toBe(payload);
    }
  });
});

describe("what a payload has no value for is told by its cause", () => {
  test.each<[string, string | Uint8Array, string]>([
    [
      "of many levels",
      `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`,
      "it is nested deeper than 500 levels (its line 1, column 505, /a/0/0",
    ],
    [
      "of a million levels",
      `{"a":${"[".repeat(1e6)}${"]".repeat(1e6)}}`,
      "it is nested deeper than 500 levels",
    ],
    [
      "that is text",
      "hello",
      'this payload is no JSON: expected a value, found "hello" (its line 1, column 1)',
    ],
    [
      "that is cut off",
      '{"a":\n1',
      'this payload is no JSON: it ends before "," or "}" (its line 2, column 2',
    ],
    ["that is no UTF-8", Uint8Array.of(0x22, 0xff, 0x22), "this payload is not UTF-8 (its byte 2)"],
  ])("%s", (_, payload, cause) => {
    for (const template of ['{"x":$payload}', '{"x":$payload.a}', '{"x":"$conversation.id"}']) {
      expect(reasonOf(render(template, payload))).toContain(cause);
    }
  });

  test("that is no conversation", () => {
    expect(reasonOf(render('{"x":"$conversation.id"}', '{"a":1}'))).toBe(
      "$conversation.id has no value: this payload is no conversation",
    );
  });
});
