import type { Rate } from "./rate.ts";
import type { Clock } from "./types.ts";

/** Requests take a turn each; that they are not written at the same distances to the millisecond is no harm. */
const JITTER_MS = 20;

/**
 * Holds the rate where requests are written. They take their turns in time, but those whose connections have to be
 * opened come later, and when a name server or an endpoint lets them wait, all at once.
 *
 * As many as the rate has turns come here, so nobody waits longer than openings differ.
 */
export class WireLimit {
  private readonly clock: Pick<Clock, "now">;
  private readonly intervalMs: number;
  private readonly slackMs: number;
  /** See `RateLimiter`. */
  private fullAt = Number.NEGATIVE_INFINITY;

  constructor(rate: Rate, clock: Pick<Clock, "now">) {
    this.clock = clock;
    this.intervalMs = rate.perMs / rate.requests;
    this.slackMs = (rate.burst - 1) * this.intervalMs + JITTER_MS;
  }

  /** @returns 0 where a request may be written, which counts it; else in how many milliseconds to ask again. */
  leave(): number {
    const now = this.clock.now();
    const waitMs = this.fullAt - this.slackMs - now;
    if (waitMs > 0) return waitMs;
    this.fullAt = Math.max(this.fullAt, now) + this.intervalMs;
    return 0;
  }
}
