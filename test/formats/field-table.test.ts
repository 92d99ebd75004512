import { expect, test } from "vitest";
import { fill } from "../../src/formats/field-table.ts";

test.each([
  ["/id", [], [], "/id"],
  ["", [], ["x"], ""],
  ["/messages/*/text", ["3"], [], "/messages/3/text"],
  ["/a/*/b/*", ["1", "2"], [], "/a/1/b/2"],
  ["/a/*/b/*", ["1"], [], "/a/1/b/*"],
  ["/*", [], [], "/*"],
  ["/custom/**", [], [], "/custom"],
  ["/custom/**", [], ["a~1b", "*"], "/custom/a~1b/*"],
  ["/list/*/custom/**", ["7"], ["x", "y"], "/list/7/custom/x/y"],
  // A customer's own key may begin with a star.
  ["/custom/*a/b*", ["7"], [], "/custom/*a/b*"],
  ["/custom/**a/*", ["7"], ["x"], "/custom/**a/7"],
] as const)("%j filled with %j and %j is %j", (pattern, indexes, rest, filled) => {
  expect(fill(pattern, indexes, rest)).toBe(filled);
});
