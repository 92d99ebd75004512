import type { MessageOutcome } from "../../replay/types.ts";
import { safeJson } from "../safe.ts";
import type { ReplayReport, ReplayReporter } from "./types.ts";

/** What machines get of a message's outcome, in a stable order. */
export function outcomeData(outcome: MessageOutcome) {
  const { message, state, attempts, status, code, reason, elapsedMs, durationMs } = outcome;
  const { sequence, identity, source, record, line, format, event } = message;
  return {
    ...{ sequence, identity, source, record, line, format, event },
    ...{ state, attempts, status, code, reason },
    elapsedMs: tenth(elapsedMs),
    durationMs: durationMs === undefined ? undefined : tenth(durationMs),
  };
}

/** The summary as plain data; `planned = delivered + failed + unknown + held + pending`. */
export function summaryData(report: ReplayReport) {
  const { summary, statistics, input, target, startedAtWallMs, advice } = report;
  const { statuses, faults, elapsedMs, ...counts } = summary;
  const { latencies } = statistics;
  const percentile = (fraction: number) => {
    const ms = latencies.percentileMs(fraction);
    return ms === undefined ? null : tenth(ms);
  };
  return {
    target,
    startedAt: new Date(startedAtWallMs).toISOString(),
    ...counts,
    elapsedMs: tenth(elapsedMs),
    statuses: Object.fromEntries(statuses),
    faults: Object.fromEntries(faults),
    latencyMs: {
      ...{ p50: percentile(0.5), p90: percentile(0.9), p99: percentile(0.99) },
      max: latencies.count === 0 ? null : tenth(latencies.greatestMs),
    },
    records: {
      read: input.read,
      leftOut: Object.fromEntries(input.leftOut),
      rejected: Object.fromEntries(input.rejected),
    },
    reasons: statistics.reasons(),
    advice,
  };
}

/** One document: `{"version", "messages": […], "summary"}`, a message a line, written as outcomes come. */
export function jsonReplayReporter(toolVersion: string): ReplayReporter {
  let separator = "\n";
  return {
    start: () => `{"version":${safeJson(toolVersion)},"messages":[`,
    outcome(outcome) {
      const text = separator + safeJson(outcomeData(outcome));
      separator = ",\n";
      return text;
    },
    end: (report) => `\n],"summary":${safeJson(summaryData(report))}}\n`,
  };
}

/** JSON Lines: a message a line, and a last line `{"summary": …}`. */
export function jsonLinesReplayReporter(): ReplayReporter {
  return {
    start: () => "",
    outcome: (outcome) => `${safeJson(outcomeData(outcome))}\n`,
    end: (report) => `${safeJson({ summary: summaryData(report) })}\n`,
  };
}

function tenth(ms: number): number {
  return Math.round(ms * 10) / 10;
}
