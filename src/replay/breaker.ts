import type { RetryPolicy, RetryVerdict } from "./retry.ts";

/** So many messages must be in trouble, with none getting through, before the endpoint is blamed and not the messages. */
const ENOUGH_MESSAGES = 5;
const FEWEST_FAULTS = 10;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Tells a dead endpoint from a bad message, so that a dead one does not use up the queue.
 *
 * It opens when connections fail many times in a row, or when a message is out of attempts and the endpoint is to
 * blame. While it is open one message alone goes on trying (the probe), as often and as patiently as any message is
 * tried again; the others wait, and none fails. A good answer closes it. When the probe gives up, and then another
 * message fails too, the endpoint counts as down.
 */
export class Breaker {
  private readonly policy: RetryPolicy;
  private readonly faultLimit: number;
  private faults = 0;
  /** Messages in trouble since the last good answer; no more than needed. */
  private readonly troubled = new Set<number>();
  private readonly waiters: Waiter[] = [];
  private isOpen = false;
  private probe: number | undefined;
  private probes = 0;
  private closedFor: { readonly reason: unknown } | undefined;
  /** Good answers so far. */
  good = 0;

  constructor(policy: RetryPolicy, concurrency: number) {
    this.policy = policy;
    this.faultLimit = Math.max(FEWEST_FAULTS, 2 * concurrency);
  }

  /** Whether this message may be sent now. The first that asks an open breaker without a probe becomes it. */
  admits(sequence: number): boolean {
    if (!this.isOpen) return true;
    this.probe ??= sequence;
    return this.probe === sequence;
  }

  get isClosed(): boolean {
    return !this.isOpen;
  }

  /** Resolves when it is worth asking `admits` again. @throws The reason of `close`. */
  async change(sequence: number): Promise<void> {
    if (this.closedFor !== undefined) throw this.closedFor.reason;
    // It may have changed between the question and now.
    if (this.admits(sequence)) return;
    await new Promise<void>((resolve, reject) => this.waiters.push({ resolve, reject }));
  }

  /** An answer that shows a living endpoint: delivered, refused for good, in conflict, unauthorized. */
  succeeded(): void {
    this.good++;
    this.faults = 0;
    this.troubled.clear();
    if (!this.isOpen) return;
    this.isOpen = false;
    this.probe = undefined;
    this.wake();
  }

  /**
   * An attempt that is to be repeated.
   *
   * @param isExhausted  Whether the message has no attempt left.
   * @param goodBefore   `good` at its first attempt.
   * @returns probe: go on trying, as the only one. wait: ask `admits` before the next attempt. give-up: the endpoint
   *   is down. message: the endpoint is not to blame.
   */
  failed(
    sequence: number,
    trouble: Exclude<RetryVerdict["trouble"], "conflict">,
    isExhausted: boolean,
    goodBefore: number,
  ): "probe" | "wait" | "give-up" | "message" {
    this.faults = trouble === "busy" ? 0 : this.faults + 1;
    if (this.troubled.size < ENOUGH_MESSAGES) this.troubled.add(sequence);
    if (this.isOpen) {
      if (this.probe !== sequence) return "wait";
      this.probes++;
      if (this.probes < this.policy.retries) return "probe";
      if (this.probes > this.policy.retries) return "give-up";
      // The probe may be a bad message itself: another one, where there is one, has the last word.
      this.probe = undefined;
      this.wake();
      return "wait";
    }
    const isToBlame =
      trouble === "no-connection" || (this.good === goodBefore && this.troubled.size >= ENOUGH_MESSAGES);
    if ((isExhausted && isToBlame) || this.faults >= this.faultLimit) return this.open(sequence);
    return "message";
  }

  /** How many times the probe has failed. */
  get failedProbes(): number {
    return this.probes;
  }

  /** This message has ended without an answer that tells about the endpoint; another may probe. */
  left(sequence: number): void {
    if (!this.isOpen || this.probe !== sequence) return;
    this.probe = undefined;
    this.wake();
  }

  /** Turns away whoever waits. */
  close(reason: unknown): void {
    this.closedFor ??= { reason };
    for (const waiter of this.waiters.splice(0)) waiter.reject(reason);
  }

  private open(sequence: number): "probe" | "give-up" {
    this.isOpen = true;
    this.probe = sequence;
    this.probes = 0;
    return this.policy.retries === 0 ? "give-up" : "probe";
  }

  private wake(): void {
    for (const waiter of this.waiters.splice(0)) waiter.resolve();
  }
}
