import { describe, expect, test } from "vitest";
import { RateLimiter, UNLIMITED } from "../../src/replay/rate.ts";
import { sendPatiently } from "../../src/replay/send-patiently.ts";
import type { Pace } from "../../src/replay/types.ts";
import { answer, FakeClock, FakeTransport, fault, type Script } from "./run-fakes.ts";

const policy = { retries: 3, baseMs: 100, capMs: 1000, maxElapsedMs: 60_000 };
const request = {
  method: "POST",
  url: "https://login.example.com/token",
  headers: [],
  body: new Uint8Array(),
};

function setUp(script: Script, pace?: (clock: FakeClock) => Pace) {
  const clock = new FakeClock();
  const transport = new FakeTransport(clock, script);
  const controller = new AbortController();
  const sender = {
    transport,
    clock,
    pace: pace?.(clock) ?? UNLIMITED,
    policy,
    timeoutMs: 5000,
    maxBodyBytes: 1000,
  };
  return { clock, transport, controller, send: () => sendPatiently(sender, request, controller.signal) };
}

describe("a token call", () => {
  test("is tried again while the endpoint is busy, with growing waits", async () => {
    const { clock, transport, send } = setUp(({ attempt }) => answer(attempt <= 3 ? 500 : 200));
    expect(await clock.until(send())).toMatchObject({ status: 200 });
    expect(transport.sent).toHaveLength(4);
    expect(clock.now()).toBeGreaterThan(350);
  });

  test.each([400, 401, 403, 404, 302])("is not tried again after %i", async (status) => {
    const { clock, transport, send } = setUp(() => answer(status));
    expect(await clock.until(send())).toMatchObject({ status });
    expect(transport.sent).toHaveLength(1);
  });

  test("gives the last result when the attempts are used up", async () => {
    const { clock, transport, send } = setUp(() => fault("unknown", "answer-timeout"));
    expect(await clock.until(send())).toMatchObject({ kind: "fault", code: "answer-timeout" });
    expect(transport.sent).toHaveLength(4);
  });

  test("loses no attempt to a kept connection that was closed", async () => {
    const stale = { ...fault("unknown", "stale-connection"), isStaleConnection: true };
    const { clock, transport, send } = setUp(({ attempt }) => (attempt <= 6 ? stale : answer(200)));
    expect(await clock.until(send())).toMatchObject({ status: 200 });
    expect(transport.sent).toHaveLength(7);
    expect(clock.now()).toBeLessThan(100);
  });

  test("does not end in a circle where every connection is closed", async () => {
    const stale = { ...fault("unknown", "stale-connection"), isStaleConnection: true };
    const { clock, transport, send } = setUp(() => stale);
    expect(await clock.until(send())).toMatchObject({ code: "stale-connection" });
    expect(transport.sent.length).toBeLessThan(25);
  });

  test("takes a turn of the rate limit for every attempt", async () => {
    const pace = (clock: FakeClock) => new RateLimiter({ requests: 1, perMs: 10_000, burst: 1 }, clock);
    const { clock, transport, send } = setUp(({ attempt }) => answer(attempt <= 2 ? 503 : 200), pace);
    await clock.until(send());
    const times = transport.sent.map(({ at }) => at);
    expect(times).toEqual([1000, 11_000, 21_000]);
  });

  test("does not wait longer than --max-elapsed", async () => {
    const { clock, transport, send } = setUp(() => answer(503, [["retry-after", "120"]]));
    expect(await clock.until(send())).toMatchObject({ status: 503 });
    expect(transport.sent).toHaveLength(1);
  });

  test("is broken off when the run stops", async () => {
    const { clock, controller, send } = setUp(() => ({ result: answer(200), latencyMs: 5000 }));
    void clock.wait(10).then(() => controller.abort(new Error("stopped")));
    await expect(clock.until(send())).rejects.toThrow("stopped");
    expect(clock.now()).toBe(10);
  });
});
