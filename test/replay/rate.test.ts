import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RateLimiter, rateFrom, UNLIMITED } from "../../src/replay/rate.ts";
import { FakeClock } from "./run-fakes.ts";

const never = () => new AbortController().signal;

describe("--rate", () => {
  test.each([
    ["50/s", { requests: 50, perMs: 1000, burst: 1 }],
    ["600/m", { requests: 600, perMs: 60_000, burst: 1 }],
    ["1000/h", { requests: 1000, perMs: 3_600_000, burst: 1 }],
    ["0.5/s", { requests: 0.5, perMs: 1000, burst: 1 }],
    ["5000/s", { requests: 5000, perMs: 1000, burst: 100 }],
  ])("takes %s", (text, rate) => {
    expect(rateFrom(text)).toEqual(rate);
  });

  test.each(["50", "0/s", "-1/s", "50/d", "50 /s", "1e3/s", "/s", "50/", "Infinity/s", ""])(
    "does not take %j",
    (text) => {
      expect(rateFrom(text)).toBeUndefined();
    },
  );
});

describe("the limiter", () => {
  test("keeps every window below rate and burst, whatever the load and the stalls", async () => {
    const load = fc.array(
      fc.record({ pauseMs: fc.integer({ min: 0, max: 3000 }), turns: fc.integer({ min: 1, max: 30 }) }),
      {
        minLength: 1,
        maxLength: 12,
      },
    );
    await fc.assert(
      fc.asyncProperty(
        load,
        fc.constantFrom(1, 3, 20),
        fc.constantFrom(7, 40),
        async (bursts, burst, requests) => {
          const clock = new FakeClock();
          const limiter = new RateLimiter({ requests, perMs: 1000, burst }, clock);
          const times: number[] = [];
          const run = async () => {
            const turns: Promise<unknown>[] = [];
            for (const { pauseMs, turns: count } of bursts) {
              await clock.wait(pauseMs);
              for (let k = 0; k < count; k++)
                turns.push(limiter.turn(never()).then(() => times.push(clock.now())));
            }
            await Promise.all(turns);
          };
          await clock.until(run());
          for (let first = 0; first < times.length; first++) {
            for (const windowMs of [100, 1000, 5000]) {
              const inWindow = times.filter(
                (at) => at >= times[first]! && at < times[first]! + windowMs,
              ).length;
              expect(inWindow).toBeLessThanOrEqual((requests * windowMs) / 1000 + burst + 1e-6);
            }
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test("serves in the order it was asked, and forgets who gives up", async () => {
    const clock = new FakeClock();
    const limiter = new RateLimiter({ requests: 1, perMs: 1000, burst: 1 }, clock);
    const order: string[] = [];
    const leaving = new AbortController();
    const gone = limiter.turn(leaving.signal).catch(() => order.push("gone"));
    const turns = ["a", "b", "c"].map((name) =>
      limiter.turn(never()).then(() => order.push(`${name} ${clock.now()}`)),
    );
    leaving.abort(new Error("stopped"));
    await clock.until(Promise.all([gone, ...turns]));
    expect(order).toEqual(["gone", "a 1000", "b 2000", "c 3000"]);
  });

  test("makes nobody wait an hour for the first turn of 1/h", async () => {
    const clock = new FakeClock();
    const limiter = new RateLimiter(rateFrom("1/h")!, clock);
    await clock.until(limiter.turn(never()));
    expect(clock.now()).toBe(1000);
    await clock.until(limiter.turn(never()));
    expect(clock.now()).toBe(1000 + 3_600_000);
  });

  test("is not asked by an aborted run", async () => {
    const aborted = AbortSignal.abort(new Error("stopped"));
    const clock = new FakeClock();
    await expect(new RateLimiter(rateFrom("1/s")!, clock).turn(aborted)).rejects.toThrow("stopped");
    await expect(UNLIMITED.turn(aborted)).rejects.toThrow("stopped");
    expect(UNLIMITED.turn(never())).toBeUndefined();
  });
});
