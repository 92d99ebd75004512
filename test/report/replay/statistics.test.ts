import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Latencies } from "../../../src/report/replay/latency.ts";
import { ReplayStatistics } from "../../../src/report/replay/statistics.ts";
import { type Fate, TimeLine } from "../../../src/report/replay/time-line.ts";
import { duration, perSecond } from "../../../src/report/replay/words.ts";
import { answered, exchange, fault, message, outcome } from "./support.ts";

describe("latencies", () => {
  test("give percentiles that are at most 4.5 % above the true ones, and never below", () => {
    const durations = fc.array(fc.double({ min: 0.07, max: 1e6, noNaN: true }), {
      minLength: 1,
      maxLength: 300,
    });
    fc.assert(
      fc.property(durations, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, fraction) => {
        const latencies = new Latencies();
        for (const value of values) latencies.add(value);
        const sorted = [...values].sort((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil(values.length * fraction)) - 1]!;
        const found = latencies.percentileMs(fraction)!;
        expect(found).toBeGreaterThanOrEqual(exact * 0.9999);
        expect(found).toBeLessThanOrEqual(exact * 1.045);
      }),
    );
  });

  test("lose none in the steps of the histogram, however odd", () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { maxLength: 100 }), (values) => {
        const latencies = new Latencies();
        for (const value of values) latencies.add(value);
        const steps = latencies.steps();
        expect(steps.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
        if (steps.length > 0) expect([steps[0]!.count > 0, steps.at(-1)!.count > 0]).toEqual([true, true]);
      }),
    );
  });

  test("of no answers are none", () => {
    expect([new Latencies().percentileMs(0.5), new Latencies().steps()]).toEqual([undefined, []]);
  });
});

describe("the time line", () => {
  test("keeps every request in at most 120 stretches, however long the run is", () => {
    const fates = fc.constantFrom<Fate>("delivered", "again", "refused", "unanswered");
    const times = fc.oneof(fc.double({ min: 0, max: 1e5 }), fc.double({ min: 0, max: 1e10 }), fc.double());
    fc.assert(
      fc.property(fc.array(fc.tuple(fates, times), { maxLength: 100 }), (requests) => {
        const line = new TimeLine();
        for (const [fate, ms] of requests) line.add(fate, ms);
        expect(line.stretches.length).toBeLessThanOrEqual(120);
        const count = (wanted: Fate) => line.stretches.reduce((sum, { counts }) => sum + counts[wanted], 0);
        for (const fate of ["delivered", "again", "refused", "unanswered"] as const) {
          expect(count(fate)).toBe(requests.filter(([one]) => one === fate).length);
        }
      }),
    );
  });
});

describe("the statistics of a replay", () => {
  test("group what was not delivered by reason, with the first place of each", () => {
    const statistics = new ReplayStatistics();
    const refused = { status: 400, code: "status-400", reason: "the endpoint answered 400" };
    for (const sequence of [4, 7, 9]) statistics.outcome(outcome(sequence, "failed", refused));
    statistics.outcome(outcome(5, "held", { code: "held", reason: "an earlier one failed" }));
    statistics.outcome(outcome(6, "delivered"));
    expect(statistics.reasons()).toEqual([
      {
        state: "failed",
        code: "status-400",
        reason: "the endpoint answered 400",
        count: 3,
        first: { source: "captures/a.jsonl", line: 4, record: 4 },
      },
      {
        state: "held",
        code: "held",
        reason: "an earlier one failed",
        count: 1,
        first: { source: "captures/a.jsonl", line: 5, record: 5 },
      },
    ]);
    expect(statistics.outcomes).toEqual({ delivered: 1, failed: 3, unknown: 0, held: 1, pending: 0 });
  });

  test("stay small when every message fails for another reason", () => {
    const statistics = new ReplayStatistics();
    for (let at = 1; at <= 5000; at++)
      statistics.outcome(outcome(at, "failed", { reason: `reason ${at}`, message: message(at) }));
    const reasons = statistics.reasons();
    expect(reasons.length).toBeLessThan(300);
    expect(reasons.reduce((sum, { count }) => sum + count, 0)).toBe(5000);
  });

  test("count answers and faults apart", () => {
    const statistics = new ReplayStatistics();
    for (const result of [answered(200), answered(503), answered(404), fault("reset")])
      statistics.exchange(exchange(result), 10);
    expect(statistics.latencies.count).toBe(3);
    expect(statistics.timeLine.stretches).toEqual([
      { counts: { delivered: 1, again: 1, refused: 1, unanswered: 1 } },
    ]);
  });
});

test.each([
  [0, "0 ms"],
  [0.44, "0.4 ms"],
  [9.96, "10 ms"],
  [999.6, "1 s"],
  [3210, "3.2 s"],
  [59_951, "1 min 0 s"],
  [250_400, "4 min 10 s"],
  [7_500_000, "2 h 5 min"],
])("%d ms is shown as %s", (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test("a rate below one in a second is told by the minute", () => {
  expect([perSecond(0, 0), perSecond(1, 4000), perSecond(50, 1000), perSecond(5000, 2000)]).toEqual([
    "0/s",
    "15.0/min",
    "50.0/s",
    "2500/s",
  ]);
});
