import { describe, expect, test } from "vitest";
import { RateLimiter, rateFrom } from "../../src/replay/rate.ts";
import type { PlannedMessage } from "../../src/replay/types.ts";
import type { SendResult } from "../../src/transport/types.ts";
import {
  answer,
  FakeClock,
  fault,
  message,
  messages,
  mostPerWindow,
  replay,
  type Sent,
  sum,
} from "./run-fakes.ts";

const RETRY = { retries: 6, baseMs: 50, capMs: 800, maxElapsedMs: 3_600_000 };

function shuffled<T>(items: T[], clock: FakeClock): T[] {
  for (let k = items.length - 1; k > 0; k--) {
    const other = Math.floor(clock.random() * (k + 1));
    [items[k], items[other]] = [items[other]!, items[k]!];
  }
  return items;
}

/** 200 conversations of 20 messages, mixed, but each in its own order. */
function mixedConversations(clock: FakeClock, conversations = 200, size = 20): PlannedMessage[] {
  const keys = shuffled(
    Array.from({ length: conversations * size }, (_, n) => n % conversations),
    clock,
  );
  const next = new Map<number, number>();
  return keys.map((key) => {
    const n = (next.get(key) ?? 0) + 1;
    next.set(key, n);
    return message(`${key}/${n}`, { orderKey: `c${key}` });
  });
}

/** No message is sent before every earlier one of its conversation has ended. */
function expectOrder(sent: readonly Sent[], ends: readonly { name: string; at: number }[]): void {
  const lastStart = new Map<string, number>();
  for (const { name } of sent) {
    const [key, number] = name.split("/") as [string, string];
    const n = Number(number);
    expect(n).toBeGreaterThanOrEqual(lastStart.get(key) ?? 1);
    lastStart.set(key, n);
  }
  const lastEnd = new Map<string, number>();
  for (const { name, at } of ends) lastEnd.set(name, at);
  for (const { name, at, attempt } of sent) {
    const [key, number] = name.split("/") as [string, string];
    if (attempt > 1 || number === "1") continue;
    const before = lastEnd.get(`${key}/${Number(number) - 1}`);
    expect(before).toBeLessThanOrEqual(at);
  }
}

describe("order by conversation", () => {
  test.each([1, 2, 3])("is never violated by random faults and delays (seed %i)", async (seed) => {
    const clock = new FakeClock(seed);
    const faults: (() => SendResult)[] = [
      () => answer(503),
      () => fault("unknown"),
      () => answer(429),
      () => answer(409),
    ];
    const { transport, summary } = await replay(
      mixedConversations(clock),
      ({ attempt }) => ({
        result:
          attempt < 6 && clock.random() < 0.25 ? faults[Math.floor(clock.random() * 4)]!() : answer(200),
        latencyMs: Math.floor(clock.random() * 50),
      }),
      { clock, options: { concurrency: 32, retry: RETRY } },
    );
    expect(summary).toMatchObject({ planned: 4000, delivered: 4000 });
    expect(transport.mostOpen).toBeGreaterThan(16);
    expect(transport.mostOpen).toBeLessThanOrEqual(32);
    expectOrder(transport.sent, transport.ends);
  });

  test.each([4, 5])("also holds when messages fail for good: the rest is held (seed %i)", async (seed) => {
    const clock = new FakeClock(seed);
    const { transport, summary, journal } = await replay(
      mixedConversations(clock, 100, 20),
      () => {
        const dice = clock.random();
        const result =
          dice < 0.02 ? answer(422) : dice < 0.2 ? answer(500) : dice < 0.25 ? fault("unknown") : answer(200);
        return { result, latencyMs: Math.floor(clock.random() * 20) };
      },
      { clock, options: { concurrency: 32, retry: { ...RETRY, retries: 2 } } },
    );
    expectOrder(transport.sent, transport.ends);
    expect(sum(summary)).toBe(2000);
    expect(summary.pending).toBe(0);
    const states = journal.states();
    const stuck = new Set<string>();
    for (let key = 0; key < 100; key++) {
      for (let n = 1; n <= 20; n++) {
        const state = states[`${key}/${n}`];
        expect(state === "held").toBe(stuck.has(String(key)));
        if (state === "failed" || state === "unknown") stuck.add(String(key));
      }
    }
    expect(stuck.size).toBeGreaterThan(5);
  });

  test("of 50 conversations whose third message fails twice", async () => {
    const list = Array.from({ length: 250 }, (_, n) =>
      message(`${n % 50}/${Math.floor(n / 50) + 1}`, { orderKey: `k${n % 50}` }),
    );
    const { transport, summary } = await replay(
      list,
      ({ name, attempt }) => answer(name.endsWith("/3") && attempt <= 2 ? 503 : 200),
      { options: { retry: RETRY } },
    );
    expect(summary).toMatchObject({ delivered: 250, attempts: 350 });
    expectOrder(transport.sent, transport.ends);
  });

  test("messages of one key never overlap; those without a key do", async () => {
    const one = await replay(messages(20, { orderKey: "k" }), () => answer(200));
    expect(one.transport.mostOpen).toBe(1);
    expect(one.transport.names()).toEqual(Array.from({ length: 20 }, (_, n) => `m${n + 1}`));
    const none = await replay(messages(20), () => answer(200));
    expect(none.transport.mostOpen).toBe(8);
  });
});

