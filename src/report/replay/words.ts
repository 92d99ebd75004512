import { clip } from "../../diagnostics/quote.ts";
import { safeText } from "../safe.ts";

const LONGEST_NAME = 160;
const LONGEST_REASON = 240;

/** A source's name on one line. The end of a path says most. */
export function shownSource(source: string): string {
  return safeText(source.length > LONGEST_NAME ? `…${source.slice(-LONGEST_NAME)}` : source);
}

export function shownReason(reason: string): string {
  return safeText(clip(reason, LONGEST_REASON));
}

/** `captures/a.jsonl:12` */
export function placeOfRecord({ source, line }: { readonly source: string; readonly line: number }): string {
  return `${shownSource(source)}:${line}`;
}

/** `0.4 ms`, `12 ms`, `3.2 s`, `4 min 10 s`, `2 h 5 min` */
export function duration(ms: number): string {
  if (ms < 9.95) return `${(Math.round(ms * 10) / 10).toString()} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(Math.round(ms / 100) / 10).toString()} s`;
  const minutes = Math.floor(Math.round(ms / 1000) / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(ms / 1000) % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `12.3/s`, `830/s`; below one in a second by the minute. */
export function perSecond(count: number, elapsedMs: number): string {
  if (elapsedMs <= 0) return "0/s";
  const rate = (count * 1000) / elapsedMs;
  if (rate > 0 && rate < 1) return `${(rate * 60).toFixed(1)}/min`;
  return rate < 100 ? `${rate.toFixed(1)}/s` : `${Math.round(rate)}/s`;
}

/** `p50 12 ms, p90 30 ms, p99 80 ms`; undefined without answers. */
export function percentiles(
  latencies: { percentileMs(fraction: number): number | undefined },
  fractions: readonly number[],
): string | undefined {
  const parts = fractions.flatMap((fraction) => {
    const ms = latencies.percentileMs(fraction);
    return ms === undefined ? [] : [`p${fraction * 100} ${duration(ms)}`];
  });
  return parts.length === 0 ? undefined : parts.join(", ");
}

/** Why a run ended early, as a line: `stopped: the endpoint answered 410 Gone …`, `stopped by SIGINT`. */
export function stoppedLine({ reason }: { readonly reason: string }): string {
  const shown = shownReason(reason);
  return shown.startsWith("stopped ") ? shown : `stopped: ${shown}`;
}
