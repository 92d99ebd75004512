import { isSimple } from "./characters.ts";

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
/** The segmenter's time grows with the square of a text's length; beyond this it is fed in pieces. */
const PIECE_UNITS = 100;
/** What may stand first in a piece: not the rest of a cluster that the piece before began. */
const MAY_START =
  /^(?!\p{M}|\p{Emoji_Modifier}|\p{Regional_Indicator}|[\u200c\u200d]|[\u1100-\u11ff]|[\u{e0020}-\u{e007f}])./su;
/** No cluster that people write is longer; a heap of marks is cut here. */
const LONGEST_PIECE_UNITS = 4 * PIECE_UNITS;

/** What a reader takes for one character each: letters with their marks, emoji with their modifiers. */
export function* clustersOf(text: string): Generator<string> {
  if (isSimple(text)) {
    yield* text;
    return;
  }
  for (let start = 0; start < text.length; ) {
    const end = endOfPiece(text, start);
    for (const { segment } of segmenter.segment(text.slice(start, end))) yield segment;
    start = end;
  }
}

function endOfPiece(text: string, start: number): number {
  const latest = Math.min(text.length, start + LONGEST_PIECE_UNITS);
  for (let end = start + PIECE_UNITS; end < latest; end++) {
    const isWholeBefore = text.charCodeAt(end - 1) !== 0x200d;
    if (isWholeBefore && !isLowSurrogate(text, end) && MAY_START.test(text.slice(end, end + 2))) return end;
  }
  return isLowSurrogate(text, latest) ? latest - 1 : latest;
}

function isLowSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
