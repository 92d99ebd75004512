import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "../../src/json/parse.ts";
import { stringifyJson } from "../../src/json/stringify.ts";
import { ExactNumber } from "../../src/json/value.ts";

function read(text: string) {
  const result = parseJson(text);
  if (!result.ok) throw new Error(`${result.problem.code} at ${result.problem.offset}`);
  return result.value;
}

function problemOf(text: string) {
  const result = parseJson(text);
  if (result.ok) throw new Error("it was accepted");
  const { code, offset, pointer } = result.problem;
  return { code, offset, pointer };
}

/** What JSON.parse says, with undefined for a refusal. */
function reference(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

describe("parseJson beside JSON.parse", () => {
  test("reads every JSON text as JSON.parse does, and writes it as JSON.stringify does", () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ noUnicodeString: false, depthSize: "medium" }),
        fc.nat(3),
        (document, indent) => {
          const text = JSON.stringify(document, null, indent);
          expect(stringifyJson(read(text), indent)).toBe(text);
        },
      ),
    );
  });

  test("accepts and refuses mutated texts as JSON.parse does, but for what chatx refuses on top", () => {
    const accepted = { both: 0, neither: 0 };
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(...'{}[],:"\\ntfu019.-+eE \u0000\u001f\u00e9')), {
          minLength: 1,
          maxLength: 3,
        }),
        (value, edits) => {
          let text = JSON.stringify(value);
          for (const [place, unit] of edits) {
            const at = place % (text.length + 1);
            text = text.slice(0, at) + unit + text.slice(at + (place % 2));
          }
          const theirs = reference(text);
          const ours = parseJson(text);
          if (!ours.ok && ["json/lone-surrogate", "json/too-deep"].includes(ours.problem.code)) return;
          expect(ours.ok).toBe(theirs !== undefined);
          accepted[ours.ok ? "both" : "neither"]++;
          if (!ours.ok) expect(ours.problem.offset).toBeLessThanOrEqual(text.length);
        },
      ),
      { numRuns: 2000 },
    );
    expect(accepted.both).toBeGreaterThan(50);
    expect(accepted.neither).toBeGreaterThan(50);
  });
});

describe("numbers", () => {
  test.each([
    "9007199254740993",
    "9223372036854775808",
    "1.000000000000000005",
    "1.0",
    "-0",
    "-0.0",
    "1e400",
    "1E5",
    "0.10",
  ])("%s keeps its digits", (text) => {
    const value = read(text);
    expect(value).toBeInstanceOf(ExactNumber);
    expect(stringifyJson(value)).toBe(text);
  });

  test.each(["0", "1427470439703", "139.99", "-7", "50.9333000183105"])("%s is a plain number", (text) => {
    expect(read(text)).toBe(Number(text));
  });

  test("infinity is never written", () => {
    expect(() => stringifyJson(Number.POSITIVE_INFINITY)).toThrow(TypeError);
  });
});

describe("keys", () => {
  test("__proto__ and friends are plain data", () => {
    const text = '{"__proto__":{"polluted":true},"constructor":1,"toString":2,"hasOwnProperty":3}';
    const value = read(text);
    expect(stringifyJson(value)).toBe(text);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  test("a key that comes twice is found at its later place, however it is spelled", () => {
    const result = parseJson('{"a":{"text":1,"\\u0074ext":2},"b":[{"x":0},{"x":1,"x":2}]}');
    expect(result).toMatchObject({
      ok: true,
      value: { a: { text: 2 }, b: [{ x: 0 }, { x: 2 }] },
      duplicateKeys: [
        { key: "text", pointer: "/a/text", offset: 15 },
        { key: "x", pointer: "/b/1/x" },
      ],
    });
  });
});

describe("refusals name the place", () => {
  test.each([
    ['{"a":1,}', "json/trailing-comma", 6, ""],
    ['{"a":{"b":[1,2,]}}', "json/trailing-comma", 14, "/a/b"],
    ['{"a" 1}', "json/syntax", 5, "/a"],
    ["{'a':1}", "json/syntax", 1, ""],
    ['{"a":tru}', "json/syntax", 5, "/a"],
    ['{"a":01}', "json/syntax", 5, "/a"],
    ['{"a":1.}', "json/syntax", 5, "/a"],
    ['{"a":NaN}', "json/syntax", 5, "/a"],
    ['{"a":1} x', "json/syntax", 8, ""],
    ["", "json/unexpected-end", 0, ""],
    ['{"a":"b', "json/unexpected-end", 7, "/a"],
    ['{"a":[1', "json/unexpected-end", 7, "/a"],
    ['{"a":"\\x"}', "json/bad-escape", 6, "/a"],
    ['{"a":"\\u12g4"}', "json/bad-escape", 6, "/a"],
    ['{"a":"x\ny"}', "json/control-character", 7, "/a"],
    ['{"a":"\\ud800"}', "json/lone-surrogate", 6, "/a"],
    ['{"a":"\\ude00\\ud83d"}', "json/lone-surrogate", 6, "/a"],
    ['{"a":"\\ud83d\\u0041"}', "json/lone-surrogate", 6, "/a"],
    ['{"\\udead":1}', "json/lone-surrogate", 2, ""],
    ["\ufeff{}", "json/syntax", 0, ""],
  ])("%j: %s at %i", (text, code, offset, pointer) => {
    expect(problemOf(text)).toEqual({ code, offset, pointer });
  });

  test("a surrogate pair is a character", () => {
    expect(read('"\\ud83d\\ude00"')).toBe("😀");
  });

  test("500 levels are read and written, 501 are not", () => {
    const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
    expect(stringifyJson(read(deep(500)))).toBe(deep(500));
    expect(problemOf(deep(501)).code).toBe("json/too-deep");
    expect(problemOf("[".repeat(1_000_000)).code).toBe("json/too-deep");
    expect(problemOf('{"a":'.repeat(100_000)).code).toBe("json/too-deep");
  });
});