describe("--speed", () => {
  const at = (name: string, minutes: number) =>
    message(name, { sentAtMs: Date.UTC(2026, 0, 1) + minutes * 60_000 });

  test("sends with the gaps of the payloads' own times, divided", async () => {
    const { transport } = await replay([at("a", 0), at("b", 1), at("c", 11)], () => answer(200), {
      options: { speed: { factor: 10, maxGapMs: 3_600_000 } },
    });
    expect(transport.sent.map(({ name, at: ms }) => [name, ms])).toEqual([
      ["a", 0],
      ["b", 6000],
      ["c", 66_000],
    ]);
  });

  test("shortens long gaps, does not wait twice for the same time, and not for what has none", async () => {
    const list = [at("a", 0), at("b", 600), message("x"), at("c", 300), at("d", 601)];
    const { transport } = await replay(list, () => answer(200), {
      options: { speed: { factor: 1, maxGapMs: 120_000 } },
    });
    expect(Object.fromEntries(transport.sent.map(({ name, at: ms }) => [name, ms]))).toEqual({
      a: 0,
      b: 120_000,
      x: 120_000,
      c: 120_000,
      d: 180_000,
    });
  });

  test("waits for nothing that an earlier run delivered", async () => {
    const { FakeJournal } = await import("./run-fakes.ts");
    const journal = new FakeJournal();
    journal.finals.set("a", "delivered").set("b", "delivered");
    const { transport } = await replay(
      [at("a", 0), at("b", 50), at("c", 100), at("d", 101)],
      () => answer(200),
      {
        journal,
        options: { speed: { factor: 1, maxGapMs: 3_600_000 * 10 } },
      },
    );
    expect(transport.sent.map(({ at: ms }) => ms)).toEqual([50 * 60_000, 51 * 60_000]);
  });
});

describe("--rate", () => {
  test("holds over a run and its resume", async () => {
    const clock = new FakeClock();
    const rate = rateFrom("10/s")!;
    const times: number[] = [];
    for (const part of [1, 2, 3]) {
      const list = Array.from({ length: 23 }, (_, n) => message(`p${part}-${n}`));
      const { transport } = await replay(list, () => answer(200), {
        clock,
        pace: new RateLimiter(rate, clock),
      });
      times.push(...transport.sent.map(({ at }) => at));
    }
    expect(times).toHaveLength(69);
    expect(mostPerWindow(times)).toBeLessThanOrEqual(10 + rate.burst);
  });

  test("is no reason to go on waiting after a stop", async () => {
    const clock = new FakeClock();
    const { summary } = await replay(messages(10), () => answer(200), {
      clock,
      pace: new RateLimiter(rateFrom("1/h")!, clock),
      onStart: (runner) => {
        void clock.wait(5000).then(() => runner.stop({ code: "interrupted", reason: "stopped" }));
      },
    });
    expect(clock.now()).toBe(5000);
    expect(summary).toMatchObject({ delivered: 1, pending: 9 });
  });
});
