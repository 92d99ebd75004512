import { setMaxListeners } from "node:events";
import { Breaker } from "./breaker.ts";
import { Delivery, type Desk } from "./delivery.ts";
import { HeldConversations } from "./held.ts";
import { InPlay } from "./in-play.ts";
import { Chains } from "./order.ts";
import { UNLIMITED } from "./rate.ts";
import { DEFAULT_RETRY } from "./retry.ts";
import type { RunOptions, RunParts } from "./run-options.ts";
import { Slots } from "./slots.ts";
import { isTooMany, type MaxFailures, RunTally, type StopReason } from "./summary.ts";
import { Timeline } from "./timeline.ts";
import type { Exchange, MessageOutcome, MessageState, PlannedMessage, ReplaySummary } from "./types.ts";

interface Item {
  readonly message: PlannedMessage;
  /** On the clock; undefined: as soon as possible. */
  readonly dueAt?: number;
}

/**
 * Delivers messages at least once: side by side, in order within a conversation, under one rate limit, tried again by
 * the policy. Holds no more messages than its window. Journal, transport and token source stay the caller's to close.
 *
 * Every outcome goes to the journal before its slot is free, but for messages that were never tried because the run
 * stopped: these are `pending` in the summary alone.
 */
export class Runner {
  private readonly parts: RunParts;
  private readonly onFailure: "hold" | "continue";
  private readonly maxFailures: MaxFailures | undefined;
  private readonly inPlay: InPlay;
  private readonly timeline: Timeline | undefined;
  private readonly desk: Desk;
  private readonly tally = new RunTally();
  private readonly chains = new Chains<Item>((item) => this.handle(item));
  private readonly held = new HeldConversations();
  private readonly halt = new AbortController();
  private readonly cut = new AbortController();
  private readonly startedAt: number;
  private timelineAt: number | undefined;
  private stopped: StopReason | undefined;
  private failure: { readonly error: unknown } | undefined;

  constructor(parts: RunParts, options: RunOptions = {}) {
    const concurrency = options.concurrency ?? 8;
    const policy = options.retry ?? DEFAULT_RETRY;
    this.parts = parts;
    this.onFailure = options.onFailure ?? "hold";
    this.maxFailures = options.maxFailures;
    this.inPlay = new InPlay({
      messages: options.windowMessages ?? Math.max(256, concurrency * 32),
      bytes: options.windowBytes ?? 64 * 1024 ** 2,
    });
    this.timeline =
      options.speed === undefined ? undefined : new Timeline(options.speed.factor, options.speed.maxGapMs);
    this.startedAt = parts.clock.now();
    // Every wait and request of the run listens to these two.
    setMaxListeners(0, this.halt.signal, this.cut.signal);
    this.desk = {
      transport: parts.transport,
      clock: parts.clock,
      pace: parts.pace ?? UNLIMITED,
      ...(parts.token === undefined ? {} : { token: parts.token }),
      ...(parts.signer === undefined ? {} : { signer: parts.signer }),
      policy,
      expectations: options.expectations ?? [],
      timeoutMs: options.timeoutMs ?? 30_000,
      maxBodyBytes: options.maxBodyBytes ?? 64 * 1024,
      slots: new Slots(concurrency),
      breaker: new Breaker(policy, concurrency),
      tally: this.tally,
      halt: this.halt.signal,
      cut: this.cut.signal,
      masked: (text, request) => parts.masked?.(text, request) ?? text,
      stop: (reason) => this.stop(reason),
      settle: (outcome) => this.settle(outcome),
      exchanged: (exchange) => this.exchanged(exchange),
      fail: (error) => this.fail(error),
    };
  }

  /**
   * Takes a message. After a stop it is `pending`.
   *
   * @returns Undefined where there is room for the next; else resolves when there is.
   * @throws The error that ended the run (of the journal, of an observer, or a bug).
   */
  submit(message: PlannedMessage): Promise<void> | undefined {
    if (this.failure !== undefined) return Promise.reject(this.failure.error);
    let final: "delivered" | "failed" | undefined;
    try {
      final = this.parts.journal.finalState(message);
    } catch (error) {
      this.fail(error);
      return Promise.reject(error);
    }
    if (final !== undefined) {
      this.passOver(final);
      this.timeline?.pass(message.sentAtMs);
      return undefined;
    }
    this.tally.plan();
    this.inPlay.take(message);
    this.chains.add(message.orderKey, this.itemOf(message));
    return this.inPlay.hasRoom || this.isStopped ? undefined : this.room();
  }

  /** Counts a message that an earlier run has dealt with. */
  passOver(state: "delivered" | "failed"): void {
    this.tally.plan();
    this.tally.before(state);
  }

  /** The totals so far; what has no outcome yet counts as pending. */
  get progress(): ReplaySummary {
    return this.tally.summary(this.parts.clock.now() - this.startedAt, this.stopped);
  }

