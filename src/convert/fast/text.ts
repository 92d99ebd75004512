import type { Output } from "./output.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;

/**
 * Whether one of four bytes is a control character, a quote or a backslash. `x ^ 0x02` sorts the quote in right
 * behind the control characters, so that one comparison finds both; it is the usual "has a byte less than n".
 */
function holdsSpecial(word: number): boolean {
  const low = word ^ 0x02020202;
  const slash = word ^ 0x5c5c5c5c;
  return ((((low - 0x21212121) & ~low) | ((slash - 0x01010101) & ~slash)) & 0x80808080) !== 0;
}

/** Index of the first control character, quote or backslash in [at, end); `end` where there is none. */
function nextSpecial(view: DataView, at: number, end: number): number {
  let next = at;
  const lastWord = end - 4;
  while (next <= lastWord && !holdsSpecial(view.getInt32(next, true))) next += 4;
  while (next < end) {
    const byte = view.getUint8(next);
    if (byte === QUOTE || byte === BACKSLASH || byte < 0x20) break;
    next++;
  }
  return next;
}

/** Where the string ends that has its opening quote at `at`; -1 unless it is valid and without escapes. */
export function skipPlainText(view: DataView, at: number, end: number): number {
  if (at >= end || view.getUint8(at) !== QUOTE) return -1;
  const next = nextSpecial(view, at + 1, end);
  return next < end && view.getUint8(next) === QUOTE ? next + 1 : -1;
}

/** Where the string ends that has its opening quote at `at`; -1 unless it is valid. UTF-8 is not looked at. */
export function skipText(view: DataView, at: number, end: number): number {
  if (at >= end || view.getUint8(at) !== QUOTE) return -1;
  let next = at + 1;
  for (;;) {
    next = nextSpecial(view, next, end);
    if (next >= end) return -1;
    const byte = view.getUint8(next);
    if (byte === QUOTE) return next + 1;
    if (byte !== BACKSLASH) return -1;
    next = skipEscape(view, next, end);
    if (next < 0) return -1;
  }
}

function skipEscape(view: DataView, at: number, end: number): number {
  if (at + 2 > end) return -1;
  const letter = view.getUint8(at + 1);
  if (letter !== LETTER_U) return SIMPLE_ESCAPE[letter] === 0 ? -1 : at + 2;
  const point = codePointAt(view, at, end);
  if (point < 0) return -1;
  return at + (point > 0xffff ? 12 : 6);
}

/** What a simple escape stands for, by its letter; 0 for no such escape. */
const SIMPLE_ESCAPE = new Uint8Array(256);
/** The letter of the short escape that `JSON.stringify` has for a byte; 0 for none. */
const SHORT_FOR = new Uint8Array(0x5d);
for (const [letter, byte] of [
  ['"', 0x22],
  ["\\", 0x5c],
  ["/", 0x2f],
  ["b", 0x08],
  ["f", 0x0c],
  ["n", 0x0a],
  ["r", 0x0d],
  ["t", 0x09],
] as const) {
  SIMPLE_ESCAPE[letter.charCodeAt(0)] = byte;
  if (letter !== "/") SHORT_FOR[byte] = letter.charCodeAt(0);
}

/** The code point of the `\uXXXX` at `at`, or of the two of a surrogate pair; -1 where they are broken or alone. */
function codePointAt(view: DataView, at: number, end: number): number {
  const unit = hexUnit(view, at, end);
  if (unit < 0xd800 || unit > 0xdfff) return unit;
  const low = unit <= 0xdbff ? hexUnit(view, at + 6, end) : -1;
  return low >= 0xdc00 && low <= 0xdfff ? 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00) : -1;
}

