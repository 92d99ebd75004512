import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeUtf8 } from "../../src/json/text.ts";
import { type Json, setMember } from "../../src/json/value.ts";
import { compileBody, renderBody } from "../../src/template/body.ts";
import { payloadProvider } from "../../src/template/payload.ts";
import { jsonProvider } from "../../src/template/providers.ts";
import { anyText, HOSTILE, names, textOf, unwrap, withText } from "./hostile.ts";

function render(template: string, variables: ReturnType<typeof withText>): string {
  return textOf(unwrap(renderBody(compileBody(template, names(), "application/json"), { variables })));
}

const problemOf = (template: string, text: Json) =>
  renderBody(compileBody(template, names()), { variables: withText(text) });

describe("a value in a JSON template", () => {
  const template =
    '{"a":"$payload.text","b":["<$payload.text>",$payload.text],"c":{"d":"x\\n\\"$payload.text"}}';

  const expected = (text: string) => ({ a: text, b: [`<${text}>`, text], c: { d: `x\n"${text}` } });

  test.each(HOSTILE)("%j comes back from JSON.parse as it was", (text) => {
    expect(JSON.parse(render(template, withText(text)))).toEqual(expected(text));
  });

  test("so does any text", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(JSON.parse(render(template, withText(text)))).toEqual(expected(text));
      }),
      { numRuns: 1000 },
    );
  });

  test("keeps its type in a value position", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const clean = JSON.parse(JSON.stringify(value)) as Json;
        fc.pre(!/\\ud[89a-f]/.test(JSON.stringify(clean)));
        expect(JSON.parse(render('[ $payload.text , {"k" : $payload.text}]', withText(clean)))).toEqual([
          clean,
          { k: clean },
        ]);
      }),
    );
  });

  test("keeps the digits of numbers", () => {
    const payload = '{"id":9223372036854775808,"x":[1.0,-0,1e400],"small":1.000000000000000005}';
    const variables = new Map([["payload", payloadProvider(encodeUtf8(payload))]]);
    expect(
      render('{"id":$payload.id,"id2":"$payload.id","x":$payload.x,"s":$payload.small}', variables),
    ).toBe(
      '{"id":9223372036854775808,"id2":"9223372036854775808","x":[1.0,-0,1e400],"s":1.000000000000000005}',
    );
  });

  test("is spliced as captured where it is the whole payload, without being parsed", () => {
    const captured = encodeUtf8('{ "a" : 1.0,\n "a": "\\u00e9" , "é": [ ] }');
    const body = compileBody('{"id":"$record.index","payload": $payload }', names());
    const provider = { value: () => expect.unreachable("it was parsed"), raw: () => captured };
    const variables = new Map([
      ["payload", provider],
      ["record", jsonProvider({ index: 7 })],
    ]);
    expect(textOf(unwrap(renderBody(body, { variables })))).toBe(
      '{"id":"7","payload": { "a" : 1.0,\n "a": "\\u00e9" , "é": [ ] } }',
    );
    const alone = unwrap(renderBody(compileBody("$payload", names()), { variables }));
    expect(alone).toEqual(captured);
    expect(alone).not.toBe(captured);
  });

  test.each(['1,"admin":true', "{}{}", "{", "", "\ufeff{}", "nul"])(
    "is refused where the whole payload is %j: spliced, it could be anything",
    (captured) => {
      const variables = new Map([["payload", payloadProvider(encodeUtf8(captured))]]);
      const body = compileBody('{"payload":$payload}', names());
      expect(renderBody(body, { variables })).toMatchObject({
        ok: false,
        problem: { code: "missing", reason: expect.stringContaining("this payload is no JSON: ") },
      });
    },
  );

  test("is refused inside a string when it has no obvious spelling there", () => {
    const inString = '{"a":"$payload.text"}';
    expect(problemOf(inString, { b: 1 })).toMatchObject({
      ok: false,
      problem: { code: "wrong-type", name: "payload.text" },
    });
    expect(problemOf(inString, [1])).toMatchObject({ ok: false, problem: { code: "wrong-type" } });
    expect(problemOf(inString, null)).toMatchObject({ ok: false, problem: { code: "missing" } });
    expect(problemOf('{"a":"$payload.none"}', "x")).toMatchObject({
      ok: false,
      problem: { code: "missing", name: "payload.none" },
    });
    expect(problemOf('{"a":$payload.none}', "x")).toMatchObject({ ok: false, problem: { code: "missing" } });
    expect(unwrap(problemOf(inString, false))).toEqual(encodeUtf8('{"a":"false"}'));
  });

  test("is refused where it holds half of a surrogate pair, also deep inside", () => {
    for (const value of ["\ud83d", { a: ["\udead"] }, { "\ud800": 1 }] as Json[]) {
      const variables = new Map([["payload", jsonProvider({ text: value })]]);
      const body = compileBody('{"a":$payload.text}', names());
      expect(renderBody(body, { variables })).toMatchObject({ ok: false, problem: { code: "not-allowed" } });
    }
  });

  test("never reaches into prototypes", () => {
    const own: Record<string, Json> = {};
    setMember(own, "__proto__", "own");
    const variables = new Map([["payload", jsonProvider(own)]]);
    expect(render('{"a":"$payload.__proto__"}', variables)).toBe('{"a":"own"}');
    for (const name of ["constructor", "toString", "__proto__.x", "length"]) {
      expect(problemOf(`{"a":"$payload.${name}"}`, "x")).toMatchObject({
        ok: false,
        problem: { code: "missing" },
      });
    }
    expect(problemOf('{"a":"$payload.text.length"}', "x")).toMatchObject({ ok: false });
  });
});

