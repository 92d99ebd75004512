import { counted } from "../words.ts";
import type { ReplayStatistics } from "./statistics.ts";
import { percentiles, perSecond } from "./words.ts";

/** The line that a terminal shows while a replay runs: sent, rate, failed, p50 and p99. */
export function liveLine(statistics: ReplayStatistics, elapsedMs: number): string {
  const { exchanges, outcomes, latencies } = statistics;
  const bad = [
    ...(outcomes.failed > 0 ? [`${outcomes.failed} failed`] : []),
    ...(outcomes.unknown > 0 ? [`${outcomes.unknown} unknown`] : []),
    ...(outcomes.held > 0 ? [`${outcomes.held} held`] : []),
  ];
  const times = percentiles(latencies, [0.5, 0.99]);
  return [
    `${counted(exchanges, "request")} sent, ${perSecond(exchanges, elapsedMs)}`,
    `${outcomes.delivered} delivered`,
    ...bad,
    ...(times === undefined ? [] : [times]),
  ].join(", ");
}
