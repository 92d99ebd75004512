import type { Finding } from "../diagnostics/finding.ts";

/** What a run came to. `records` is always `valid + invalid + skipped`. */
export interface ReportSummary {
  /** Sources that were opened. */
  readonly sources: number;
  readonly records: number;
  readonly valid: number;
  readonly invalid: number;
  readonly skipped: number;
  /** Findings of each severity, the hidden ones among them. */
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
  /** How many of these were kept from the reporter because of --max-findings. */
  readonly hiddenFindings: number;
}

export type Verdict = "valid" | "invalid" | "skipped";

/** What became of one record. */
export interface RecordVerdict {
  readonly source: string;
  /** Number within its source, from 1. */
  readonly record: number;
  /** Line on which the record starts, from 1. */
  readonly line: number;
  readonly format?: string;
  readonly verdict: Verdict;
}

/**
 * Turns a run into text, piece by piece: each call gives the text to append to the output, often none. Calls come
 * in this order: `start`; then, for each record, its findings and after them its `record`; `end`. Findings of a
 * source itself (record 0) come anywhere in between.
 *
 * Every piece is safe to show on a terminal: payload text in it has its control characters escaped.
 */
export interface Reporter<Summary = ReportSummary> {
  start(): string;
  finding(finding: Finding): string;
  /** Absent where the output has no place for records. */
  record?(record: RecordVerdict): string;
  end(summary: Summary): string;
}

export interface ReporterOptions {
  /** Whether the text reporter may use ANSI colours; nothing else is asked, not even the environment. */
  readonly color: boolean;
  readonly toolVersion: string;
}