describe("a default", () => {
  test.each([
    ['{"a":"${payload.no:-none \\"quoted\\"}"}', { a: 'none \\"quoted\\"' }],
    ['{"a":${payload.no:-0}}', { a: 0 }],
    ['{"a":${payload.no:-null}}', { a: null }],
    ['{"a":${payload.no:-[]}}', { a: [] }],
    ['{"a":${payload.no:-unknown}}', { a: "unknown" }],
    ['{"a":${payload.no:-"7"}}', { a: "7" }],
    ['{"a":"${payload.null:-x}","b":${payload.null:-y}}', { a: "x", b: "y" }],
    ['{"a":"${payload.text:-x}"}', { a: "here" }],
    ['{"a":"${payload.empty:-x}"}', { a: "" }],
  ])("of %s stands for what is missing or null", (template, expected) => {
    const variables = new Map([["payload", jsonProvider({ text: "here", empty: "", null: null })]]);
    expect(JSON.parse(render(template, variables))).toEqual(expected);
  });
});

describe("a JSON template", () => {
  test.each([
    ["{$payload.a:1}", 2, "a variable cannot be a key"],
    ['{"a":1,$payload.a}', 8, "a variable cannot be a key"],
    ['{"a$payload.a":1}', 4, "a variable cannot be part of a key"],
    ['{"x":{"$payload.a" : 1}}', 8, "a variable cannot be part of a key"],
    ["[1$payload.a]", 3, "whole value or inside a string"],
    ["[$payload.a.5]", 2, "whole value or inside a string"],
    ["[-$payload.a]", 3, "whole value or inside a string"],
    ["[1e$payload.a]", 4, "whole value or inside a string"],
    ["[$payload.a$payload.b]", 2, "whole value or inside a string"],
    ["[$payload.a $payload.b]", 13, "whole value or inside a string"],
    ['["x"$payload.a]', 5, "whole value or inside a string"],
    ["[tru$payload.a]", 5, "whole value or inside a string"],
    ["$payload.a {}", 12, "no JSON"],
    ['{"a":"\\$payload.a"}', 8, "part of an escape"],
    ['{"a":"\\u00$payload.a"}', 7, "no escape"],
    ['{"a":"x', 8, "it ends before"],
    ['{"a":$payload.a,}', 16, "a comma stands right before"],
    ['{"a":1,"a":$payload.a}', 8, "a key that its object has already"],
    ["{'a':1}", 2, "a key in double quotes"],
    ['{"a":$payload.a}}', 17, "the end of the document"],
  ])("%s is refused in column %d", (template, column, problem) => {
    expect(() => compileBody(template, names(), "application/json")).toThrow(
      expect.objectContaining({ line: 1, column, problem: expect.stringContaining(problem) }),
    );
  });

  test("is checked behind dollar signs and variables at the right place", () => {
    const template = '{\n  "price": "$$5 or $$$payload.a",\n  "b": "${payload.b:-$$}" oops\n}';
    expect(() => compileBody(template, names())).toThrow(expect.objectContaining({ line: 3, column: 27 }));
  });

  test("takes time in proportion to its length", () => {
    const template = `{"a":[${'"$payload.text",'.repeat(20_000)}0]}`;
    const body = compileBody(template, names());
    const value = JSON.parse(textOf(unwrap(renderBody(body, { variables: withText("x") })))) as {
      a: unknown[];
    };
    expect(value.a).toHaveLength(20_001);
    expect(() => compileBody("[".repeat(100_000), names())).toThrow("nested deeper");
    expect(() => compileBody(`{"a":"${"${".repeat(50_000)}"}`, names())).toThrow("expected");
  });

  test.each([
    ["{}", "json"],
    [" [1]", "json"],
    ["$payload", "json"],
    [' "$payload.text" ', "json"],
    ["<a/>", "xml"],
    ["a=1&b=$payload.text", "form"],
    ["Hello $payload.text", "text"],
    ["$payload.text = 1", "text"],
    ["a = $payload.text", "text"],
  ])("without a content type %j is read as %s", (template, syntax) => {
    expect(compileBody(template, names()).syntax).toBe(syntax);
  });

  test.each([
    ["application/json; charset=UTF-8", "json"],
    ["application/vnd.api+json", "json"],
    ["TEXT/PLAIN", "text"],
    ["application/soap+xml", "xml"],
  ])("the content type %s decides: %s", (contentType, syntax) => {
    const template = syntax === "xml" ? "<a/>" : "1";
    expect(compileBody(template, names(), contentType)).toMatchObject({ syntax, contentType });
  });

  test.each([
    "text/html",
    "multipart/form-data",
    "application/x-ndjson",
    "application/xhtml+xml",
    "",
    "application/json; charset=iso-8859-1",
  ])(
    "the content type %j takes no variables: nobody could promise that they stay in their place",
    (contentType) => {
      expect(() => compileBody('{"a":"$payload.text"}', names(), contentType)).toThrow("(line 1, column 7");
      expect(
        textOf(
          unwrap(renderBody(compileBody("as it is $$", names(), contentType), { variables: new Map() })),
        ),
      ).toBe("as it is $");
    },
  );
});
