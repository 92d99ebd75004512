import type { Clock, Pace } from "./types.ts";

/** `requests` per `perMs`; `burst` may leave at once after a pause. */
export interface Rate {
  readonly requests: number;
  readonly perMs: number;
  /** At least 1. In every stretch of T ms at most `burst + T * requests / perMs` requests leave. */
  readonly burst: number;
}

const UNITS = new Map([
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

/** Timers are good for a few milliseconds; what falls due within this time may leave together. */
const BURST_MS = 20;

/** Reads `50/s`, `600/m` or `1000/h`. The burst is what falls due in 20 ms, and at least 1. @returns undefined for other text. */
export function rateFrom(text: string): Rate | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,6})?)\/(s|m|h)$/.exec(text);
  if (match === null) return undefined;
  const requests = Number(match[1]);
  const perMs = UNITS.get(match[2]!)!;
  if (requests <= 0) return undefined;
  return { requests, perMs, burst: Math.max(1, Math.floor((requests / perMs) * BURST_MS)) };
}

/** The wait of a new process for its first turn: so a run and its resume keep the limit between them. */
const LONGEST_START_MS = 1000;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
  readonly signal: AbortSignal;
  readonly isUrgent: boolean;
  readonly onAbort: () => void;
}

/**
 * A token bucket that starts empty. Turns are counted when they are given, not when they are asked for: also after a
 * stall of the machine no more than the burst leaves at once.
 */
export class RateLimiter implements Pace {
  private readonly clock: Clock;
  private readonly intervalMs: number;
  private readonly slackMs: number;
  /** When the bucket would be full again, were nothing taken from now on (GCRA's theoretical arrival time). */
  private fullAt: number;
  private readonly waiters: Waiter[] = [];
  /** How many of them are urgent; these are the first. */
  private urgent = 0;
  private isPumping = false;

  constructor(rate: Rate, clock: Clock) {
    this.clock = clock;
    this.intervalMs = rate.perMs / rate.requests;
    this.slackMs = (rate.burst - 1) * this.intervalMs;
    this.fullAt = clock.now() + this.slackMs + Math.min(this.intervalMs, LONGEST_START_MS);
  }

  turn(signal: AbortSignal, isUrgent = false): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const onAbort = () => this.leave(waiter);
      const waiter: Waiter = { resolve, reject, signal, isUrgent, onAbort };
      signal.addEventListener("abort", onAbort, { once: true });
      if (isUrgent) this.waiters.splice(this.urgent++, 0, waiter);
      else this.waiters.push(waiter);
      void this.pump();
    });
  }

  private leave(waiter: Waiter): void {
    const at = this.waiters.indexOf(waiter);
    if (at >= 0) this.remove(at);
    waiter.reject(waiter.signal.reason);
  }

  private remove(at: number): Waiter {
    const [waiter] = this.waiters.splice(at, 1);
    if (waiter!.isUrgent) this.urgent--;
    return waiter!;
  }

  /** One loop gives all turns, in the order they were asked for. */
  private async pump(): Promise<void> {
    if (this.isPumping) return;
    this.isPumping = true;
    while (this.waiters.length > 0) {
      const now = this.clock.now();
      const waitMs = this.fullAt - this.slackMs - now;
      if (waitMs > 0) {
        // Ends early when the first in line gives up: the next may have another signal.
        await this.clock.wait(waitMs, this.waiters[0]!.signal).catch(() => undefined);
        continue;
      }
      this.fullAt = Math.max(this.fullAt, now) + this.intervalMs;
      const waiter = this.remove(0);
      waiter.signal.removeEventListener("abort", waiter.onAbort);
      waiter.resolve();
    }
    this.isPumping = false;
  }
}

/** No limit. */
export const UNLIMITED: Pace = {
  turn: (signal) => (signal.aborted ? Promise.reject(signal.reason) : undefined),
};
