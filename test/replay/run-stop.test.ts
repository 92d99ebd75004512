import { describe, expect, test } from "vitest";
import { Runner } from "../../src/replay/run.ts";
import type { TokenAnswer, TokenResult, TokenSource } from "../../src/replay/types.ts";
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

const RETRY = { retries: 4, baseMs: 100, capMs: 1000, maxElapsedMs: 3_600_000 };

describe("a dead endpoint", () => {
  test.each([
    ["refuses connections", () => fault("not-sent")],
    ["is silent", () => fault("unknown", "answer-timeout")],
    ["answers 503", () => answer(503)],
    ["answers 429", () => answer(429)],
  ])("that %s does not use up the queue", async (_, script) => {
    const { summary, transport, journal } = await replay(messages(10_000), script, {
      options: { retry: RETRY },
    });
    expect(summary).toMatchObject({
      planned: 10_000,
      delivered: 0,
      failed: 0,
      stopped: { code: "endpoint-down" },
    });
    expect(sum(summary)).toBe(10_000);
    // The window's messages, once round their retries, and the probes.
    expect(transport.sent.length).toBeLessThanOrEqual(256 * 5 + 5);
    expect(journal.outcomes.filter(({ state }) => state === "failed")).toEqual([]);
  });

  test("that refuses connections is asked by few messages, then by one alone", async () => {
    const { transport } = await replay(messages(10_000), () => fault("not-sent"), {
      options: { retry: RETRY },
    });
    expect(transport.sent.length).toBeLessThanOrEqual(2 * 8 + 8 + RETRY.retries + 1);
    const probes = transport.sent.slice(-RETRY.retries - 1, -1);
    expect(new Set(probes.map(({ name }) => name)).size).toBe(1);
  });

  test("leaves a single message pending where no connection came about", async () => {
    const { summary, journal, transport } = await replay([message("a")], () => fault("not-sent"), {
      options: { retry: RETRY },
    });
    expect(summary).toMatchObject({ pending: 1, failed: 0, stopped: { code: "endpoint-down" } });
    expect(journal.states()).toEqual({ a: "pending" });
    expect(transport.sent.length).toBe(5 + RETRY.retries + 1);
  });

  test("that cannot be reached is told at once with no retries", async () => {
    const { summary, transport } = await replay(messages(100), () => fault("not-sent"), {
      options: { retry: { ...RETRY, retries: 0 }, concurrency: 1 },
    });
    expect(transport.sent).toHaveLength(1);
    expect(summary).toMatchObject({ pending: 100, stopped: { code: "endpoint-down" } });
  });

  test("that comes back gets everything, and nothing has failed", async () => {
    const outage =
      (from: number, to: number) =>
      ({ at }: { at: number }) =>
        at >= from && at < to ? fault("not-sent") : { result: answer(200), latencyMs: 20 };
    const { summary, journal } = await replay(messages(1000), outage(500, 1100), {
      options: { retry: RETRY },
    });
    expect(summary).toMatchObject({ delivered: 1000, failed: 0 });
    expect(new Set(journal.outcomes.map(({ message: one }) => one.identity)).size).toBe(1000);
  });

  test("that comes back late for answers of 503 has cost no message", async () => {
    const { summary } = await replay(messages(400), ({ at }) => answer(at > 500 && at < 3000 ? 503 : 200), {
      options: { retry: RETRY, concurrency: 4 },
    });
    expect(summary).toMatchObject({ delivered: 400, failed: 0 });
  });

  test("costs no message that was under way when it was found out", async () => {
    const { summary } = await replay(messages(60), () => ({ result: answer(503), latencyMs: 1000 }), {
      options: { retry: { ...RETRY, retries: 2, baseMs: 1 }, concurrency: 20 },
    });
    expect(summary).toMatchObject({ failed: 0, pending: 60, stopped: { code: "endpoint-down" } });
  });

  test("leaves the messages that stood it out all their attempts", async () => {
    let isFirst = true;
    const after = new Map<string, number>();
    const script = ({ name, at }: { name: string; at: number }) => {
      if (at < 600) return fault("not-sent");
      if (isFirst) {
        isFirst = false;
        return answer(200);
      }
      const count = (after.get(name) ?? 0) + 1;
      after.set(name, count);
      return answer(count <= RETRY.retries ? 503 : 200);
    };
    const { summary } = await replay(messages(40), script, { options: { retry: RETRY } });
    expect(summary).toMatchObject({ delivered: 40, failed: 0 });
    expect(after.size).toBe(39);
  });

  test("is not believed on the word of one bad message that happens to be the probe", async () => {
    let bad: string | undefined;
    const script = ({ name, at }: { name: string; at: number }) => {
      if (at < 800) return fault("not-sent");
      bad ??= name;
      return name === bad ? fault("unknown") : answer(200);
    };
    const { summary, journal } = await replay(messages(40), script, { options: { retry: RETRY } });
    expect(summary).toMatchObject({ delivered: 39, unknown: 1 });
    expect(journal.states()[bad!]).toBe("unknown");
    expect(summary.stopped).toBeUndefined();
  });

  test("is asked by another message when the probe has come to an end", async () => {
    let isFirst = true;
    const script = ({ at }: { at: number }) => {
      if (at < 800) return fault("not-sent");
      if (!isFirst) return answer(200);
      isFirst = false;
      return fault("unknown", "malformed-answer", true);
    };
    const { summary } = await replay(messages(40), script, { options: { retry: RETRY } });
    expect(summary).toMatchObject({ delivered: 39, unknown: 1 });
  });

  test("is not seen in the trouble of messages that came through before", async () => {
    const list = messages(11, { orderKey: "k" });
    const { summary, journal } = await replay(
      list,
      ({ name, attempt }) => answer(name === "m11" || attempt === 1 ? 503 : 200),
      { options: { retry: RETRY } },
    );
    expect(summary).toMatchObject({ delivered: 10, failed: 1 });
    expect(journal.states().m11).toBe("failed");
  });

  test("is not what one bad message makes of it", async () => {
    const { summary, journal } = await replay(
      messages(300),
      ({ name }) => answer(name === "m7" ? 500 : 200),
      {
        options: { retry: RETRY },
      },
    );
    expect(summary).toMatchObject({ delivered: 299, failed: 1 });
    expect(summary.stopped).toBeUndefined();
    expect(journal.states().m7).toBe("failed");
  });

  test("is not what a few bad messages make of it, also when nothing else is sent", async () => {
    const { summary } = await replay(messages(4), () => answer(500), { options: { retry: RETRY } });
    expect(summary).toMatchObject({ failed: 4, attempts: 20 });
    expect(summary.stopped).toBeUndefined();
  });

  test("is not assumed where every message comes through within its retries", async () => {
    const { summary } = await replay(
      messages(200),
      ({ attempt }) => (attempt <= RETRY.retries ? fault("unknown") : answer(200)),
      { options: { retry: RETRY } },
    );
    expect(summary).toMatchObject({ delivered: 200, unknown: 0 });
  });

  test("is told from one with a bad certificate: that stops the run at once", async () => {
    const { summary, transport } = await replay(messages(100), () => fault("not-sent", "tls-expired", true), {
      options: { concurrency: 1 },
    });
    expect(transport.sent).toHaveLength(1);
    expect(summary).toMatchObject({ pending: 100, failed: 0, stopped: { code: "endpoint-gone" } });
  });
});

