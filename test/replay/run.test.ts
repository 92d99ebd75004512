import { describe, expect, test } from "vitest";
import { expectationFrom } from "../../src/replay/expect.ts";
import { LONGEST_ASKED_MS } from "../../src/replay/retry.ts";
import { Runner } from "../../src/replay/run.ts";
import type { PlannedMessage } from "../../src/replay/types.ts";
import type { SendResult } from "../../src/transport/types.ts";
import {
  answer,
  FakeClock,
  FakeJournal,
  FakeTransport,
  fault,
  message,
  messages,
  replay,
  sum,
} from "./run-fakes.ts";

const RETRY = { retries: 3, baseMs: 100, capMs: 1000, maxElapsedMs: 3_600_000 };

describe("an answer", () => {
  test.each([200, 201, 202, 204, 299])("of %i delivers", async (status) => {
    const { summary, transport } = await replay([message("a")], () => answer(status));
    expect(summary).toMatchObject({ planned: 1, delivered: 1, attempts: 1 });
    expect(summary.statuses).toEqual(new Map([[status, 1]]));
    expect(transport.sent).toHaveLength(1);
  });

  test.each([103, 300, 304, 400, 403, 404, 405, 413, 415, 418, 422, 451, 501, 505, 599, 999])(
    "of %i fails at once",
    async (status) => {
      const { summary, journal } = await replay([message("a")], () => answer(status));
      expect(summary).toMatchObject({ failed: 1, attempts: 1 });
      expect(journal.outcomes[0]).toMatchObject({ state: "failed", code: `status-${status}`, status });
    },
  );

  test.each([301, 302, 303, 307, 308])(
    "of %i is not followed, and its target host is told",
    async (status) => {
      const { journal, transport } = await replay([message("a")], () =>
        answer(status, [["Location", "https://user:pw@evil.example/take?token=abc"]]),
      );
      expect(transport.sent).toHaveLength(1);
      expect(journal.outcomes[0]!.reason).toBe(
        `the endpoint answered ${status}, a redirect to evil.example; redirects are not followed`,
      );
    },
  );

  test.each([408, 409, 425, 429, 500, 502, 503, 504])(
    "of %i is tried again until one delivers",
    async (status) => {
      const { summary, journal } = await replay(
        [message("a")],
        ({ attempt }) => answer(attempt < 3 ? status : 200),
        {
          options: { retry: RETRY },
        },
      );
      expect(summary).toMatchObject({ delivered: 1, attempts: 3 });
      expect(journal.outcomes).toEqual([
        expect.objectContaining({ state: "delivered", attempts: 3, status: 200 }),
      ]);
      expect(journal.outcomes[0]).not.toHaveProperty("code");
    },
  );

  test("that is 2xx but not the expected one fails", async () => {
    const expectations = [expectationFrom("/ok=true")!];
    const { journal } = await replay(
      messages(2),
      ({ name }) => answer(200, [], name === "m1" ? '{"ok":true}' : '{"ok":false}'),
      { options: { expectations } },
    );
    expect(journal.states()).toEqual({ m1: "delivered", m2: "failed" });
    expect(journal.outcomes.at(-1)).toMatchObject({ code: "unexpected-answer", status: 200 });
  });
});

