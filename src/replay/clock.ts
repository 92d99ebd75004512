import type { Clock } from "./types.ts";

/** Node takes a timer above 2^31 - 1 ms for one of 1 ms; longer waits are made of pieces. */
const LONGEST_TIMER_MS = 2_000_000_000;

/** The machine's own time. Delays are counted on the monotonic clock, so setting the wall clock changes none. */
export function systemClock(): Clock {
  const now = () => performance.now();
  return {
    now,
    wallMs: () => Date.now(),
    wait: (delayMs, signal) => waitInPieces(delayMs, signal, now, setTimer),
    random: () => Math.random(),
  };
}

/** Starts a timer and gives back what stops it. */
export type SetTimer = (callback: () => void, delayMs: number) => () => void;

function setTimer(callback: () => void, delayMs: number): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}

/**
 * Resolves no earlier than `delayMs` from now, however long that is (also Infinity); at once for 0 and less.
 *
 * @throws The signal's reason, as soon as it is aborted.
 * @throws {TypeError} For a delay that is not a number: that would be a hot loop.
 */
export function waitInPieces(
  delayMs: number,
  signal: AbortSignal | undefined,
  now: () => number,
  timer: SetTimer,
): Promise<void> {
  if (Number.isNaN(delayMs)) return Promise.reject(new TypeError("a delay must be a number"));
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const end = now() + delayMs;
    let stopTimer: () => void = () => undefined;
    const onAbort = () => {
      stopTimer();
      reject(signal!.reason);
    };
    // Timers may fire a little early; a rate limit must not.
    const next = () => {
      const left = end - now();
      if (left <= 0) {
        signal?.removeEventListener("abort", onAbort);
        resolve();
        return;
      }
      stopTimer = timer(next, Math.min(Math.ceil(left), LONGEST_TIMER_MS));
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    next();
  });
}