test("410 stops the endpoint and leaves everything pending", async () => {
  const { summary, transport, journal } = await replay(
    messages(100),
    ({ name }) => answer(name === "m5" ? 410 : 200),
    { options: { concurrency: 1 } },
  );
  expect(transport.sent).toHaveLength(5);
  expect(summary).toMatchObject({ delivered: 4, pending: 96, failed: 0, stopped: { code: "endpoint-gone" } });
  expect(journal.states().m5).toBe("pending");
});

describe("a signal", () => {
  const stopAt =
    (ms: number, isAtOnce = false) =>
    (runner: Runner, clock: FakeClock) => {
      void clock
        .wait(ms)
        .then(() => runner.stop({ code: "interrupted", reason: "stopped by SIGINT" }, isAtOnce));
    };

  test("lets requests under way end, and sends nothing new", async () => {
    const { summary, transport, clock } = await replay(
      messages(1000),
      () => ({ result: answer(200), latencyMs: 100 }),
      { onStart: stopAt(250), options: { concurrency: 8 } },
    );
    expect(transport.sent).toHaveLength(24);
    expect(transport.sent.every(({ at }) => at < 250)).toBe(true);
    expect(clock.now()).toBe(300);
    expect(summary).toMatchObject({ delivered: 24, pending: 976, stopped: { code: "interrupted" } });
  });

  test("ends every kind of wait, however long", async () => {
    const { summary, clock, journal } = await replay(
      [message("a"), message("b", { orderKey: "k" }), message("c", { orderKey: "k" })],
      ({ name }) => (name === "a" ? fault("unknown") : answer(503, [["retry-after", "600"]])),
      { onStart: stopAt(5), options: { retry: { ...RETRY, baseMs: 50_000, capMs: 60_000 } } },
    );
    expect(clock.now()).toBe(5);
    expect(summary).toMatchObject({ unknown: 1, pending: 2 });
    // What was sent may have been taken; what was answered 503 was not; what was never tried is no line's worth.
    expect(journal.states()).toEqual({ a: "unknown", b: "pending" });
  });

  test("a second one breaks off the requests under way", async () => {
    const { summary, clock } = await replay(
      messages(20),
      () => ({ result: answer(200), latencyMs: 60_000 }),
      {
        onStart: stopAt(10, true),
        options: { concurrency: 8 },
      },
    );
    expect(clock.now()).toBe(10);
    expect(summary).toMatchObject({ unknown: 8, pending: 12, delivered: 0 });
  });

  test("lets go of who waits for room", async () => {
    let freeAt: number | undefined;
    const clock = new FakeClock();
    const transport = new FakeTransport(clock, () => ({ result: answer(200), latencyMs: 1000 }));
    const runner = new Runner(
      { clock, transport, journal: new FakeJournal() },
      { windowMessages: 2, concurrency: 2 },
    );
    void clock.wait(10).then(() => runner.stop({ code: "interrupted", reason: "stopped by SIGINT" }));
    const run = async () => {
      for (const one of messages(2)) await runner.submit(one);
      freeAt = clock.now();
      return runner.finish();
    };
    expect(await clock.until(run())).toMatchObject({ delivered: 2 });
    expect(freeAt).toBe(10);
  });

  test("the first reason stands", async () => {
    const { summary } = await replay(messages(5), () => answer(200), {
      onStart: (runner) => {
        runner.stop({ code: "interrupted", reason: "stopped by SIGINT" });
        runner.stop({ code: "other", reason: "later" });
      },
    });
    expect(summary).toMatchObject({ pending: 5, attempts: 0, stopped: { code: "interrupted" } });
  });
});

