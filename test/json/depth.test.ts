import fc from "fast-check";
import { expect, test } from "vitest";
import { isNestedDeeper } from "../../src/json/depth.ts";

/** What the whole value says. */
function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

test("a text is nested deeper than a limit exactly when its value is", () => {
  const words = fc.constantFrom("[[[", "}{", 'a"b[', "\\", "\\\\{", "é[", "");
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "medium" },
      words,
      fc.integer(),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(words, tie("value"), { maxKeys: 3 }),
    ),
  }));
  fc.assert(
    fc.property(value, fc.nat(6), fc.constantFrom(0, 2), (one, limit, indent) => {
      const text = JSON.stringify(one, null, indent);
      expect(isNestedDeeper(text, limit)).toBe(depthOf(one) > limit);
    }),
    { numRuns: 1000 },
  );
});

test("no depth is too much to tell", () => {
  const deep = "[".repeat(1_000_000) + "]".repeat(1_000_000);
  expect(isNestedDeeper(deep, 500)).toBe(true);
  expect(isNestedDeeper(deep, 1_000_000)).toBe(false);
  expect(isNestedDeeper(`"${"[".repeat(2000)}`, 500)).toBe(false);
});
