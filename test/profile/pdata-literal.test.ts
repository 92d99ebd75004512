import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringifyJson } from "../../src/json/stringify.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { parsePdataLiteral } from "../../src/profile/pdata-literal.ts";

function value(text: string): JsonObject {
  const result = parsePdataLiteral(text);
  if (!result.ok) throw new Error(`${result.fault.problem} at ${result.fault.at}`);
  return result.value;
}

function fault(text: string) {
  const result = parsePdataLiteral(text);
  if (result.ok) throw new Error("no fault found");
  return result.fault;
}

describe("jtel's spelling of pdata", () => {
  test("reads the vendor's own example", () => {
    expect(value("{name:'John Doe', email:'john.doe@example.com'}")).toEqual({
      name: "John Doe",
      email: "john.doe@example.com",
    });
  });

  test("reads what else a literal may hold", () => {
    expect(
      value(String.raw`  { "a b": "x\n\u00e9\x41\u{1F600}\'", n: -1.5, big: 9007199254740993, t: true, f: false,
        none: null, list: [1, 'two', [],], inner: {größe: 'L', $x_1: '' ,}, 'q': "it's" } `),
    ).toMatchObject({
      "a b": "x\né\u0041😀'",
      n: -1.5,
      t: true,
      f: false,
      none: null,
      list: [1, "two", []],
      inner: { größe: "L", $x_1: "" },
      q: "it's",
    });
    expect(stringifyJson(value("{id: 9007199254740993, one: 1.0}"))).toBe(
      '{"id":9007199254740993,"one":1.0}',
    );
  });

  test.each([
    ["{a: process.exit(1)}", 4],
    ["{a: new Date()}", 4],
    ["{a: `${x}`}", 4],
    ["{a: function(){}}", 4],
    ["{get a() { return 1 }}", 5],
    ["{a: 1 + 1}", 6],
    ["{a: 007}", 5],
    ["{a: 1_000}", 5],
    ["{...b}", 1],
    ["{[x]: 1}", 1],
    ["{a: 'open}", 4],
    ["{a: 'x', a: 'y'}", 9],
    ["{a: 1} b", 7],
    ["{a 1}", 3],
    ["{a: 1; b: 2}", 5],
    ["{a:", 3],
    ["[1]", 0],
    ["", 0],
    ["{a: '\\u12'}", 5],
    ["{a: '\\01'}", 5],
  ])("refuses %s where it is wrong", (text, at) => {
    expect(fault(text).at).toBe(at);
  });

  test("keeps __proto__ and its like as plain data", () => {
    const read = value("{__proto__: {polluted: 1}, constructor: 'c', toString: 's'}");
    expect(Object.keys(read)).toEqual(["__proto__", "constructor", "toString"]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test("refuses nesting without end, quickly", () => {
    expect(fault(`{a: ${"[".repeat(100_000)}`).problem).toContain("deeper");
  });

  test("reads every object that JSON can spell, as it is", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue({ maxDepth: 4 })), (object) => {
        const text = JSON.stringify(object);
        expect(JSON.parse(stringifyJson(value(text)))).toEqual(JSON.parse(text));
      }),
      { numRuns: 300 },
    );
  });

  test("never throws, whatever text it is shown", () => {
    const pieces = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ":",
      ",",
      "'",
      '"',
      "\\",
      "a",
      "1",
      "\n",
      "null",
      "u",
      "$",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const text = parts.join("");
        const result = parsePdataLiteral(text);
        if (!result.ok) expect(result.fault.at).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 500 },
    );
  });
});
