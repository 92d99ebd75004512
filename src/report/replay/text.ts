import type { MessageOutcome } from "../../replay/types.ts";
import { safeText } from "../safe.ts";
import { replaySummary } from "./summary.ts";
import type { ReplayReporter } from "./types.ts";
import { placeOfRecord, shownReason } from "./words.ts";

/** For people: a line for every message that is not delivered, then the summary. */
export function textReplayReporter(): ReplayReporter {
  return {
    start: () => "",
    outcome: (outcome) => (outcome.state === "delivered" ? "" : `${outcomeLine(outcome)}\n`),
    end: replaySummary,
  };
}

/** `failed captures/a.json:1 (message 4, 3 attempts): the endpoint answered 400` */
export function outcomeLine({ state, message, attempts, code = "", reason }: MessageOutcome): string {
  const tries = attempts === 1 ? "1 attempt" : `${attempts} attempts`;
  const why = reason === undefined ? safeText(code) : shownReason(reason);
  return `${state} ${placeOfRecord(message)} (message ${message.sequence}, ${tries})${why === "" ? "" : `: ${why}`}`;
}
