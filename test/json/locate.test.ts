import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { locate, locateAll } from "../../src/json/locate.ts";
import { parseJson } from "../../src/json/parse.ts";
import { pointerOf, stepsOf } from "../../src/json/pointer.ts";

describe("locateAll", () => {
  test("finds every value of any document, spelled with any white space", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(4), (value, indent) => {
        const text = ` ${JSON.stringify(value, null, indent)}\n`;
        const expected = new Map(leaves(JSON.parse(text)));
        const found = locateAll(text, expected.keys());
        for (const [pointer, inner] of expected) {
          const span = found.get(pointer);
          expect(span, pointer).toBeDefined();
          expect(JSON.parse(text.slice(span!.start, span!.end))).toEqual(inner);
        }
      }),
    );
  });

  test("gives the key's place, the last one where a key comes twice", () => {
    const text = '{"a":1,"b":{"a~/x":2},"a":3}';
    const found = locateAll(text, ["/a", "/b/a~0~1x", "/nothing"]);
    expect(found.get("/a")).toEqual({ start: 26, end: 27, keyStart: 22, keyEnd: 25 });
    expect(text.slice(found.get("/b/a~0~1x")!.keyStart, found.get("/b/a~0~1x")!.keyEnd)).toBe('"a~/x"');
    expect(found.has("/nothing")).toBe(false);
  });

  test("a pointer that leads nowhere is shown at the nearest ancestor", () => {
    const text = '{"a":{"b":[1]}}';
    expect(locate(text, "/a/b/7/c")).toMatchObject({ start: 10, end: 13 });
    expect(locate(text, "/x")).toMatchObject({ start: 0, end: 15 });
  });
});

test("pointers keep every key, also those with ~ and /", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (path) => {
      expect(stepsOf(pointerOf(path))).toEqual(path);
    }),
  );
});

/** Every pointer of a document with its value. Of duplicate keys JSON.parse has left the last. */
function leaves(value: unknown, path: (string | number)[] = []): [string, unknown][] {
  const own: [string, unknown] = [pointerOf(path), value];
  if (Array.isArray(value)) return [own, ...value.flatMap((item, index) => leaves(item, [...path, index]))];
  if (typeof value !== "object" || value === null) return [own];
  return [own, ...Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]))];
}

test("the test's own walk sees what parseJson reads", () => {
  expect(parseJson('{"a":[1,{"b":null}]}').ok).toBe(true);
  expect(leaves({ a: [1, { b: null }] }).map(([pointer]) => pointer)).toEqual([
    "",
    "/a",
    "/a/0",
    "/a/1",
    "/a/1/b",
  ]);
});
