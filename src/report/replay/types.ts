import type { ReplayInput } from "../../plan/input-counts.ts";
import type { MessageOutcome, ReplaySummary } from "../../replay/types.ts";
import type { ReplayStatistics } from "./statistics.ts";

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
