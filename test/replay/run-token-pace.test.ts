import { describe, expect, test } from "vitest";
import { RateLimiter, rateFrom } from "../../src/replay/rate.ts";
import { sendPatiently } from "../../src/replay/send-patiently.ts";
import { createTokenSource } from "../../src/replay/token.ts";
import type { PlannedMessage, RenderedRequest, TokenAnswer } from "../../src/replay/types.ts";
import type { HttpRequest } from "../../src/transport/types.ts";
import { answer, FakeClock, FakeTransport, message, mostPerWindow, replay } from "./run-fakes.ts";

const RETRY = { retries: 9, baseMs: 100, capMs: 1000, maxElapsedMs: 3_600_000 };

function requestTo(path: string, headers: HttpRequest["headers"] = [], body = ""): HttpRequest {
  return {
    ...{ method: "POST", url: `https://hooks.example.com/${path}`, headers },
    body: new TextEncoder().encode(body),
  };
}

/** Messages that carry the token they are given. */
function withToken(count: number): PlannedMessage[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `m${index + 1}`;
    const request = (token?: TokenAnswer): RenderedRequest => {
      const { access_token } = token!.json as { access_token: string };
      return { ok: true, request: requestTo("in", [["authorization", access_token]], name) };
    };
    return message(name, { request });
  });
}

/** A run with the command's own token source and limiter; tokens live as long as the endpoint says, or longer than it says. */
async function run(setup: {
  readonly count: number;
  readonly rate: string;
  readonly lifeMs: number;
  readonly saysLife: boolean;
  readonly concurrency?: number;
  readonly seed?: number;
  /** How many of 100 messages are answered 503. */
  readonly troubled?: number;
}) {
  const { count, rate: text, lifeMs, saysLife, concurrency = 8, seed, troubled = 0 } = setup;
  const clock = new FakeClock(seed);
  const rate = rateFrom(text)!;
  const pace = new RateLimiter(rate, clock);
  let issued = 0;
  let issuedAt = 0;
  const tokens = new FakeTransport(clock, () => {
    issuedAt = clock.now();
    issued++;
    const life = saysLife ? { expires_in: lifeMs / 1000 } : {};
    return answer(200, [], JSON.stringify({ access_token: `token-${issued}`, ...life }));
  });
  const sender = { transport: tokens, clock, pace, policy: RETRY, timeoutMs: 1000, maxBodyBytes: 1000 };
  const token = createTokenSource({
    request: () => ({ ok: true, request: requestTo("token") }),
    send: (request, signal, hasTurn) => sendPatiently(sender, request, signal, hasTurn),
    clock,
  });
  let refused = 0;
  const { summary, transport } = await replay(
    withToken(count),
    ({ request }) => {
      const isGood = request.headers[0]![1] === `token-${issued}` && clock.now() - issuedAt < lifeMs;
      if (!isGood) refused++;
      const status = clock.random() * 100 < troubled ? 503 : 200;
      return { result: answer(isGood ? status : 401), latencyMs: Math.floor(clock.random() * 90) };
    },
    { clock, pace, token, options: { concurrency, retry: RETRY } },
  );
  const times = [...tokens.sent, ...transport.sent].map(({ at }) => at).sort((a, b) => a - b);
  return { summary, times, issued, refused, rate };
}

describe("a token that lives shorter than a message waits for its turn", () => {
  test.each([
    ["2/s", 3000, true],
    ["2/s", 3000, false],
    ["10/h", 15 * 60_000, true],
    ["10/h", 15 * 60_000, false],
    ["10/h", 7 * 60_000, true],
  ])("stops no run: %s, %i ms, told: %s", async (rate, lifeMs, saysLife) => {
    const { summary, issued, refused } = await run({ count: 60, rate, lifeMs, saysLife });
    expect(summary).toMatchObject({ delivered: 60, failed: 0, pending: 0 });
    expect(issued).toBeGreaterThan(10);
    // Where its life is told, no message is spent on a token that has ended.
    if (saysLife) expect(refused).toBe(0);
  });

  test("and than the rate allows for at all ends the run with the reason", async () => {
    const { summary } = await run({ count: 9, rate: "10/h", lifeMs: 60_000, saysLife: false });
    expect(summary.stopped).toMatchObject({ code: "credentials-refused" });
    expect(summary).toMatchObject({ failed: 0, pending: 9 });
  });
});

test.each([1, 2, 3])("--rate holds over messages, retries and renewals (seed %i)", async (seed) => {
  const { summary, times, issued, rate } = await run({
    ...{ count: 200, rate: "10/s", lifeMs: 1000, saysLife: true },
    ...{ concurrency: 20, seed, troubled: 30 },
  });
  expect(summary.delivered).toBe(200);
  expect(issued).toBeGreaterThan(20);
  expect(mostPerWindow(times)).toBeLessThanOrEqual(10 + rate.burst);
  // And it is used: not much slower than allowed.
  expect(times.at(-1)!).toBeLessThan((times.length / 10) * 1000 * 1.3 + 3000);
});
