import { setMaxListeners } from "node:events";
import fc from "fast-check";
import { expect, test } from "vitest";
import { RateLimiter } from "../../src/replay/rate.ts";
import { WireLimit } from "../../src/replay/wire-limit.ts";
import { FakeClock } from "./run-fakes.ts";

const never = new AbortController().signal;
setMaxListeners(0, never);

/** Senders that take a turn, open a connection, and write; when they write. */
async function written(setup: {
  readonly openingsMs: readonly number[];
  readonly senders: number;
  readonly requests: number;
  readonly burst: number;
}): Promise<{ readonly times: number[]; readonly endMs: number }> {
  const { openingsMs, senders, requests, burst } = setup;
  const clock = new FakeClock();
  const rate = { requests, perMs: 1000, burst };
  const limiter = new RateLimiter(rate, clock);
  const wire = new WireLimit(rate, clock);
  const times: number[] = [];
  const left = [...openingsMs];
  const sender = async () => {
    for (let opening = left.shift(); opening !== undefined; opening = left.shift()) {
      await limiter.turn(never);
      if (opening > 0) await clock.wait(opening);
      for (let delayMs = wire.leave(); delayMs > 0; delayMs = wire.leave()) await clock.wait(delayMs);
      times.push(clock.now());
    }
  };
  await clock.until(Promise.all(Array.from({ length: senders }, sender)));
  return { times, endMs: clock.now() };
}

test("every window holds rate and burst, however long connections take to open", async () => {
  await fc.assert(
    fc.asyncProperty(
      // About half of the requests go over a connection that is open.
      fc.array(
        fc.integer({ min: -2000, max: 2000 }).map((ms) => Math.max(0, ms)),
        { minLength: 1, maxLength: 60 },
      ),
      fc.constantFrom(1, 3, 20),
      fc.constantFrom(7, 40),
      fc.integer({ min: 1, max: 20 }),
      async (openingsMs, burst, requests, senders) => {
        const { times } = await written({ openingsMs, senders, requests, burst });
        expect(times).toHaveLength(openingsMs.length);
        for (const windowMs of [100, 1000, 5000]) {
          for (const start of times) {
            const inWindow = times.filter((at) => at >= start && at < start + windowMs).length;
            // Those of the last 20 ms may come with the first of the next.
            expect(inWindow).toBeLessThanOrEqual((requests * (windowMs + 20)) / 1000 + burst + 1e-6);
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});

test.each([0, 30, 150, 700])(
  "no time is lost where all connections take as long to open (%i ms)",
  async (openingMs) => {
    const openingsMs = Array<number>(200).fill(openingMs);
    const { endMs } = await written({ openingsMs, senders: 20, requests: 20, burst: 1 });
    expect(endMs).toBeLessThanOrEqual(10_000 + openingMs + 50);
  },
);
