import type { HttpRequest, SendResult, Transport } from "../transport/types.ts";
import type { Signer } from "../trust/types.ts";
import type { Breaker } from "./breaker.ts";
import type { Expectation } from "./expect.ts";
import { DeliveryHistory, type Facts } from "./history.ts";
import { MOST_STALE, type RetryPolicy, type RetryVerdict, verdictOf, waitMs } from "./retry.ts";
import type { Slots } from "./slots.ts";
import type { RunTally, StopReason } from "./summary.ts";
import type {
  Clock,
  Exchange,
  MessageOutcome,
  MessageState,
  Pace,
  PlannedMessage,
  TokenAnswer,
  TokenSource,
} from "./types.ts";

/** What all deliveries of a run share. */
export interface Desk {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly pace: Pace;
  readonly token?: TokenSource;
  readonly signer?: Signer;
  readonly policy: RetryPolicy;
  readonly expectations: readonly Expectation[];
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  readonly slots: Slots;
  readonly breaker: Breaker;
  readonly tally: RunTally;
  /** Aborted when the run stops: ends every wait, but no request that is under way. */
  readonly halt: AbortSignal;
  /** Aborted when the run stops at once: ends requests too. */
  readonly cut: AbortSignal;
  stop(reason: StopReason): void;
  /** Hides the secrets of a request in what the endpoint said of it. */
  masked(text: string, request: HttpRequest): string;
  /** Tells the journal; resolves when it is written. */
  settle(outcome: MessageOutcome): Promise<void>;
  /** Never rejects. */
  exchanged(exchange: Exchange): Promise<void> | undefined;
  /** Ends the run with an error; for what must never throw. @returns The error, to be thrown. */
  fail(error: unknown): unknown;
}

/** What comes after one attempt: the end, another one in the same slot, after a wait, or when the breaker lets us. */
type Next =
  | { readonly kind: "done" }
  | { readonly kind: "again" }
  | { readonly kind: "wait"; readonly delayMs: number }
  | { readonly kind: "gate" };

const DONE: Next = { kind: "done" };

/** The delivery of one message: as many attempts as it takes, one at a time. */
export class Delivery {
  private readonly message: PlannedMessage;
  private readonly desk: Desk;
  private readonly history = new DeliveryHistory();
  /** Whether it stood out a breakdown of the endpoint: then its count starts anew. */
  private wasAside = false;
  private isRenewed = false;
  private stale = 0;

  constructor(message: PlannedMessage, desk: Desk) {
    this.message = message;
    this.desk = desk;
  }

  /** Resolves when it is settled. @throws Whatever ended the run; then `unsettled` is its outcome. */
  async run(): Promise<void> {
    const { slots, breaker, clock, halt } = this.desk;
    for (;;) {
      const next = await this.attemptInSlot(slots);
      if (next.kind === "done") {
        breaker.left(this.message.sequence);
        return;
      }
      if (next.kind === "wait") await clock.wait(next.delayMs, halt);
      if (next.kind === "gate") await breaker.change(this.message.sequence);
    }
  }

  /** The outcome of a message whose run was stopped before it came to one. */
  unsettled(stopped: StopReason): MessageOutcome {
    return this.history.unsettled(this.message, stopped, this.desk.clock.now());
  }

  private async attemptInSlot(slots: Slots): Promise<Next> {
    const free = slots.take();
    if (free !== undefined) await free;
    try {
      for (;;) {
        const next = await this.attempt();
        // With a new token it goes before those that were never sent: if that is refused too, the run ends here.
        if (next.kind !== "again") return next;
      }
    } finally {
      slots.release();
    }
  }

  private async attempt(): Promise<Next> {
    const { breaker, pace, clock, signer, halt } = this.desk;
    halt.throwIfAborted();
    if (!breaker.admits(this.message.sequence)) {
      this.wasAside = true;
      return { kind: "gate" };
    }
    // What most runs have no part of is not awaited: every message would pay for the turn that takes.
    if (this.message.prepare !== undefined) await this.message.prepare();
    let token = this.desk.token === undefined ? undefined : await this.token(this.desk.token);
    let rendered = this.message.request(token);
    const turn = rendered.ok ? pace.turn(halt, this.isRenewed) : undefined;
    if (turn !== undefined) {
      await turn;
      // It may have taken longer than a token lives.
      if (token !== undefined && this.desk.token!.held !== token) {
        token = await this.tokenInTurn(this.desk.token!, token);
        rendered = this.message.request(token);
      }
    }
    if (!rendered.ok) return this.settle("failed", { code: "template", reason: rendered.reason });
    halt.throwIfAborted();
    const request = signer?.sign(rendered.request, this.message, clock.wallMs()) ?? rendered.request;
    const result = await this.send(request);
    const verdict = verdictOf(result, {
      expectations: this.desk.expectations,
      url: request.url,
      wallMs: clock.wallMs(),
      masked: (text) => this.desk.masked(text, request),
    });
    if (verdict.kind === "retry") return this.retry(verdict);
    if (verdict.kind === "unauthorized") return this.renew(token);
    if (verdict.kind === "endpoint-gone") {
      this.history.note(verdict);
      return this.stop({ code: "endpoint-gone", reason: verdict.reason });
    }
    if (result.kind === "answer") breaker.succeeded();
    return this.settle(verdict.kind, verdict.kind === "delivered" ? {} : verdict);
  }

