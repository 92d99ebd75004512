import { describe, expect, test } from "vitest";
import { LONGEST_ASKED_MS, stepMs, waitMs } from "../../src/replay/retry.ts";
import { isTooMany, maxFailuresFrom, RunTally } from "../../src/replay/summary.ts";

describe("--max-failures", () => {
  test("takes a number or a share", () => {
    expect(maxFailuresFrom("10")).toEqual({ kind: "number", most: 10 });
    expect(maxFailuresFrom("2.5%")).toEqual({ kind: "share", percent: 2.5 });
  });

  test.each(["0", "0%", "101%", "-1", "1.5", "ten", "", "5 %"])("does not take %j", (text) => {
    expect(maxFailuresFrom(text)).toBeUndefined();
  });

  test("stops at the Nth failure, or when N % of enough messages failed", () => {
    expect(isTooMany({ kind: "number", most: 2 }, { bad: 1, all: 100 })).toBe(false);
    expect(isTooMany({ kind: "number", most: 2 }, { bad: 2, all: 2 })).toBe(true);
    expect(isTooMany({ kind: "share", percent: 10 }, { bad: 19, all: 19 })).toBe(false);
    expect(isTooMany({ kind: "share", percent: 10 }, { bad: 1, all: 20 })).toBe(false);
    expect(isTooMany({ kind: "share", percent: 10 }, { bad: 2, all: 20 })).toBe(true);
    expect(isTooMany({ kind: "share", percent: 100 }, { bad: 20, all: 20 })).toBe(true);
  });
});

test("a tally adds up at every moment", () => {
  const tally = new RunTally();
  for (let n = 0; n < 10; n++) tally.plan();
  tally.before("delivered");
  tally.before("failed");
  tally.outcome("delivered");
  tally.outcome("held");
  tally.outcome("unknown");
  expect(tally.summary(5, undefined)).toMatchObject({
    planned: 10,
    delivered: 2,
    deliveredBefore: 1,
    failed: 1,
    failedBefore: 1,
    unknown: 1,
    held: 1,
    pending: 5,
  });
  expect(tally.judged).toEqual({ bad: 1, all: 2 });
});

describe("the steps between attempts", () => {
  const policy = { retries: 5, baseMs: 100, capMs: 5000, maxElapsedMs: 60_000 };

  test("double up to the cap, however many there are", () => {
    expect([1, 2, 3, 6, 7, 5000].map((n) => stepMs(policy, n))).toEqual([100, 200, 400, 3200, 5000, 5000]);
  });

  test("are waited out by half at least; what is asked for stands in for that half", () => {
    expect(waitMs(policy, 1, 0)).toBe(50);
    expect(waitMs(policy, 1, 0.999)).toBeCloseTo(99.95);
    expect(waitMs(policy, 1, 0.5, 3000)).toBe(3025);
    expect(waitMs(policy, 1, 0.5, 0)).toBe(75);
    expect(waitMs(policy, 1, 0, Number.POSITIVE_INFINITY)).toBe(LONGEST_ASKED_MS);
    expect(waitMs({ ...policy, capMs: 3_600_000 }, 1, 0, 2_000_000)).toBe(2_000_000);
  });
});