describe("a journal that cannot be written", () => {
  test("stops the run at once, with its own error", async () => {
    const clock = new FakeClock();
    const journal = new FakeJournal();
    journal.failAt = 10;
    const sent: number[] = [];
    const told = new Map<string, string>();
    const run = replay(
      messages(500),
      ({ at }) => {
        sent.push(at);
        return { result: answer(200), latencyMs: 10 };
      },
      {
        ...{ clock, journal, options: { concurrency: 4 } },
        onOutcome: ({ message: { identity }, state }) => told.set(identity, state),
      },
    );
    await expect(run).rejects.toThrow("ENOSPC");
    // Those that were answered when it failed, or were under way: the endpoint may have them all.
    const unrecorded = [...told].filter(([name]) => !(name in journal.states()));
    const attempted = unrecorded.filter(([, state]) => state !== "pending");
    expect(attempted.length).toBeGreaterThan(0);
    expect(new Set(attempted.map(([, state]) => state))).toEqual(new Set(["unknown"]));
    expect(journal.outcomes.length + attempted.length).toBe(sent.length);
    expect(journal.outcomes).toHaveLength(10);
    // Three rounds of four; of the third, at most the four under way.
    expect(sent.length).toBeLessThanOrEqual(16);
    expect(clock.now()).toBeLessThanOrEqual(40);
  });

  test("makes submit fail, so that the input is read no further", async () => {
    const journal = new FakeJournal();
    journal.failAt = 0;
    let read = 0;
    const list = (function* () {
      while (read < 100_000) yield message(`m${++read}`);
    })();
    const options = { windowMessages: 10 };
    await expect(replay(list as unknown as never[], () => answer(200), { journal, options })).rejects.toThrow(
      "ENOSPC",
    );
    expect(read).toBeLessThan(50);
  });

  test("is found out also when it is asked for an earlier state", async () => {
    const journal = new FakeJournal();
    journal.finalState = () => {
      throw new Error("another input");
    };
    await expect(replay(messages(3), () => answer(200), { journal })).rejects.toThrow("another input");
  });
});

