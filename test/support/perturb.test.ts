import { describe, expect, test } from "vitest";
import type { FieldRule } from "../../src/formats/types.ts";
import { ExactNumber } from "../../src/json/value.ts";
import {
  bind,
  changedPointers,
  changedValues,
  claimsOf,
  disagreements,
  fill,
  leaves,
  observedMoves,
  perturbations,
  withLeaf,
} from "./perturb.ts";

const row = (wire: string, model: string, more: Partial<FieldRule> = {}): FieldRule => ({
  wire,
  model,
  how: "carried",
  known: "inferred",
  ...more,
});

describe("leaves and changes", () => {
  test("leaves are the scalars, with escaped pointers; empty containers have none", () => {
    expect(leaves({ "a/b": [1, { c: null }], d: {}, e: [], "~": new ExactNumber("1.0") })).toEqual([
      ["/a~1b/0", 1],
      ["/a~1b/1/c", null],
      ["/~0", new ExactNumber("1.0")],
    ]);
    expect(leaves("text")).toEqual([["", "text"]]);
  });

  test("a changed leaf leaves the rest and the original as they were", () => {
    const before = JSON.parse('{"a":[1,2],"__proto__":{"b":3}}');
    const after = withLeaf(before, "/__proto__/b", 4);
    expect(JSON.stringify(after)).toBe('{"a":[1,2],"__proto__":{"b":4}}');
    expect(JSON.stringify(before)).toBe('{"a":[1,2],"__proto__":{"b":3}}');
    expect(() => withLeaf(before, "/c", 1)).toThrow("no such leaf");
  });

  test("differences are leaves that changed, came or went", () => {
    const after = { a: 2, c: { d: 1 }, n: new ExactNumber("1.0") };
    expect([...changedPointers({ a: 1, b: 1, n: new ExactNumber("1.0") }, after)]).toEqual([
      "/a",
      "/b",
      "/c/d",
    ]);
  });

  test("another value is of the same type", () => {
    expect(changedValues(true)).toEqual([false]);
    expect(changedValues(7)).toEqual([8]);
    expect(changedValues(null)).toEqual([]);
    expect(changedValues("a b")).toEqual(["a b x"]);
    expect(changedValues(new ExactNumber("9007199254740993"))).toEqual([new ExactNumber("8007199254740993")]);
    expect(changedValues(1714558800000)).toEqual([1714558860000, 1714558740000]);
    expect(changedValues("2024-05-01T10:00:00.1239Z")).toEqual([
      "2024-05-01T10:01:00.1239Z",
      "2024-05-01T09:59:00.1239Z",
    ]);
  });

  test("changes that break the shape, and leaves that have no other, are left out", () => {
    const options = {
      alternatives: new Map([["/items/*/kind", ["a", "b"]]]),
      isValid: (document: { max: number }) => document.max < 2,
    };
    const document = { max: 1, items: [{ kind: "a", note: null }] };
    expect(perturbations(document, options)).toEqual([
      { pointer: "/items/0/kind", value: "a", documents: [{ max: 1, items: [{ kind: "b", note: null }] }] },
    ]);
  });
});

describe("patterns", () => {
  test.each([
    ["/a/*/b", "/a/12/b", ["12"]],
    ["/a/*/b", "/a/x/b", undefined],
    ["/a/*/b", "/a/1", undefined],
    ["/a/*/b", "/a/1/b/c", undefined],
    ["/a/**", "/a/1/b~1c", ["/1/b~1c"]],
    ["/a/**", "/b/1", undefined],
    ["", "", []],
  ])("%s on %s binds %j", (pattern, pointer, bound) => {
    expect(bind(pattern, pointer)).toEqual(bound);
  });

  test("what is bound fills the other side; what is not stays", () => {
    expect(fill("/x/*/y", ["3"])).toBe("/x/3/y");
    expect(fill("/x/**", ["/1/b~1c"])).toBe("/x/1/b~1c");
    expect(fill("/x/*/id", [])).toBe("/x/*/id");
  });
});

describe("claims", () => {
  const rules = [
    row("/a", "/x"),
    row("/a", "/list/*/id", { how: "derived" }),
    row("/b", "/x", { on: "write" }),
    row("/c", "/y", { conditional: true }),
  ];

  test("unconditional rows of the direction hold, conditional ones where an edge says so", () => {
    expect(claimsOf(rules, [], "read", "/a")).toEqual({ carried: ["/x"], derived: ["/list/*/id"] });
    expect(claimsOf(rules, [], "read", "/b")).toEqual({ carried: [], derived: [] });
    expect(claimsOf(rules, [], "write", "/x")).toEqual({ carried: ["/a", "/b"], derived: [] });
    expect(claimsOf(rules, [], "read", "/c")).toEqual({ carried: [], derived: [] });
    expect(claimsOf(rules, [{ from: "/c", to: "/y" }], "read", "/c")).toEqual({
      carried: ["/y"],
      derived: [],
    });
  });

  test("an edge that no row announces is an error", () => {
    expect(() => claimsOf(rules, [{ from: "/c", to: "/z" }], "read", "/c")).toThrow(
      "no row for the edge /c -> /z",
    );
  });

  test("a table that says too little or too much is found out", () => {
    const run = ({ a }: { a: number; b: number }) => ({ x: a, y: a });
    const document = { a: 1, b: 1 };
    const [a, b] = perturbations(document);
    const claims = { carried: ["/x"], derived: [] };
    expect(disagreements("/a", claims, observedMoves(document, a!, run))).toEqual([
      "/a moves /y, which the table does not say",
    ]);
    expect(disagreements("/b", claims, observedMoves(document, b!, run))).toEqual([
      "/b does not move /x, though the table says so",
    ]);
    expect(
      disagreements("/a", { carried: ["/x"], derived: ["/y", "/z"] }, observedMoves(document, a!, run)),
    ).toEqual([]);
  });
});
