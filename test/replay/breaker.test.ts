import { describe, expect, test } from "vitest";
import { Breaker } from "../../src/replay/breaker.ts";

const policy = { retries: 3, baseMs: 100, capMs: 1000, maxElapsedMs: 60_000 };

/** Message 1 is out of attempts on a connection that never came about. */
function opened(): Breaker {
  const breaker = new Breaker(policy, 8);
  expect(breaker.failed(1, "no-connection", true, 0)).toBe("probe");
  return breaker;
}

describe("a breaker", () => {
  test("blames one message as long as others get through", () => {
    const breaker = new Breaker(policy, 8);
    const goodBefore = breaker.good;
    breaker.succeeded();
    for (let sequence = 2; sequence <= 9; sequence++) {
      expect(breaker.failed(sequence, "busy", false, breaker.good)).toBe("message");
    }
    // Others are in trouble now; but since message 1 was first tried, one came through.
    expect(breaker.failed(1, "busy", true, goodBefore)).toBe("message");
    expect(breaker.failed(2, "busy", true, breaker.good)).toBe("probe");
  });

  test("blames a message while too few are in trouble", () => {
    const breaker = new Breaker(policy, 8);
    for (let sequence = 1; sequence <= 4; sequence++) {
      expect(breaker.failed(sequence, "busy", true, 0)).toBe("message");
    }
    expect(breaker.failed(5, "busy", true, 0)).toBe("probe");
  });

  test("opens after many broken connections in a row, and an answer of any kind breaks the row", () => {
    const breaker = new Breaker(policy, 4);
    for (let n = 1; n <= 9; n++) expect(breaker.failed(1, "no-answer", false, 0)).toBe("message");
    breaker.failed(1, "busy", false, 0);
    for (let n = 1; n <= 9; n++) expect(breaker.failed(1, "no-answer", false, 0)).toBe("message");
    expect(breaker.failed(1, "no-answer", false, 0)).toBe("probe");
  });

  test("admits everybody while it is closed, and the probe alone while it is open", () => {
    const breaker = opened();
    expect([1, 2].map((sequence) => breaker.admits(sequence))).toEqual([true, false]);
    breaker.succeeded();
    expect([1, 2].map((sequence) => breaker.admits(sequence))).toEqual([true, true]);
  });

  test("gives up when the probe and then another message have failed", () => {
    const breaker = opened();
    expect(breaker.failed(1, "no-connection", true, 0)).toBe("probe");
    expect(breaker.failed(2, "no-connection", true, 0)).toBe("wait");
    expect(breaker.failed(1, "no-connection", true, 0)).toBe("probe");
    expect(breaker.failed(1, "no-connection", true, 0)).toBe("wait");
    expect([2, 1].map((sequence) => breaker.admits(sequence))).toEqual([true, false]);
    expect(breaker.failed(2, "busy", true, 0)).toBe("give-up");
  });

  test("wakes who waits when it closes, and misses nobody who comes just then", async () => {
    const breaker = opened();
    const waiting = breaker.change(2);
    expect(breaker.admits(3)).toBe(false);
    breaker.succeeded();
    await waiting;
    await breaker.change(3);
    expect(breaker.isClosed).toBe(true);
  });

  test("turns away who waits when the run stops, and who comes later", async () => {
    const breaker = opened();
    const waiting = breaker.change(2);
    breaker.close(new Error("stopped"));
    await expect(waiting).rejects.toThrow("stopped");
    await expect(breaker.change(3)).rejects.toThrow("stopped");
  });
});