describe("a message that never gets through", () => {
  test("fails when its attempts are used up, and is sent no more", async () => {
    const { summary, journal, transport } = await replay([message("a")], () => answer(503), {
      options: { retry: RETRY },
    });
    expect(transport.sent).toHaveLength(4);
    expect(summary).toMatchObject({ failed: 1, attempts: 4 });
    expect(journal.outcomes).toEqual([
      expect.objectContaining({ state: "failed", attempts: 4, code: "status-503", status: 503 }),
    ]);
  });

  test("fails when the next wait would end after --max-elapsed", async () => {
    const retry = { retries: 1000, baseMs: 1000, capMs: 1000, maxElapsedMs: 5000 };
    const { transport, clock, summary } = await replay([message("a")], () => answer(503), {
      options: { retry },
    });
    expect(summary.failed).toBe(1);
    expect(clock.now()).toBeLessThanOrEqual(5000);
    expect(transport.sent.length).toBeGreaterThan(4);
    expect(transport.sent.length).toBeLessThan(12);
  });

  test("is unknown, not failed, when an attempt may have been taken", async () => {
    const script = ({ attempt }: { attempt: number }) =>
      attempt === 2 ? fault("unknown", "reset") : answer(503);
    const { summary, journal } = await replay([message("a")], script, { options: { retry: RETRY } });
    expect(summary).toMatchObject({ unknown: 1, failed: 0 });
    expect(summary.faults).toEqual(new Map([["reset", 1]]));
    expect(journal.outcomes[0]).toMatchObject({ state: "unknown", attempts: 4 });
  });

  test("is failed when the endpoint refuses it for good after all", async () => {
    const script = ({ attempt }: { attempt: number }) => (attempt === 1 ? fault("unknown") : answer(422));
    const { journal } = await replay([message("a")], script, { options: { retry: RETRY } });
    expect(journal.outcomes[0]).toMatchObject({ state: "failed", code: "status-422", attempts: 2 });
  });

  test("is unknown at once when no attempt can bring an answer that is understood", async () => {
    const { journal, summary } = await replay([message("a")], () =>
      fault("unknown", "malformed-answer", true),
    );
    expect(journal.outcomes[0]).toMatchObject({ state: "unknown", attempts: 1, code: "malformed-answer" });
    expect(summary.stopped).toBeUndefined();
  });

  test("fails at once when it cannot be written as HTTP, and does not stop the run", async () => {
    const { summary, journal } = await replay(messages(3), ({ name }) =>
      name === "m2" ? fault("not-sent", "invalid-request", true) : answer(200),
    );
    expect(summary).toMatchObject({ delivered: 2, failed: 1 });
    expect(summary.stopped).toBeUndefined();
    expect(journal.outcomes.find(({ state }) => state === "failed")).toMatchObject({
      code: "invalid-request",
    });
  });

  test("is not sent at all when a template has no value for it", async () => {
    const broken = message("a", { request: () => ({ ok: false, reason: "$payload.id is missing" }) });
    const { transport, journal, summary } = await replay([broken, message("b")], () => answer(200));
    expect(transport.names()).toEqual(["b"]);
    expect(journal.outcomes.find(({ state }) => state === "failed")).toMatchObject({
      code: "template",
      reason: "$payload.id is missing",
      attempts: 0,
    });
    expect(summary).toMatchObject({ delivered: 1, failed: 1 });
  });
});

