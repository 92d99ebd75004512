/** Which characters are drawn how. Code points are numbers. */

/** Line feeds in all spellings that text has. */
export const LINE_END = /\r\n|[\n\r\u2028\u2029]/;

/**
 * Characters that would act instead of being seen: controls other than line feeds and tabs, interlinear annotation, and
 * the bidirectional embeddings and overrides, which can make a text read otherwise than it is. They are drawn as a box
 * that names them.
 */
export function isControl(codePoint: number): boolean {
  if (codePoint < 0x20) return codePoint !== 0x09 && codePoint !== 0x0a && codePoint !== 0x0d;
  return (
    (codePoint >= 0x7f && codePoint <= 0x9f) ||
    (codePoint >= 0x202a && codePoint <= 0x202e) ||
    (codePoint >= 0xfff9 && codePoint <= 0xfffb)
  );
}

/** Characters that are there without being seen: joiners, marks of direction, soft hyphens, variation selectors. */
export function isInvisible(codePoint: number): boolean {
  if (codePoint < 0xad) return false;
  return (
    codePoint === 0xad ||
    codePoint === 0x34f ||
    codePoint === 0x61c ||
    (codePoint >= 0x200b && codePoint <= 0x200f) ||
    (codePoint >= 0x2060 && codePoint <= 0x206f) ||
    (codePoint >= 0xfe00 && codePoint <= 0xfe0f) ||
    codePoint === 0xfeff ||
    (codePoint >= 0xe0100 && codePoint <= 0xe01ef)
  );
}

/** Spaces of all widths but the one of the keyboard; one that the font lacks is drawn as that. */
export function isOtherSpace(codePoint: number): boolean {
  return (
    codePoint === 0xa0 ||
    codePoint === 0x1680 ||
    (codePoint >= 0x2000 && codePoint <= 0x200a) ||
    codePoint === 0x202f ||
    codePoint === 0x205f ||
    codePoint === 0x3000
  );
}

/**
 * Text of which each character is one glyph, whatever stands beside it: Latin, Greek and Cyrillic letters with their
 * accents made in, digits, punctuation, currencies. The fonts of the package have all of them; a test holds them to it.
 * Everything else goes through the font's own shaping rules.
 */
const SIMPLE =
  /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u02af\u0384-\u038a\u038e-\u03a1\u03a3-\u03e1\u03f0-\u0482\u048a-\u052f\u1e00-\u1f15\u1f20-\u1f45\u1f60-\u1f7d\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2100-\u214f]*$/;

export function isSimple(text: string): boolean {
  return SIMPLE.test(text);
}

/** Letters that run from right to left. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

export function hasRightToLeft(text: string): boolean {
  return RIGHT_TO_LEFT.test(text);
}

/** How a character is named where it cannot be drawn: `U+1F9FF`. */
export function nameOf(codePoint: number): string {
  return `U+${codePoint.toString(16).toUpperCase().padStart(4, "0")}`;
}
