import type { Json } from "./value.ts";

/**
 * What JSON.parse gives for a text; undefined where that is not all there is to say about it: it is no JSON, a key comes
 * twice, a number would lose digits, an escape is half a character, or it is nested deeper than `maxDepth`. It takes
 * a closer look then to say what, in about twice the time.
 */
export function parseQuickly(text: string, maxDepth: number): Json | undefined {
  const members = membersIn(text, maxDepth);
  if (members < 0) return undefined;
  try {
    const value = JSON.parse(text) as Json;
    // A key that came twice is there once.
    return members === membersOf(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const QUOTE = 0x22;
const MINUS = 0x2d;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const DIGIT_8 = 0x38;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const LETTER_C = 0x63;
const LETTER_D = 0x64;
const LETTER_E = 0x65;
const LETTER_U = 0x75;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const LOWER_CASE = 0x20;
const DOT = 0x2e;
/** Digits that a double always keeps. */
const SAFE_DIGITS = 15;
const NUMBER = /[-+.0-9eE]+/y;

/** How many members the objects of a text have, if it is sound; -1 for what JSON.parse would not see or not keep. */
function membersIn(text: string, maxDepth: number): number {
  let members = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      at = closingQuote(text, at + 1);
      if (at < 0) return -1;
    } else if (unit === COLON) {
      members++;
    } else if (unit === OPEN_BRACE || unit === OPEN_BRACKET) {
      if (++depth > maxDepth) return -1;
    } else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) {
      depth--;
    } else if (unit === MINUS || isDigit(unit)) {
      at = lastOfNumber(text, at);
      if (at < 0) return -1;
    }
  }
  return members;
}

/** Index of the quote that ends a string; -1 for none, and for an escape that is half a surrogate pair. */
function closingQuote(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) return at;
    if (unit !== BACKSLASH) continue;
    at++;
    if (text.charCodeAt(at) !== LETTER_U) continue;
    const kind = surrogateAt(text, at);
    if (kind === LOW) return -1;
    if (kind !== HIGH) continue;
    // The other half comes as an escape too; where anything else stands it is missing.
    if (text.charCodeAt(at + 5) !== BACKSLASH || text.charCodeAt(at + 6) !== LETTER_U) return -1;
    at += 6;
    if (surrogateAt(text, at) !== LOW) return -1;
  }
  return -1;
}

const NO_SURROGATE = 0;
const HIGH = 1;
const LOW = 2;

/** Which half of a surrogate pair an escape is, whose `u` stands at `at`. Whether its digits are some is not looked at. */
function surrogateAt(text: string, at: number): number {
  if ((text.charCodeAt(at + 1) | LOWER_CASE) !== LETTER_D) return NO_SURROGATE;
  const second = text.charCodeAt(at + 2);
  if (second < DIGIT_8) return NO_SURROGATE;
  return second <= DIGIT_9 || (second | LOWER_CASE) < LETTER_C ? HIGH : LOW;
}

/** Index of a number's last character; -1 where a double would print it otherwise. */
function lastOfNumber(text: string, start: number): number {
  let at = start;
  while (isDigit(text.charCodeAt(at + 1))) at++;
  const next = text.charCodeAt(at + 1);
  const isWhole = next !== DOT && (next | LOWER_CASE) !== LETTER_E;
  if (isWhole && at - start < SAFE_DIGITS && text.charCodeAt(start) !== MINUS) return at;
  NUMBER.lastIndex = start;
  const token = NUMBER.exec(text)?.[0] ?? "";
  return String(Number(token)) === token ? start + token.length - 1 : -1;
}

function isDigit(unit: number): boolean {
  return unit >= DIGIT_0 && unit <= DIGIT_9;
}

/** How many members the objects in a value have. */
function membersOf(value: Json): number {
  if (typeof value !== "object" || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) members += membersOf(item);
    return members;
  }
  const object = value as Readonly<Record<string, Json>>;
  for (const key in object) members += 1 + membersOf(object[key]!);
  return members;
}