describe("the waits between attempts", () => {
  async function gaps(script: Parameters<typeof replay>[1], retry = { ...RETRY, retries: 5 }, count = 100) {
    const { transport, summary } = await replay(messages(count), script, {
      options: { retry, concurrency: count, windowMessages: count },
    });
    expect(summary.delivered).toBe(count);
    return Array.from({ length: count }, (_, index) => {
      const times = transport.attemptsOf(`m${index + 1}`).map(({ at }) => at);
      return times.slice(1).map((at, n) => at - times[n]! - 1);
    });
  }

  test("grow, are capped, are spread, and are never under half of the step", async () => {
    const retry = { retries: 6, baseMs: 100, capMs: 1000, maxElapsedMs: 3_600_000 };
    const all = await gaps(({ attempt }) => answer(attempt <= 6 ? 429 : 200), retry);
    [100, 200, 400, 800, 1000, 1000].forEach((step, n) => {
      const waits = all.map((one) => one[n]!);
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(step / 2);
      expect(Math.max(...waits)).toBeLessThanOrEqual(step + 1);
      expect(new Set(waits.map(Math.round)).size).toBeGreaterThan(25);
    });
  });

  test("are as long as Retry-After asks, and no shorter than our own half step", async () => {
    const asked = (value: string) => (sent: { attempt: number }) =>
      answer(sent.attempt === 1 ? 429 : 200, [["retry-after", value]]);
    const [two] = await gaps(asked("2"), RETRY, 1);
    expect(two![0]).toBeGreaterThanOrEqual(2000);
    expect(two![0]).toBeLessThanOrEqual(2100);
    const [zero] = await gaps(asked("0"), RETRY, 1);
    expect(zero![0]).toBeGreaterThanOrEqual(50);
    const [past] = await gaps(asked("Sun, 06 Nov 1994 08:49:37 GMT"), RETRY, 1);
    expect(past![0]).toBeGreaterThanOrEqual(50);
    const [nonsense] = await gaps(asked("soon"), RETRY, 1);
    expect(nonsense![0]).toBeLessThanOrEqual(101);
  });

  test.each(["2147484", "99999999999", "9".repeat(400), "Fri, 31 Dec 9999 23:59:59 GMT"])(
    "are capped, and no hot loop, for Retry-After: %s",
    async (value) => {
      const [[wait]] = (await gaps(
        ({ attempt }) => answer(attempt === 1 ? 503 : 200, [["Retry-After", value]]),
        RETRY,
        1,
      )) as [[number]];
      expect(wait).toBeGreaterThanOrEqual(LONGEST_ASKED_MS);
      expect(wait).toBeLessThanOrEqual(LONGEST_ASKED_MS + 100);
    },
  );

  test("do not depend on the wall clock", async () => {
    const clock = new FakeClock();
    const { transport } = await replay(
      [message("a")],
      ({ attempt }) => {
        clock.setWall(attempt % 2 === 0 ? 3_600_000 : -3_600_000);
        return answer(attempt <= 3 ? 503 : 200);
      },
      { clock, options: { retry: RETRY } },
    );
    const times = transport.sent.map(({ at }) => at);
    expect(times).toHaveLength(4);
    expect(times.at(-1)).toBeLessThanOrEqual(100 + 200 + 400 + 10);
    expect(times.at(-1)).toBeGreaterThanOrEqual(50 + 100 + 200);
  });

  test("leave the slot to other messages", async () => {
    const { transport } = await replay(
      messages(3),
      ({ name, attempt }) => answer(name === "m1" && attempt === 1 ? 503 : 200, [["retry-after", "60"]]),
      { options: { concurrency: 1 } },
    );
    expect(transport.names()).toEqual(["m1", "m2", "m3", "m1"]);
  });
});

describe("a kept connection that the endpoint has just closed", () => {
  const stale = (): SendResult =>
    ({ ...fault("unknown", "stale-connection"), isStaleConnection: true }) as SendResult;

  test("costs no attempt and no wait, and does not count against the endpoint", async () => {
    const { summary, clock } = await replay(
      messages(100),
      ({ attempt }) => (attempt <= 3 ? stale() : answer(200)),
      {
        options: { retry: { ...RETRY, retries: 0 }, concurrency: 4 },
      },
    );
    expect(summary).toMatchObject({ delivered: 100, attempts: 400 });
    expect(clock.now()).toBe(100);
  });

  test("that never ends is an endpoint without answers", async () => {
    const { summary, transport } = await replay([message("a")], stale, { options: { retry: RETRY } });
    expect(transport.sent.length).toBeLessThan(40);
    expect(summary).toMatchObject({ unknown: 1, delivered: 0 });
  });
});

describe("the slots", () => {
  test("are never more than --concurrency", async () => {
    const { transport, summary } = await replay(
      messages(200),
      ({ attempt }) => ({ result: answer(attempt === 1 ? 503 : 200), latencyMs: 7 }),
      { options: { concurrency: 4, retry: RETRY } },
    );
    expect(transport.mostOpen).toBe(4);
    expect(summary).toMatchObject({ delivered: 200, attempts: 400 });
  });

  test("are not free before the journal has the outcome", async () => {
    const clock = new FakeClock();
    const journal = new FakeJournal(clock);
    const undecided: number[] = [];
    await replay(
      messages(50),
      () => {
        undecided.push(started++ - journal.outcomes.length);
        return answer(200);
      },
      { clock, journal, options: { concurrency: 3 } },
    );
    expect(Math.max(...undecided)).toBeLessThan(3);
  });
  let started = 0;
});