function hexUnit(view: DataView, at: number, end: number): number {
  if (at + 6 > end || view.getUint8(at) !== BACKSLASH || view.getUint8(at + 1) !== LETTER_U) return -1;
  let unit = 0;
  for (let k = at + 2; k < at + 6; k++) {
    const digit = HEX_DIGIT[view.getUint8(k)]!;
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

const HEX_DIGIT = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 16; digit++) {
  const letter = digit.toString(16);
  HEX_DIGIT[letter.charCodeAt(0)] = digit;
  HEX_DIGIT[letter.toUpperCase().charCodeAt(0)] = digit;
}

/** The longest escape and the quote behind it; what is written is never longer than what was read. */
const SLACK = 16;

/**
 * Writes the string that has its opening quote at `at` as `JSON.stringify` spells it.
 *
 * @returns Where it ends; -1 unless it is valid. UTF-8 is not looked at.
 */
export function copyText(view: DataView, at: number, end: number, output: Output): number {
  if (at >= end || view.getUint8(at) !== QUOTE) return -1;
  output.bytes[output.length++] = QUOTE;
  let next = at + 1;
  for (;;) {
    output.reserve(SLACK);
    next = copyPlain(view, next, end, output);
    if (next >= end) return -1;
    const byte = view.getUint8(next);
    if (byte === QUOTE) {
      output.bytes[output.length++] = QUOTE;
      return next + 1;
    }
    // Anything else that stopped the copy is a control character, or the buffer is full and grows.
    if (byte === BACKSLASH) next = copyEscape(view, next, end, output);
    else if (byte < 0x20) return -1;
    if (next < 0) return -1;
  }
}

/** Copies bytes up to the first special one, or as many as there is room for. @returns Where it stopped. */
function copyPlain(view: DataView, at: number, end: number, output: Output): number {
  const { bytes: target, view: targetView } = output;
  let to = output.length;
  const stop = Math.min(end, at + target.length - to - SLACK / 2);
  let next = at;
  const lastWord = stop - 4;
  while (next <= lastWord) {
    const word = view.getInt32(next, true);
    if (holdsSpecial(word)) break;
    targetView.setInt32(to, word, true);
    next += 4;
    to += 4;
  }
  while (next < stop) {
    const byte = view.getUint8(next);
    if (byte === QUOTE || byte === BACKSLASH || byte < 0x20) break;
    target[to++] = byte;
    next++;
  }
  output.length = to;
  return next;
}

function copyEscape(view: DataView, at: number, end: number, output: Output): number {
  if (at + 2 > end) return -1;
  const letter = view.getUint8(at + 1);
  if (letter === LETTER_U) {
    const point = codePointAt(view, at, end);
    if (point < 0) return -1;
    putCodePoint(point, output);
    return at + (point > 0xffff ? 12 : 6);
  }
  const byte = SIMPLE_ESCAPE[letter]!;
  if (byte === 0) return -1;
  putCodePoint(byte, output);
  return at + 2;
}

function putCodePoint(point: number, output: Output): void {
  const { bytes } = output;
  let to = output.length;
  if (point < SHORT_FOR.length && SHORT_FOR[point] !== 0) {
    bytes[to++] = BACKSLASH;
    bytes[to++] = SHORT_FOR[point]!;
  } else if (point < 0x20) {
    for (const letter of `\\u00${point.toString(16).padStart(2, "0")}`) bytes[to++] = letter.charCodeAt(0);
  } else if (point < 0x80) {
    bytes[to++] = point;
  } else if (point < 0x800) {
    bytes[to++] = 0xc0 | (point >> 6);
    bytes[to++] = 0x80 | (point & 0x3f);
  } else if (point < 0x10000) {
    bytes[to++] = 0xe0 | (point >> 12);
    bytes[to++] = 0x80 | ((point >> 6) & 0x3f);
    bytes[to++] = 0x80 | (point & 0x3f);
  } else {
    bytes[to++] = 0xf0 | (point >> 18);
    bytes[to++] = 0x80 | ((point >> 12) & 0x3f);
    bytes[to++] = 0x80 | ((point >> 6) & 0x3f);
    bytes[to++] = 0x80 | (point & 0x3f);
  }
  output.length = to;
}
