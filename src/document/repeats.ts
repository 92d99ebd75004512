import { isControl, isInvisible, isOtherSpace } from "./characters.ts";
import type { Face } from "./face.ts";

/** A stretch of a text: as it is, or one character so many times that it is told in figures. */
export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "repeat"; readonly character: string; readonly count: number };

const SAME = /(.)\1{7,}/gsu;
const MOST_BOXES = 7;
const MOST_LINE_FEEDS = 20;
const MOST_UNSEEN = 40;
const MOST_SPACES = 100;

/**
 * Cuts out what nobody would read to its end, and what would make a report of a short payload very long: a million
 * zeros, empty lines or accents on one letter. Letters may come as often as they like.
 */
export function* piecesOf(text: string, faces: readonly Face[]): Generator<Piece> {
  let start = 0;
  for (const match of text.matchAll(SAME)) {
    const character = match[1]!;
    const count = match[0].length / character.length;
    if (count <= mostTimes(character, faces)) continue;
    if (match.index > start) yield { kind: "text", text: text.slice(start, match.index) };
    yield { kind: "repeat", character, count };
    start = match.index + match[0].length;
  }
  if (start < text.length) yield { kind: "text", text: text.slice(start) };
}

function mostTimes(character: string, faces: readonly Face[]): number {
  const codePoint = character.codePointAt(0)!;
  if (codePoint === 0x0a || codePoint === 0x0d || codePoint === 0x2028 || codePoint === 0x2029)
    return MOST_LINE_FEEDS;
  if (codePoint === 0x20 || codePoint === 0x09 || isOtherSpace(codePoint)) return MOST_SPACES;
  if (isInvisible(codePoint) || /\p{M}/u.test(character)) return MOST_UNSEEN;
  const isBoxed = isControl(codePoint) || !faces.some((face) => face.has(codePoint));
  return isBoxed ? MOST_BOXES : Number.POSITIVE_INFINITY;
}