describe("on failure", () => {
  const conversation = [1, 2, 3, 4].map((n) => message(`c${n}`, { orderKey: "c" }));
  const script = ({ name }: { name: string }) => answer(name === "c2" ? 422 : 200);

  test("the rest of the conversation is held and told, others go on", async () => {
    const { summary, journal, transport } = await replay(
      [...conversation, message("d1", { orderKey: "d" })],
      script,
    );
    expect(journal.states()).toEqual({
      c1: "delivered",
      c2: "failed",
      c3: "held",
      c4: "held",
      d1: "delivered",
    });
    expect(transport.names().sort()).toEqual(["c1", "c2", "d1"]);
    expect(summary).toMatchObject({ planned: 5, delivered: 2, failed: 1, held: 2 });
  });

  test("continue sends the rest, in order", async () => {
    const { transport } = await replay(conversation, script, { options: { onFailure: "continue" } });
    expect(transport.names()).toEqual(["c1", "c2", "c3", "c4"]);
  });

  test("an unknown message holds the rest too", async () => {
    const { journal } = await replay(conversation, ({ name }) =>
      name === "c2" ? fault("unknown", "malformed-answer", true) : answer(200),
    );
    expect(journal.states()).toEqual({ c1: "delivered", c2: "unknown", c3: "held", c4: "held" });
  });

  test("--max-failures stops the run; the rest is pending", async () => {
    const { summary, transport } = await replay(messages(100), () => answer(422), {
      options: { concurrency: 1, maxFailures: { kind: "number", most: 3 } },
    });
    expect(transport.sent).toHaveLength(3);
    expect(summary).toMatchObject({
      planned: 100,
      failed: 3,
      pending: 97,
      stopped: { code: "max-failures" },
    });
  });

  test("--max-failures as a share looks at enough messages first", async () => {
    const failing =
      (share: number) =>
      ({ name }: { name: string }) =>
        answer(Number(name.slice(1)) % 100 < share ? 422 : 200);
    const options = { concurrency: 1, maxFailures: { kind: "share", percent: 10 } } as const;
    const few = await replay(messages(500), failing(10), {
      options: { ...options, maxFailures: { kind: "share", percent: 50 } },
    });
    expect(few.summary).toMatchObject({ failed: 50, delivered: 450 });
    const many = await replay(messages(500), failing(30), { options });
    expect(many.summary.stopped?.code).toBe("max-failures");
    expect(many.transport.sent).toHaveLength(20);
  });
});

describe("an earlier run", () => {
  test("has delivered what is not sent again", async () => {
    const journal = new FakeJournal();
    journal.finals.set("m1", "delivered");
    journal.finals.set("m2", "failed");
    const { summary, transport } = await replay(messages(4), () => answer(200), { journal });
    expect(transport.names()).toEqual(["m3", "m4"]);
    expect(summary).toMatchObject({
      planned: 4,
      delivered: 3,
      deliveredBefore: 1,
      failed: 1,
      failedBefore: 1,
      attempts: 2,
    });
  });

  test("that was finished leaves nothing to send", async () => {
    const journal = new FakeJournal();
    await replay(messages(50), () => answer(200), { journal });
    const { summary, transport } = await replay(messages(50), () => answer(200), { journal });
    expect(transport.sent).toEqual([]);
    expect(summary).toMatchObject({ planned: 50, delivered: 50, deliveredBefore: 50, attempts: 0 });
  });

  test("does not count for --max-failures", async () => {
    const journal = new FakeJournal();
    for (const { identity } of messages(30)) journal.finals.set(identity, "failed");
    const { summary } = await replay(messages(60), () => answer(200), {
      journal,
      options: { maxFailures: { kind: "number", most: 1 } },
    });
    expect(summary).toMatchObject({ failed: 30, delivered: 30 });
    expect(summary.stopped).toBeUndefined();
  });
});

