import fc from "fast-check";
import { expect, test } from "vitest";
import { withoutFiles } from "../../../src/report/replay/without-files.ts";

/** The same by a regular expression, which cannot take a long file. */
function oracle(text: string): string {
  return text.replace(
    /[A-Za-z0-9+/_%-]{160,}={0,2}/g,
    (run) => `${run.slice(0, 24)}…(${run.length} characters of Base64)`,
  );
}

test("a file in a text is shown by its beginning and its length", () => {
  const part = fc.oneof(
    fc.integer({ min: 157, max: 163 }).map((length) => "Ab3+/_%-".repeat(21).slice(0, length)),
    fc.constantFrom("=", "==", "===", " ", '"', "é", "\u{1f642}", "word"),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const text = parts.join("");
      expect(withoutFiles(text)).toBe(oracle(text));
    }),
    { numRuns: 500 },
  );
});

test("of any length", () => {
  const file = `${"A".repeat(20_000_000)}==`;
  expect(withoutFiles(`{"pdf":"${file}"}`)).toBe(
    `{"pdf":"${"A".repeat(24)}…(20000002 characters of Base64)"}`,
  );
});
