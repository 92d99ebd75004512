import type { SendResult } from "../transport/types.ts";
import type { StopReason } from "./summary.ts";
import type { MessageOutcome, MessageState, PlannedMessage } from "./types.ts";

/** What is told of an attempt that was not good. */
export interface Facts {
  readonly code?: string | undefined;
  readonly reason?: string | undefined;
}

/** What has been tried with one message, and what came of it last. */
export class DeliveryHistory {
  /** Attempts that count against the policy; those while the endpoint was down do not. */
  tries = 0;
  /** When the first of these began. */
  triesSince = 0;
  /** How many good answers the run had before that. */
  goodBefore = 0;
  /** Whether some attempt may have been taken by the endpoint though it left without an answer. */
  mayBeTaken = false;
  private attempts = 0;
  private firstAt: number | undefined;
  private last: { status?: number; code?: string; reason?: string; durationMs?: number } = {};

  /** An attempt begins. @returns The how-manyth. */
  begin(now: number, good: number): number {
    if (this.firstAt === undefined) {
      this.firstAt = now;
      this.startAnew(now, good);
    }
    return ++this.attempts;
  }

  /** The attempts so far count no more. */
  startAnew(now: number, good: number): void {
    this.tries = 0;
    this.triesSince = now;
    this.goodBefore = good;
  }

  /** The end of an attempt; what was told of earlier ones is forgotten. */
  ended(result: SendResult): void {
    const { durationMs } = result;
    this.last = result.kind === "answer" ? { durationMs, status: result.status } : { durationMs };
  }

  /** What an attempt came to. */
  note({ code, reason }: Facts): void {
    if (code !== undefined) this.last.code = code;
    if (reason !== undefined) this.last.reason = reason;
  }

  /** The outcome of the message, if it ends now. */
  outcome(message: PlannedMessage, state: MessageState, now: number): MessageOutcome {
    const { attempts, last, firstAt } = this;
    return { message, state, attempts, elapsedMs: firstAt === undefined ? 0 : now - firstAt, ...last };
  }

  /** The outcome where the run ends before the message has one. */
  unsettled(message: PlannedMessage, stopped: StopReason, now: number): MessageOutcome {
    if (!this.mayBeTaken) return { ...this.outcome(message, "pending", now), ...stopped };
    return { ...stopped, ...this.outcome(message, "unknown", now) };
  }
}