test("a transport that throws is a bug and ends the run", async () => {
  const script = () => {
    throw new TypeError("bug");
  };
  await expect(replay(messages(100), script)).rejects.toThrow("bug");
});

/** Hands out numbered tokens, each good until it is told stale; a renewal takes 50 ms. */
class FakeTokens implements TokenSource {
  calls = 0;
  refuseFrom = Number.POSITIVE_INFINITY;
  private readonly clock: FakeClock;
  private token: TokenAnswer | undefined;
  private pending: Promise<TokenResult> | undefined;

  constructor(clock: FakeClock) {
    this.clock = clock;
  }

  get held(): TokenAnswer | undefined {
    return this.token;
  }

  async current(): Promise<TokenResult> {
    return this.token === undefined ? this.fetch() : { kind: "token", token: this.token };
  }

  async renew(stale: TokenAnswer): Promise<TokenResult> {
    if (this.token !== undefined && this.token !== stale) return { kind: "token", token: this.token };
    return this.fetch();
  }

  private fetch(): Promise<TokenResult> {
    this.pending ??= this.request().finally(() => {
      this.pending = undefined;
    });
    return this.pending;
  }

  private async request(): Promise<TokenResult> {
    const call = ++this.calls;
    await this.clock.wait(50);
    if (call >= this.refuseFrom)
      return { kind: "refused", code: "token-refused", reason: "the token endpoint answered 403" };
    this.token = { status: 200, headers: [], json: call };
    return { kind: "token", token: this.token };
  }
}

/** A message that carries the token's number in a header. */
function withToken(name: string) {
  return message(name, {
    request: (token) => ({
      ok: true,
      request: {
        method: "POST",
        url: "https://hooks.example.com/",
        headers: [["authorization", String(token?.json)]],
        body: new TextEncoder().encode(name),
      },
    }),
  });
}

