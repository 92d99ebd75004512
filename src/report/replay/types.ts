import type { MessageOutcome, ReplaySummary } from "../../replay/types.ts";
import type { ReplayStatistics } from "./statistics.ts";

/** What became of the records before any was sent: `read = planned + leftOut + rejected`, but where records are folded. */
export interface ReplayInput {
  readonly read: number;
  /** Records of no use for sending, by reason: `in another shard`, `no body`. */
  readonly leftOut: ReadonlyMap<string, number>;
  /** Records that cannot be sent, by the code of the finding. */
  readonly rejected: ReadonlyMap<string, number>;
}

/** Everything that a report says when the run is over. */
export interface ReplayReport {
  readonly input: ReplayInput;
  readonly summary: ReplaySummary;
  readonly statistics: ReplayStatistics;
  /** Scheme, host and port of where messages went. */
  readonly target: string;
  readonly startedAtWallMs: number;
  /** What to do about what is not delivered, one sentence a line; empty when all is. */
  readonly advice: readonly string[];
}

/**
 * Turns a replay into text, piece by piece: `start`, then each message's outcome in the order they come, then `end`. Each call
 * gives the text to append. Payload text, answers and secrets never stand in it: an outcome has codes and reasons, and
 * the names of sources are escaped.
 */
export interface ReplayReporter {
  start(): string;
  outcome(outcome: MessageOutcome): string;
  end(report: ReplayReport): string;
}