  /** Whether the run has been stopped; there is no use in submitting more. */
  get isStopped(): boolean {
    return this.halt.signal.aborted;
  }

  /** Aborted when the run is stopped. */
  get stopping(): AbortSignal {
    return this.halt.signal;
  }

  /**
   * Sends nothing new from now on; requests under way may end. The first reason stands.
   *
   * @param isAtOnce  Breaks off the requests under way too; what they came to is unknown.
   */
  stop(reason: StopReason, isAtOnce = false): void {
    this.stopped ??= reason;
    if (!this.halt.signal.aborted) {
      const stop = new Error(reason.reason);
      this.halt.abort(stop);
      this.desk.slots.close(stop);
      this.desk.breaker.close(stop);
      this.inPlay.giveWay();
    }
    if (isAtOnce) this.cut.abort(this.halt.signal.reason);
  }

  /**
   * Resolves when every message has its outcome.
   *
   * @throws The error that ended the run.
   */
  async finish(): Promise<ReplaySummary> {
    await this.inPlay.end();
    if (this.failure !== undefined) throw this.failure.error;
    return this.progress;
  }

  private itemOf(message: PlannedMessage): Item {
    if (this.timeline === undefined) return { message };
    this.timelineAt ??= this.parts.clock.now();
    return { message, dueAt: this.timelineAt + this.timeline.next(message.sentAtMs) };
  }

  /** One message from its turn to its outcome. Never rejects. */
  private async handle({ message, dueAt }: Item): Promise<void> {
    const delivery = new Delivery(message, this.desk);
    try {
      await this.deliver(delivery, message, dueAt);
    } catch (error) {
      // A wait that the stop has ended is no failure; anything else that throws is one.
      if (!this.halt.signal.aborted) this.fail(error);
      await this.leaveUnsettled(delivery);
    }
    this.inPlay.leave(message);
  }

  private async deliver(
    delivery: Delivery,
    message: PlannedMessage,
    dueAt: number | undefined,
  ): Promise<void> {
    this.halt.signal.throwIfAborted();
    if (this.held.has(message)) {
      const reason = "an earlier message of its conversation was not delivered";
      return this.settle({ message, state: "held", attempts: 0, code: "held", reason, elapsedMs: 0 });
    }
    const delayMs = (dueAt ?? 0) - this.parts.clock.now();
    if (dueAt !== undefined && delayMs > 0) await this.parts.clock.wait(delayMs, this.halt.signal);
    await delivery.run();
  }

  /** What a message's end means for the others; said before its slot is free for one of them. */
  private judge(message: PlannedMessage, state: MessageState): void {
    if (state !== "failed" && state !== "unknown") return;
    if (this.onFailure === "hold") this.held.hold(message);
    const { judged } = this.tally;
    if (this.maxFailures === undefined || !isTooMany(this.maxFailures, judged)) return;
    this.stop({ code: "max-failures", reason: `${judged.bad} of ${judged.all} messages were not delivered` });
  }

  private async settle(outcome: MessageOutcome): Promise<void> {
    try {
      await this.parts.journal.record(outcome);
    } catch (error) {
      throw this.fail(error);
    }
    this.conclude(outcome);
    this.judge(outcome.message, outcome.state);
  }

  private conclude(outcome: MessageOutcome): void {
    this.tally.outcome(outcome.state);
    try {
      this.parts.onOutcome?.(outcome);
    } catch (error) {
      this.failInOrder(error);
    }
  }

  /** Never rejects. What was tried is worth a line in the journal, as long as that takes any. */
  private async leaveUnsettled(delivery: Delivery): Promise<void> {
    const outcome = delivery.unsettled(this.stopped!);
    if (outcome.attempts > 0 && this.failure === undefined) await this.settle(outcome).catch(() => undefined);
    else this.conclude(outcome);
  }

  private exchanged(exchange: Exchange): Promise<void> | undefined {
    const failed = (error: unknown) => this.failInOrder(error);
    try {
      return this.parts.onExchange?.(exchange)?.catch(failed);
    } catch (error) {
      failed(error);
      return undefined;
    }
  }

  /** Ends the run with the error of an observer. The journal is sound: what is under way ends and is remembered. */
  private failInOrder(error: unknown): void {
    this.failure ??= { error };
    this.stop({ code: "error", reason: "the run failed" });
  }

  /** Ends the run with an error: nothing more is sent, and what is under way is broken off. */
  private fail(error: unknown): unknown {
    this.failure ??= { error };
    this.stop({ code: "error", reason: "the run failed" }, true);
    return error;
  }

  private async room(): Promise<void> {
    await this.inPlay.room();
    if (this.failure !== undefined) throw this.failure.error;
  }
}