describe("the window", () => {
  test("is bounded in messages: submit waits", async () => {
    let made = 0;
    const clock = new FakeClock();
    let most = 0;
    const journal = new FakeJournal();
    const list = (function* () {
      for (; made < 5000; ) {
        made++;
        most = Math.max(most, made - journal.outcomes.length);
        yield message(`m${made}`);
      }
    })();
    const { summary } = await replay(list as unknown as never[], () => answer(200), {
      clock,
      journal,
      options: { concurrency: 2, windowMessages: 20 },
    });
    expect(summary.delivered).toBe(5000);
    expect(most).toBeLessThanOrEqual(21);
  });

  test("is bounded in bytes, but takes one message of any size", async () => {
    let open = 0;
    let most = 0;
    const list = messages(50, { sizeBytes: 1000 });
    const { summary, transport } = await replay(list, () => answer(200), {
      options: { concurrency: 50, windowBytes: 2500 },
      onOutcome: () => {
        open--;
      },
      onExchange: () => {
        most = Math.max(most, ++open);
        return undefined;
      },
    });
    expect(summary.delivered).toBe(50);
    expect(transport.mostOpen).toBe(3);
    const huge = await replay(messages(3, { sizeBytes: 1e9 }), () => answer(200), {
      options: { windowBytes: 10 },
    });
    expect(huge.summary.delivered).toBe(3);
    expect(huge.transport.mostOpen).toBe(1);
  });
});

describe("an observer", () => {
  test("sees every exchange as sent, in the order they end, and every outcome", async () => {
    const exchanges: string[] = [];
    const outcomes: string[] = [];
    const { transport } = await replay(
      messages(20),
      ({ attempt, name }) => ({
        result: answer(attempt === 1 ? 503 : 200),
        latencyMs: 30 - Number(name.slice(1)),
      }),
      {
        options: { retry: RETRY },
        onExchange: async ({ message: { identity }, attempt }) => {
          exchanges.push(`${identity} ${attempt}`);
        },
        onOutcome: ({ message: { identity }, state }) => outcomes.push(`${identity} ${state}`),
      },
    );
    expect(exchanges.map((one) => one.split(" ")[0])).toEqual(transport.ends.map(({ name }) => name));
    expect(exchanges).toHaveLength(40);
    expect(outcomes).toHaveLength(20);
  });

  test("that fails ends the run", async () => {
    const onExchange = async () => {
      throw new Error("EIO");
    };
    await expect(replay(messages(50), () => answer(200), { onExchange })).rejects.toThrow("EIO");
  });

  test.each(["onExchange", "onOutcome"] as const)(
    "that fails (%s) costs no outcome: what was under way is answered and journaled",
    async (which) => {
      const clock = new FakeClock();
      const journal = new FakeJournal();
      const transport = new FakeTransport(clock, ({ name }) => ({
        result: answer(200),
        latencyMs: name === "m3" ? 1 : 50,
      }));
      const observe = async ({ message: { identity } }: { readonly message: PlannedMessage }) => {
        if (identity === "m3") throw new Error("EIO");
      };
      const observeOutcome = ({ message: { identity } }: { readonly message: PlannedMessage }) => {
        if (identity === "m3") throw new Error("EIO");
      };
      const runner = new Runner({
        ...{ transport, journal, clock },
        ...(which === "onExchange" ? { onExchange: observe } : { onOutcome: observeOutcome }),
      });
      const run = async () => {
        for (const one of messages(50)) await runner.submit(one);
        await runner.finish();
      };
      await expect(clock.until(run())).rejects.toThrow("EIO");
      expect(transport.sent).toHaveLength(8);
      expect(journal.outcomes.map(({ state }) => state)).toEqual(Array(8).fill("delivered"));
      expect(runner.progress).toMatchObject({ planned: 50, delivered: 8, unknown: 0, pending: 42 });
    },
  );
});

test("totals add up whatever happens", async () => {
  const kinds = [
    () => answer(200),
    () => answer(422),
    () => answer(503),
    () => fault("unknown"),
    () => fault("unknown", "malformed-answer", true),
    () => answer(302),
  ];
  for (let seed = 1; seed <= 30; seed++) {
    const clock = new FakeClock(seed);
    const list = Array.from({ length: 300 }, (_, n) => message(`s${seed}-${n}`, { orderKey: `k${n % 40}` }));
    const { summary } = await replay(list, () => kinds[Math.floor(clock.random() * kinds.length)]!(), {
      clock,
      options: { retry: RETRY, ...(seed % 3 === 0 ? { maxFailures: { kind: "number", most: 20 } } : {}) },
    });
    expect(sum(summary)).toBe(300);
    const exchanges = [...summary.statuses.values(), ...summary.faults.values()].reduce((a, b) => a + b, 0);
    expect(exchanges).toBe(summary.attempts);
  }
});
