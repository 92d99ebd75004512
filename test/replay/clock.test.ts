import { describe, expect, onTestFinished, test, vi } from "vitest";
import { systemClock, waitInPieces } from "../../src/replay/clock.ts";

/** Node's timers as far as they matter: a delay above 2^31 - 1 ms becomes 1 ms, and one may fire early. */
function fakeTimers(earlyMs = 0) {
  const state = { now: 0, delays: [] as number[], next: undefined as (() => void) | undefined };
  const timer = (callback: () => void, delayMs: number) => {
    state.delays.push(delayMs);
    const real = delayMs > 2_147_483_647 ? 1 : Math.max(1, delayMs - earlyMs);
    state.next = () => {
      state.now += real;
      callback();
    };
    return () => {
      state.next = undefined;
    };
  };
  const run = async (promise: Promise<unknown>) => {
    let isDone = false;
    const done = () => {
      isDone = true;
    };
    promise.then(done, done);
    for (let k = 0; !isDone && state.next !== undefined && k < 1000; k++) {
      const next = state.next;
      state.next = undefined;
      next();
      await Promise.resolve();
      await Promise.resolve();
    }
    return promise;
  };
  return { state, timer, run };
}

describe("a wait", () => {
  test.each([2_147_483_648, 99_999_999_999, 2_147_484_000])("of %i ms is no hot loop", async (delayMs) => {
    const { state, timer, run } = fakeTimers();
    await run(waitInPieces(delayMs, undefined, () => state.now, timer));
    expect(state.now).toBeGreaterThanOrEqual(delayMs);
    expect(Math.max(...state.delays)).toBeLessThanOrEqual(2_147_483_647);
    expect(state.delays.length).toBeLessThan(delayMs / 2_000_000_000 + 2);
  });

  test("for ever waits until it is aborted", async () => {
    const { state, timer } = fakeTimers();
    const controller = new AbortController();
    const wait = waitInPieces(Number.POSITIVE_INFINITY, controller.signal, () => state.now, timer);
    for (let k = 0; k < 50; k++) state.next!();
    controller.abort(new Error("enough"));
    await expect(wait).rejects.toThrow("enough");
    expect(state.next).toBeUndefined();
  });

  test("never ends early, also when the timer does", async () => {
    const { state, timer, run } = fakeTimers(0.7);
    await run(waitInPieces(10.2, undefined, () => state.now, timer));
    expect(state.now).toBeGreaterThanOrEqual(10.2);
  });

  test.each([0, -5])("of %i ms is over at once", async (delayMs) => {
    const { state, timer } = fakeTimers();
    await waitInPieces(delayMs, undefined, () => state.now, timer);
    expect(state.delays).toEqual([]);
  });

  test("of no number is refused, and an aborted signal starts none", async () => {
    const { state, timer } = fakeTimers();
    await expect(waitInPieces(Number.NaN, undefined, () => state.now, timer)).rejects.toThrow(TypeError);
    await expect(
      waitInPieces(5, AbortSignal.abort(new Error("gone")), () => state.now, timer),
    ).rejects.toThrow("gone");
    expect(state.delays).toEqual([]);
  });

  test("leaves no listener behind", async () => {
    const { state, timer, run } = fakeTimers();
    const controller = new AbortController();
    const listeners = new Set<unknown>();
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    signal.addEventListener = (type: string, listener: () => void) => {
      listeners.add(listener);
      add(type, listener);
    };
    signal.removeEventListener = (_: string, listener: unknown) => void listeners.delete(listener);
    await run(waitInPieces(5, signal, () => state.now, timer));
    expect(listeners.size).toBe(0);
  });
});

test("the system's clock goes forward, and waits", async () => {
  const clock = systemClock();
  const before = clock.now();
  await clock.wait(2);
  expect(clock.now() - before).toBeGreaterThanOrEqual(2);
  expect(clock.wallMs()).toBeGreaterThan(Date.UTC(2020, 0));
  const random = clock.random();
  expect(random >= 0 && random < 1).toBe(true);
});

test("a clock that somebody sets moves no wait and no rate", () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  const clock = systemClock();
  const before = clock.now();
  const wall = clock.wallMs();
  vi.setSystemTime(Date.now() + 3_600_000);
  expect(clock.wallMs() - wall).toBeGreaterThanOrEqual(3_600_000);
  expect(clock.now() - before).toBeLessThan(600_000);
  vi.setSystemTime(Date.now() - 7_200_000);
  expect(clock.now()).toBeGreaterThanOrEqual(before);
});