describe("an expired token", () => {
  test("is renewed once for all senders, and each message is sent once more", async () => {
    const clock = new FakeClock();
    const token = new FakeTokens(clock);
    const list = Array.from({ length: 200 }, (_, n) => withToken(`t${n}`));
    const { summary, transport } = await replay(
      list,
      ({ at, request }) => {
        const isGood = request.headers[0]![1] === (at < 100 ? "1" : "2");
        return { result: answer(isGood ? 200 : 401), latencyMs: 10 + (at % 7) };
      },
      { clock, token, options: { concurrency: 20 } },
    );
    expect(token.calls).toBe(2);
    expect(summary).toMatchObject({ delivered: 200, failed: 0 });
    const refused = summary.statuses.get(401)!;
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThanOrEqual(20);
    expect(transport.sent).toHaveLength(200 + refused);
  });

  test("and one that is refused too ends the run: nothing has failed", async () => {
    const clock = new FakeClock();
    const token = new FakeTokens(clock);
    const list = Array.from({ length: 100 }, (_, n) => withToken(`t${n}`));
    const { summary, transport, journal } = await replay(
      list,
      () => ({ result: answer(401), latencyMs: 5 }),
      {
        clock,
        token,
        options: { concurrency: 20 },
      },
    );
    expect(token.calls).toBe(2);
    expect(transport.sent).toHaveLength(40);
    expect(summary).toMatchObject({ pending: 100, failed: 0, stopped: { code: "credentials-refused" } });
    expect(journal.outcomes.every(({ state }) => state === "pending")).toBe(true);
  });

  test("may expire again later in the life of the same message", async () => {
    const clock = new FakeClock();
    const token = new FakeTokens(clock);
    const statuses = [401, 503, 401, 200];
    const { summary } = await replay([withToken("a")], ({ attempt }) => answer(statuses[attempt - 1]!), {
      clock,
      token,
    });
    expect(summary).toMatchObject({ delivered: 1, attempts: 4 });
    expect(token.calls).toBe(3);
  });

  test("whose renewal is refused ends the run with the reason", async () => {
    const clock = new FakeClock();
    const token = new FakeTokens(clock);
    token.refuseFrom = 2;
    const list = Array.from({ length: 50 }, (_, n) => withToken(`t${n}`));
    const { summary } = await replay(list, ({ at }) => answer(at > 52 ? 401 : 200), { clock, token });
    expect(summary.failed).toBe(0);
    expect(summary.stopped).toEqual({ code: "token-refused", reason: "the token endpoint answered 403" });
    expect(sum(summary)).toBe(50);
  });
});

test("a token endpoint that refuses from the start leaves everything pending, and nothing is sent", async () => {
  const clock = new FakeClock();
  const token = new FakeTokens(clock);
  token.refuseFrom = 1;
  const { summary, transport } = await replay(messages(100), () => answer(200), { clock, token });
  expect(transport.sent).toEqual([]);
  expect(token.calls).toBe(1);
  expect(summary).toMatchObject({ pending: 100, stopped: { code: "token-refused" } });
});

test("401 without a token source ends the run: our own credentials are refused", async () => {
  const { summary, transport } = await replay(messages(100), () => answer(401), {
    options: { concurrency: 1 },
  });
  expect(transport.sent).toHaveLength(1);
  expect(summary).toMatchObject({ pending: 100, failed: 0, stopped: { code: "credentials-refused" } });
});

test("each attempt is signed anew, for its own time and the same message", async () => {
  const signed: string[] = [];
  const { transport, clock } = await replay(
    [message("a")],
    ({ attempt }) => answer(attempt < 3 ? 503 : 200),
    {
      signer: {
        sign: (request, { identity }, wallMs) => {
          signed.push(`${identity} ${wallMs}`);
          return { ...request, headers: [...request.headers, ["x-time", String(wallMs)]] };
        },
      },
    },
  );
  expect(signed).toHaveLength(3);
  expect(new Set(signed).size).toBe(3);
  expect(new Set(signed.map((one) => one.split(" ")[0]))).toEqual(new Set(["a"]));
  const start = clock.wallMs() - clock.now();
  for (const { at, request } of transport.sent)
    expect(request.headers).toEqual([["x-time", String(start + at)]]);
});

test("the transport is told the limits of an exchange", async () => {
  const clock = new FakeClock();
  const transport = new FakeTransport(clock, () => answer(200));
  const given = await replay([message("a")], () => answer(200), {
    options: { timeoutMs: 1234, maxBodyBytes: 99 },
  });
  expect(given.transport.sent[0]!.options).toMatchObject({ timeoutMs: 1234, maxBodyBytes: 99 });
  expect(transport.sent).toEqual([]);
});
