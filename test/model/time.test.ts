import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compareInstants,
  type Instant,
  instantFromMs,
  instantInZone,
  msOf,
  parseTime,
  timeZone,
} from "../../src/model/time.ts";

function instant(text: string): Instant {
  const time = parseTime(text);
  if (time?.kind !== "instant") throw new Error(`${text} is no instant`);
  return time.instant;
}

function inZone(text: string, zone: string) {
  const time = parseTime(text);
  if (time?.kind !== "local") throw new Error(`${text} is no local time`);
  return instantInZone(time.wall, timeZone(zone));
}

const YEAR_0 = -62167219200000;
const YEAR_9999 = 253402300799999;

describe("instants", () => {
  test("milliseconds come back from every time between the years 0 and 9999", () => {
    fc.assert(
      fc.property(fc.integer({ min: YEAR_0, max: YEAR_9999 }), (ms) => {
        const text = instantFromMs(ms)!;
        expect(msOf(text)).toBe(ms);
        expect(instant(text)).toBe(text);
      }),
    );
  });

  test.each([YEAR_0 - 1, YEAR_9999 + 1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])("%d is none", (ms) => {
    expect(instantFromMs(ms)).toBeUndefined();
  });

  test("are ordered as their milliseconds are", () => {
    const ms = fc.integer({ min: YEAR_0, max: YEAR_9999 });
    fc.assert(
      fc.property(ms, ms, (a, b) => {
        expect(Math.sign(compareInstants(instantFromMs(a)!, instantFromMs(b)!))).toBe(Math.sign(a - b));
      }),
    );
  });

  test.each([
    ["2024-02-22T15:48:43.574Z", "2024-02-22T15:48:43.574Z"],
    ["2024-02-22T15:48:43.500Z", "2024-02-22T15:48:43.5Z"],
    ["2024-02-22T15:48:40.000Z", "2024-02-22T15:48:40Z"],
    ["2024-02-22T15:48:43.5741230Z", "2024-02-22T15:48:43.574123Z"],
    ["2024-02-22T17:48:43+02:00", "2024-02-22T15:48:43Z"],
    ["2024-02-22T17:48:43+0200", "2024-02-22T15:48:43Z"],
    ["2024-02-22 15:48Z", "2024-02-22T15:48:00Z"],
    ["2024-02-29t00:00:00z", "2024-02-29T00:00:00Z"],
  ])("%s is written %s", (text, written) => {
    expect(instant(text)).toBe(written);
  });

  test.each([
    "",
    "120",
    "2024-02-30T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "2024-13-01T00:00:00Z",
    "2024-02-22T24:00:00Z",
    "2024-02-22T15:48:60Z",
    "2024-02-22",
    "22.02.2024 15:48",
    "2024-02-22T15:48:43+25:00",
    "0000-01-01T00:00:00+01:00",
    "2024-02-22T15:48:43Z ",
  ])("%j is no time", (text) => {
    expect(parseTime(text)).toBeUndefined();
  });

  test("are read the same whether the shortest way or by the pattern", () => {
    const digits = (count: number) => fc.stringMatching(new RegExp(`^[0-9]{${count}}$`));
    const small = fc.integer({ min: 0, max: 65 }).map((value) => String(value).padStart(2, "0"));
    const fraction = fc.oneof(fc.constant(""), fc.stringMatching(/^\.[0-9]{0,20}$/));
    const parts = fc.tuple(digits(4), small, small, small, small, small, fraction);
    fc.assert(
      fc.property(parts, ([year, month, day, hour, minute, second, rest]) => {
        const text = `${year}-${month}-${day}T${hour}:${minute}:${second}${rest}`;
        // Only the pattern knows a small z.
        expect(parseTime(`${text}Z`)).toEqual(parseTime(`${text}z`));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("local times", () => {
  test.each([
    ["2014-12-29 11:23:24", "UTC", "2014-12-29T11:23:24Z"],
    ["2014-12-29 11:23:24", "Europe/Berlin", "2014-12-29T10:23:24Z"],
    ["2014-06-29 11:23:24", "Europe/Berlin", "2014-06-29T09:23:24Z"],
    ["2014-06-29 11:23:24.25", "Asia/Kolkata", "2014-06-29T05:53:24.25Z"],
    // Local mean time, and the calendar is the proleptic Gregorian one, as in all of ISO 8601.
    ["1500-03-05 00:00:00", "Europe/Berlin", "1500-03-04T23:06:32Z"],
    ["1582-10-10 12:00:00", "Europe/Berlin", "1582-10-10T11:06:32Z"],
    ["1582-10-15 00:00:00", "Europe/Berlin", "1582-10-14T23:06:32Z"],
    ["1583-01-01 00:00:00", "Europe/Berlin", "1582-12-31T23:06:32Z"],
    ["1599-12-31 23:59:59", "America/New_York", "1600-01-01T04:56:01Z"],
    ["0001-01-01 00:00:00", "Asia/Kolkata", "0000-12-31T18:06:32Z"],
    ["1890-01-01 00:00:00", "Europe/Berlin", "1889-12-31T23:06:32Z"],
  ])("%s in %s is %s", (text, zone, written) => {
    expect(inZone(text, zone)).toEqual({ instant: written, skipped: false });
  });

  test("of the two moments when clocks go back the earlier is taken", () => {
    expect(inZone("2024-10-27 02:30:00", "Europe/Berlin")).toEqual({
      instant: "2024-10-27T00:30:00Z",
      skipped: false,
    });
  });

  test("a time that clocks skip is moved past the gap", () => {
    expect(inZone("2024-03-31 02:30:00", "Europe/Berlin")).toEqual({
      instant: "2024-03-31T01:30:00Z",
      skipped: true,
    });
  });

  test("an unknown zone is refused", () => {
    expect(() => timeZone("Europe/Atlantis")).toThrow(RangeError);
  });
});
