import type { JsonObject } from "../json/value.ts";
import { formats } from "./registry.ts";
import type { FormatAdapter, Recognition } from "./types.ts";

/** What every format says of a document, the surest first. */
export interface Detection {
  /** The surest format; undefined where none is sure enough. */
  readonly format?: FormatAdapter;
  readonly candidates: readonly { readonly format: FormatAdapter; readonly recognition: Recognition }[];
}

/**
 * The format alone. A certain one ends the search: no other can be surer, and of two that are certain the first wins.
 */
export function formatOf(document: JsonObject): FormatAdapter | undefined {
  let best: FormatAdapter | undefined;
  let bestScore = 0;
  for (const format of formats) {
    const { score } = format.recognise(document);
    if (score === 1) return format;
    if (score > bestScore) {
      best = format;
      bestScore = score;
    }
  }
  return bestScore >= SURE_ENOUGH ? best : undefined;
}

/** Below this, a document is better called unknown than judged by the wrong vendor's rules. */
const SURE_ENOUGH = 0.3;

/** Looks at the content only; never throws. Of two formats equally sure, the one listed first wins. */
export function detectFormat(document: JsonObject): Detection {
  const candidates = formats
    .map((format) => ({ format, recognition: format.recognise(document) }))
    .sort((a, b) => b.recognition.score - a.recognition.score);
  const best = candidates[0]!;
  return best.recognition.score >= SURE_ENOUGH ? { format: best.format, candidates } : { candidates };
}
