import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_DEPTH, parseCarefully } from "../../src/json/parse.ts";
import { parseQuickly } from "../../src/json/quick-parse.ts";

/** Asserts that what is parsed quickly is parsed carefully to the same, with nothing to report. @returns Whether it was. */
function isQuick(text: string): boolean {
  const value = parseQuickly(text, MAX_DEPTH);
  if (value === undefined) return false;
  expect(parseCarefully(text)).toEqual({ ok: true, value, duplicateKeys: [] });
  // Also the order of keys.
  expect(JSON.stringify(value)).toBe(JSON.stringify((parseCarefully(text) as { value: unknown }).value));
  return true;
}

describe("what is parsed quickly is parsed carefully to the same", () => {
  test("for any JSON, most of which is", () => {
    let quick = 0;
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: "medium" }), fc.nat(2), (document, indent) => {
        // JSON.stringify prints some numbers as 1e+21, which is no other spelling than a double's own.
        if (isQuick(JSON.stringify(document, null, indent))) quick++;
      }),
      { numRuns: 500 },
    );
    expect(quick).toBeGreaterThan(400);
  });

  test("for texts put together of pieces, sound or not", () => {
    const piece = fc.constantFrom(
      ...[
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        " ",
        "\n",
        '"a"',
        '"b":',
        '"a":1',
        '"\\u0061":',
        '"__proto__":{}',
        '"',
        "\\",
        "\\u",
        "é",
      ],
      ...[
        "0",
        "-",
        "1",
        "12",
        "-0",
        "01",
        "1.0",
        "1.5",
        "1e5",
        "1E400",
        "9007199254740993",
        "123456789012345",
        "1234567890123456",
      ],
      ...[
        "true",
        "null",
        "nul",
        "+",
        ".",
        '"\\ud83d\\ude00"',
        '"\\uDBFF\\uDC00x\\uD800\\uDFFF"',
        '"\\ud83d\\ud83d\\ude00"',
        '"\\ud83d\\u0041"',
        '"\\ud83dx"',
        '"\\ud8g0\\ude00"',
        '"\\ud83d"',
        '"\\uD7FF"',
        '"\\ude00"',
        '"\\\\ud83d"',
        "\u0001",
      ],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
        for (const text of [
          pieces.join(""),
          `[${pieces.join(",")}]`,
          `{"x":[${pieces.join(",")}],${pieces.join(",")}}`,
        ]) {
          isQuick(text);
        }
      }),
      { numRuns: 5000 },
    );
  });

  test.each([
    ['{"a":1,"a":2}', "a key that comes twice"],
    ['{"a":1,"\\u0061":2}', "a key that comes twice, spelled otherwise"],
    ["[9007199254740993]", "a number that a double does not hold"],
    ["[1.0]", "a number that is printed otherwise"],
    ["[-0]", "a zero with a sign"],
    ['["\\ud83d"]', "half a surrogate pair"],
    ["[1,]", "a trailing comma"],
    ["", "nothing"],
    [`${"[".repeat(MAX_DEPTH + 1)}${"]".repeat(MAX_DEPTH + 1)}`, "too deep nesting"],
  ])("%s is left to the careful parser: %s", (text) => {
    expect(parseQuickly(text, MAX_DEPTH)).toBeUndefined();
  });

  test("nesting as deep as it may be, and keys of any kind", () => {
    expect(isQuick(`${"[".repeat(MAX_DEPTH)}${"]".repeat(MAX_DEPTH)}`)).toBe(true);
    expect(isQuick('["\\ud83d\\ude00","\\uDBFF\\uDFFF\\u00e9"]')).toBe(true);
    expect(isQuick('{"__proto__":{"a":1},"constructor":[{}],"2":0,"1":{"__proto__":null},"":""}')).toBe(true);
  });
});
