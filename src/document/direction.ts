import bidiFactory, { type Bidi } from "bidi-js";
import { hasRightToLeft } from "./characters.ts";

/** Text of both directions, by the Unicode Bidirectional Algorithm (UAX #9). Odd levels run from right to left. */

// Its types are those of an ES module, which it is not for Node.
const bidi = (bidiFactory as unknown as () => Bidi)();

/** Embeddings and overrides are shown and do not act; what stands for them has no direction. */
const EMBEDDINGS = /[\u202a-\u202e]/g;
const NEUTRAL = "\ufffc";

export interface Levels {
  /** One for each UTF-16 unit. */
  readonly levels: Uint8Array;
  /** Of the paragraph as a whole, by its first letter. */
  readonly base: number;
}

/** The levels of a paragraph; undefined where all of it runs from left to right. */
export function levelsOf(paragraph: string): Levels | undefined {
  if (!hasRightToLeft(paragraph)) return undefined;
  const { levels, paragraphs } = bidi.getEmbeddingLevels(paragraph.replace(EMBEDDINGS, NEUTRAL), "auto");
  return { levels, base: paragraphs[0]?.level ?? 0 };
}

/** A text in stretches of one level each, in the text's own order. */
export function* levelStretches(
  text: string,
  levels: Uint8Array,
): Generator<{ readonly text: string; readonly level: number }> {
  let start = 0;
  for (let end = 1; end <= text.length; end++) {
    if (end < text.length && levels[end] === levels[start]) continue;
    yield { text: text.slice(start, end), level: levels[start] ?? 0 };
    start = end;
  }
}

/** Brackets and the like as they look in text from right to left. */
export function mirrored(text: string): string {
  return [...text].map((character) => bidi.getMirroredCharacter(character) ?? character).join("");
}

/** A line's pieces from left to right (rule L2): from the highest level down, what is at least as high is turned round. */
export function reordered<T extends { readonly level?: number }>(pieces: readonly T[]): T[] {
  const result = [...pieces];
  const levelAt = (index: number) => result[index]?.level ?? 0;
  const highest = result.reduce((most, { level = 0 }) => Math.max(most, level), 0);
  for (let level = highest; level > 0; level--) {
    for (let start = 0; start < result.length; start++) {
      if (levelAt(start) < level) continue;
      let end = start;
      while (end < result.length && levelAt(end) >= level) end++;
      result.splice(start, end - start, ...result.slice(start, end).reverse());
      start = end;
    }
  }
  return result;
}
