/**
 * When messages are due for --speed: their own times, compressed. A gap is counted from the latest time seen, so that
 * an input that goes back in time (grouped by conversation) does not wait twice for the same minutes.
 */
export class Timeline {
  private readonly speed: number;
  private readonly maxGapMs: number;
  private latestMs: number | undefined;
  private offsetMs = 0;

  /** @param speed  10 is ten times as fast. @param maxGapMs  Longest wait between two messages, after the speed-up. */
  constructor(speed: number, maxGapMs: number) {
    this.speed = speed;
    this.maxGapMs = maxGapMs;
  }

  /** Milliseconds from the start of the run at which the next message is due. One without a time goes with the one before. */
  next(sentAtMs: number | undefined): number {
    if (sentAtMs === undefined) return this.offsetMs;
    const gapMs = (sentAtMs - (this.latestMs ?? sentAtMs)) / this.speed;
    this.offsetMs += Math.min(Math.max(0, gapMs), this.maxGapMs);
    this.pass(sentAtMs);
    return this.offsetMs;
  }

  /** For a message that is not sent (an earlier run delivered it): nobody waits for it. */
  pass(sentAtMs: number | undefined): void {
    if (sentAtMs !== undefined) this.latestMs = Math.max(this.latestMs ?? sentAtMs, sentAtMs);
  }
}
