import type { ReplayInput } from "../../plan/input-counts.ts";
import type { ReplaySummary } from "../../replay/types.ts";
import { safeText } from "../safe.ts";
import type { ReasonGroup } from "./statistics.ts";
import type { ReplayReport } from "./types.ts";
import { duration, percentiles, perSecond, placeOfRecord, shownReason, stoppedLine } from "./words.ts";

const MOST_REASONS = 12;

/** The end of a replay for people, with a line feed at the end. Its first line always adds up. */
export function replaySummary(report: ReplayReport): string {
  const { summary, input } = report;
  const lines = [
    sumLine(summary),
    ...beforeLine(summary),
    ...inputLines(input, summary.planned),
    ...requestLines(report),
    ...reasonLines(report.statistics.reasons()),
    ...(summary.stopped === undefined ? [] : [stoppedLine(summary.stopped)]),
    ...report.advice.map(safeText),
  ];
  return `${lines.join("\n")}\n`;
}

/** `planned 5 = delivered 3 + failed 1 + unknown 0 + held 1 + pending 0` */
function sumLine(summary: ReplaySummary): string {
  const { planned, delivered, failed, unknown, held, pending } = summary;
  return (
    `planned ${planned} = delivered ${delivered} + failed ${failed} + unknown ${unknown} + ` +
    `held ${held} + pending ${pending}`
  );
}

function beforeLine({ deliveredBefore, failedBefore }: ReplaySummary): string[] {
  const parts = [
    ...(deliveredBefore > 0 ? [`${deliveredBefore} delivered`] : []),
    ...(failedBefore > 0 ? [`${failedBefore} failed`] : []),
  ];
  return parts.length === 0 ? [] : [`of these by earlier runs: ${parts.join(", ")}`];
}

/** Said only where not every record became a message. */
export function inputLines({ read, leftOut, rejected }: ReplayInput, planned: number): string[] {
  if (leftOut.size === 0 && rejected.size === 0) return [];
  const named = (counts: ReadonlyMap<string, number>) =>
    [...counts].map(([why, count]) => `${count} ${safeText(why)}`).join(", ");
  const sum = (counts: ReadonlyMap<string, number>) =>
    [...counts.values()].reduce((total, count) => total + count, 0);
  const left = leftOut.size === 0 ? "" : ` + left out ${sum(leftOut)} (${named(leftOut)})`;
  const bad = rejected.size === 0 ? "" : ` + rejected ${sum(rejected)} (${named(rejected)})`;
  return [`records read ${read} = planned ${planned}${left}${bad}`];
}

function requestLines({ summary, statistics }: ReplayReport): string[] {
  const { attempts, elapsedMs } = summary;
  if (attempts === 0) return [];
  const speed = `${duration(elapsedMs)}, ${perSecond(attempts, elapsedMs)}`;
  const times = percentiles(statistics.latencies, [0.5, 0.9, 0.99]);
  const slowest = duration(statistics.latencies.greatestMs);
  return [
    `requests ${attempts} (${answersOf(summary)}) in ${speed}`,
    ...(times === undefined ? [] : [`answers took ${times}, slowest ${slowest}`]),
  ];
}

/** `200 ×110, 503 ×15, reset ×2` */
function answersOf({ statuses, faults }: ReplaySummary): string {
  const parts = [...[...statuses].sort(([a], [b]) => a - b), ...[...faults].sort(([, a], [, b]) => b - a)];
  return parts.map(([what, count]) => `${what} ×${count}`).join(", ");
}

function reasonLines(groups: readonly ReasonGroup[]): string[] {
  if (groups.length === 0) return [];
  const shown = groups.slice(0, MOST_REASONS);
  const width = Math.max(...shown.map(({ count }) => String(count).length));
  const lines = shown.map((group) => `  ${String(group.count).padStart(width)}  ${reasonLine(group)}`);
  const left = groups.length - shown.length;
  return ["not delivered:", ...lines, ...(left > 0 ? [`  and ${left} more reasons`] : [])];
}

function reasonLine({ state, code, reason, count, first }: ReasonGroup): string {
  const why = reason === "" ? safeText(code) : shownReason(reason);
  return `${state}: ${why} (${count > 1 ? "first " : ""}${placeOfRecord(first)})`;
}