  private async token(source: TokenSource): Promise<TokenAnswer> {
    const result = await source.current(this.desk.halt);
    if (result.kind === "token") return result.token;
    return this.stop(result);
  }

  /** The turn of the rate limit that has come is the token call's, where there must be one; the next is ours. */
  private async tokenInTurn(source: TokenSource, stale: TokenAnswer): Promise<TokenAnswer> {
    const { pace, halt } = this.desk;
    if (source.held !== undefined) return source.held;
    const result = await source.renew(stale, halt, true);
    if (result.kind === "refused") return this.stop(result);
    await pace.turn(halt, true);
    return result.token;
  }

  private async send(request: HttpRequest): Promise<SendResult> {
    const { clock, transport, timeoutMs, maxBodyBytes, cut, tally, breaker } = this.desk;
    const attempt = this.history.begin(clock.now(), breaker.good);
    const startedAtWallMs = clock.wallMs();
    let result: SendResult;
    try {
      result = await transport.send(request, { timeoutMs, maxBodyBytes, signal: cut });
    } catch (error) {
      this.history.mayBeTaken = true;
      throw this.desk.fail(error);
    }
    tally.exchange(result);
    this.history.ended(result);
    const written = this.desk.exchanged({ message: this.message, attempt, request, result, startedAtWallMs });
    if (written !== undefined) await written;
    return result;
  }

  private async retry(verdict: RetryVerdict): Promise<Next> {
    const { breaker, policy, clock } = this.desk;
    const { history } = this;
    history.note(verdict);
    history.mayBeTaken ||= verdict.mayBeTaken;
    this.isRenewed = false;
    if (verdict.trouble === "stale" && ++this.stale <= MOST_STALE && !this.desk.halt.aborted) {
      return { kind: "again" };
    }
    if (this.wasAside && breaker.isClosed) this.startAnew();
    history.tries++;
    const delayMs = waitMs(policy, history.tries, clock.random(), verdict.askedMs);
    const isExhausted =
      history.tries > policy.retries || clock.now() + delayMs - history.triesSince > policy.maxElapsedMs;
    const blame = this.blame(verdict, isExhausted);
    if (blame === "give-up") {
      return this.stop({
        code: "endpoint-down",
        reason: `the endpoint does not take messages: ${verdict.reason}`,
      });
    }
    if (blame === "message") {
      if (!isExhausted) return { kind: "wait", delayMs };
      return this.settle(history.mayBeTaken ? "unknown" : "failed", verdict);
    }
    this.wasAside = true;
    if (blame === "wait") return { kind: "wait", delayMs };
    return {
      kind: "wait",
      delayMs: waitMs(policy, breaker.failedProbes + 1, clock.random(), verdict.askedMs),
    };
  }

  private blame({ trouble }: RetryVerdict, isExhausted: boolean): ReturnType<Breaker["failed"]> {
    const { breaker } = this.desk;
    if (trouble !== "conflict") {
      return breaker.failed(this.message.sequence, trouble, isExhausted, this.history.goodBefore);
    }
    breaker.succeeded();
    return "message";
  }

  private startAnew(): void {
    this.wasAside = false;
    this.history.startAnew(this.desk.clock.now(), this.desk.breaker.good);
  }

  /** One new token for a message; if that is refused too, another would not help either. */
  private async renew(stale: TokenAnswer | undefined): Promise<Next> {
    const { token, halt, breaker } = this.desk;
    breaker.succeeded();
    this.history.note({ code: "status-401", reason: "the endpoint answered 401" });
    if (token === undefined || stale === undefined || this.isRenewed) {
      const which = this.isRenewed ? "a token that was just renewed" : "our credentials";
      return this.stop({
        code: "credentials-refused",
        reason: `the endpoint answered 401: it refuses ${which}`,
      });
    }
    halt.throwIfAborted();
    const result = await token.renew(stale, halt);
    if (result.kind === "refused") return this.stop(result);
    this.isRenewed = true;
    return { kind: "again" };
  }

  private async settle(state: MessageState, facts: Facts): Promise<Next> {
    this.history.note(facts);
    try {
      await this.desk.settle(this.history.outcome(this.message, state, this.desk.clock.now()));
    } catch (error) {
      // It was told nowhere, so the next run sends it again.
      if (state === "delivered") this.history.mayBeTaken = true;
      throw error;
    }
    return DONE;
  }

  /** Ends the run, and with it this delivery. */
  private stop({ code, reason }: StopReason): never {
    this.desk.stop({ code, reason });
    throw this.desk.halt.reason;
  }
}
