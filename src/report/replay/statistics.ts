import type { Exchange, MessageOutcome, MessageState } from "../../replay/types.ts";
import type { SendResult } from "../../transport/types.ts";
import { Latencies } from "./latency.ts";
import { type Fate, TimeLine } from "./time-line.ts";

/** Messages that were not delivered for one reason, and the first of them. */
export interface ReasonGroup {
  readonly state: Exclude<MessageState, "delivered">;
  readonly code: string;
  /** As the first of them told it. */
  readonly reason: string;
  count: number;
  readonly first: { readonly source: string; readonly line: number; readonly record: number };
}

/** Hostile answers may bring a new reason with every message. */
const MOST_GROUPS = 200;
const OTHER_REASONS = "other-reasons";

/** What a run's exchanges and outcomes come to, in flat memory. */
export class ReplayStatistics {
  /** Of complete answers, whatever their status. */
  readonly latencies = new Latencies();
  readonly timeLine = new TimeLine();
  private readonly groups = new Map<string, ReasonGroup>();
  private readonly counts = { delivered: 0, failed: 0, unknown: 0, held: 0, pending: 0 };
  private ended = 0;

  /** @param elapsedMs  Since the run began, by a clock that only goes forward. */
  exchange({ result }: Exchange, elapsedMs: number): void {
    this.ended++;
    if (result.kind === "answer") this.latencies.add(result.durationMs);
    this.timeLine.add(fateOf(result), elapsedMs);
  }

  outcome({ state, code = state, reason = "", message, status }: MessageOutcome): void {
    this.counts[state]++;
    if (state === "delivered") return;
    const key = `${state} ${code} ${status ?? ""} ${reason}`;
    const known = this.groups.get(key);
    if (known !== undefined) {
      known.count++;
      return;
    }
    if (this.groups.size >= MOST_GROUPS) {
      this.addToOthers(state, message);
      return;
    }
    const { source, line, record } = message;
    this.groups.set(key, { state, code, reason, count: 1, first: { source, line, record } });
  }

  private addToOthers(
    state: ReasonGroup["state"],
    { source, line, record }: MessageOutcome["message"],
  ): void {
    const key = `${state} ${OTHER_REASONS}`;
    const others = this.groups.get(key);
    if (others !== undefined) others.count++;
    else {
      const first = { source, line, record };
      this.groups.set(key, { state, code: OTHER_REASONS, reason: "for other reasons", count: 1, first });
    }
  }

  /** Requests that have come to an end. */
  get exchanges(): number {
    return this.ended;
  }

  /** Outcomes of this run by state. */
  get outcomes(): Readonly<Record<MessageState, number>> {
    return this.counts;
  }

  /** By state, and the most frequent first. */
  reasons(): ReasonGroup[] {
    return [...this.groups.values()].sort(
      (a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state) || b.count - a.count,
    );
  }
}

const STATES: readonly MessageState[] = ["failed", "unknown", "held", "pending"];

/** Answers that end a try without ending the message; the rule of design is the run's, this is only for colours. */
const AGAIN = new Set([401, 408, 409, 425, 429, 500, 502, 503, 504]);

function fateOf(result: SendResult): Fate {
  if (result.kind === "fault") return "unanswered";
  const { status } = result;
  if (status >= 200 && status <= 299) return "delivered";
  return AGAIN.has(status) ? "again" : "refused";
}
