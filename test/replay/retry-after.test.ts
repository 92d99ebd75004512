import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { httpDateMs, retryAfterMs } from "../../src/replay/retry-after.ts";

const NOW = Date.UTC(2026, 0, 31, 8, 0, 0);
const asked = (...values: string[]) =>
  retryAfterMs(
    values.map((value) => ["Retry-After", value] as const),
    NOW,
  );

describe("Retry-After", () => {
  test.each([
    ["2", 2000],
    [" 2\t", 2000],
    ["0", 0],
    ["120", 120_000],
    ["3000", 3_000_000],
    ["007", 7000],
    ["2147484", 2_147_484_000],
    ["99999999999", 99_999_999_999_000],
  ])("of %j seconds", (value, ms) => {
    expect(asked(value)).toBe(ms);
  });

  test.each([
    "1.5",
    "-1",
    "-5",
    "+3",
    "abc",
    "",
    " ",
    "1e3",
    "0x10",
    "2 s",
    "2,3",
    "Infinity",
    "NaN",
    "١٢",
    "2026-01-31T08:00:03Z",
    "Sat, 31 Jan 2026 08:00:03 +0000",
    "Sat, 32 Jan 2026 08:00:03 GMT",
    "Sat, 31 Feb 2026 08:00:03 GMT",
    "Sat, 31 Jan 2026 24:00:00 GMT",
    "sat, 31 jan 2026 08:00:03 gmt",
  ])("of %j says nothing", (value) => {
    expect(asked(value)).toBeUndefined();
  });

  test.each([
    "Sat, 31 Jan 2026 08:00:03 GMT",
    "Saturday, 31-Jan-26 08:00:03 GMT",
    "Sat Jan 31 08:00:03 2026",
  ])("as the date %s", (value) => {
    expect(asked(value)).toBe(3000);
  });

  test("of a past date is now", () => {
    expect(asked("Sun, 06 Nov 1994 08:49:37 GMT")).toBe(0);
    expect(asked("Sunday, 06-Nov-94 08:49:37 GMT")).toBe(0);
    expect(asked("Sun Nov  6 08:49:37 1994")).toBe(0);
  });

  test("of the year 9999 and of more digits than a number holds is very long", () => {
    expect(asked("Fri, 31 Dec 9999 23:59:59 GMT")).toBeGreaterThan(200_000_000_000_000);
    expect(asked("9".repeat(400))).toBe(Number.POSITIVE_INFINITY);
  });

  test("given twice asks for the longest that can be understood", () => {
    expect(asked("2", "5", "soon")).toBe(5000);
    expect(asked("soon", "later")).toBeUndefined();
  });

  test("is found whatever the case of its name, and missing without one", () => {
    expect(retryAfterMs([["retry-AFTER", "1"]], NOW)).toBe(1000);
    expect(retryAfterMs([["x-retry-after", "1"]], NOW)).toBeUndefined();
  });
});

test("every moment survives being written as an HTTP date", () => {
  const seconds = fc.integer({ min: Date.UTC(1970, 0) / 1000, max: Date.UTC(9999, 11, 31) / 1000 });
  fc.assert(
    fc.property(seconds, (second) => {
      expect(httpDateMs(new Date(second * 1000).toUTCString(), NOW)).toBe(second * 1000);
    }),
  );
});

test("two digits of a year mean the nearest one that is not over 50 years ahead", () => {
  expect(new Date(httpDateMs("Saturday, 31-Jan-76 00:00:00 GMT", NOW)!).getUTCFullYear()).toBe(2076);
  expect(new Date(httpDateMs("Saturday, 31-Jan-77 00:00:00 GMT", NOW)!).getUTCFullYear()).toBe(1977);
});

test("no text makes it throw or give a negative or undefined number", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const ms = asked(text);
      expect(ms === undefined || ms >= 0).toBe(true);
    }),
  );
});
