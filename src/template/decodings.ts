/**
 * Texts with an encoding undone, unit by unit, that still know where each unit came from. They are for finding: a
 * part that is not encoded, or wrongly, stays as it is.
 */
export interface Traced {
  readonly text: string;
  /** Where each unit starts and ends in the original text; absent where this is the original. */
  readonly origins?: { readonly starts: Uint32Array; readonly ends: Uint32Array };
}

/** Index in the original text of the start of a unit. */
export function startOf({ origins }: Traced, unit: number): number {
  return origins === undefined ? unit : origins.starts[unit]!;
}

/** Index in the original text behind a unit. */
export function endOf({ origins }: Traced, unit: number): number {
  return origins === undefined ? unit + 1 : origins.ends[unit]!;
}

/** One escape at a place: how long it is and what it stands for. */
type Escape = (text: string, at: number) => { readonly length: number; readonly value: string } | undefined;

/** `%XX` runs as UTF-8; a wrong sequence stays. */
function percentEscape(text: string, at: number) {
  const lead = hexByte(text, at);
  if (lead === undefined) return undefined;
  const count = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  const length = count * 3;
  if (count === 0 || at + length > text.length) return undefined;
  try {
    return { length, value: decodeURIComponent(text.slice(at, at + length)) };
  } catch {
    return undefined;
  }
}

function hexByte(text: string, at: number): number | undefined {
  const digits = text.slice(at + 1, at + 3);
  return /^[0-9A-Fa-f]{2}$/.test(digits) ? Number.parseInt(digits, 16) : undefined;
}

const JSON_LETTERS = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["'", "'"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** JSON's escapes, and those of JavaScript's strings (`\xXX`), which is how logs show text. */
function jsonEscape(text: string, at: number) {
  const letter = text.charAt(at + 1);
  const simple = JSON_LETTERS.get(letter);
  if (simple !== undefined) return { length: 2, value: simple };
  const digits = letter === "u" ? 4 : letter === "x" ? 2 : 0;
  const hex = text.slice(at + 2, at + 2 + digits);
  if (digits === 0 || hex.length < digits || !/^[0-9A-Fa-f]+$/.test(hex)) return undefined;
  return { length: digits + 2, value: String.fromCharCode(Number.parseInt(hex, 16)) };
}

const XML_REFERENCE = /&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6}));/y;
const XML_NAMES = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

function xmlEscape(text: string, at: number) {
  XML_REFERENCE.lastIndex = at;
  const match = XML_REFERENCE.exec(text);
  if (match === null) return undefined;
  const code = match[2] === undefined ? Number.parseInt(match[3] ?? "", 16) : Number(match[2]);
  const named = XML_NAMES.get(match[1] ?? "");
  if (named === undefined && !(code <= 0x10ffff)) return undefined;
  return { length: match[0].length, value: named ?? String.fromCodePoint(code) };
}

/** Base64 and hex are broken into lines by mail and by some loggers. */
function lineBreak(text: string, at: number) {
  return { length: text[at] === "\r" && text[at + 1] === "\n" ? 2 : 1, value: "" };
}

/** An encoding, and the characters without which a text cannot be in it. */
export interface Decoding {
  readonly marks: RegExp;
  readonly escape: Escape;
}

export const DECODINGS: readonly Decoding[] = [
  { marks: /%/g, escape: percentEscape },
  { marks: /\\/g, escape: jsonEscape },
  { marks: /&/g, escape: xmlEscape },
];

export const LINE_BREAKS: Decoding = { marks: /[\r\n]/g, escape: lineBreak };

const NO_UNITS = new Uint32Array(0);

/** The text with one encoding undone once; undefined where there is nothing to undo. Linear in its length. */
export function undo(from: Traced, { marks, escape: escapeAt }: Decoding): Traced | undefined {
  const parts: string[] = [];
  let starts = NO_UNITS;
  let ends = NO_UNITS;
  let units = 0;
  let copied = 0;
  const copyUntil = (end: number) => {
    parts.push(from.text.slice(copied, end));
    for (let unit = copied; unit < end; unit++, units++) {
      starts[units] = startOf(from, unit);
      ends[units] = endOf(from, unit);
    }
  };
  marks.lastIndex = 0;
  for (let mark = marks.exec(from.text); mark !== null; mark = marks.exec(from.text)) {
    const found = escapeAt(from.text, mark.index);
    if (found === undefined) continue;
    if (copied === 0) {
      starts = new Uint32Array(from.text.length);
      ends = new Uint32Array(from.text.length);
    }
    copyUntil(mark.index);
    copied = mark.index + found.length;
    parts.push(found.value);
    for (let unit = 0; unit < found.value.length; unit++, units++) {
      starts[units] = startOf(from, mark.index);
      ends[units] = endOf(from, copied - 1);
    }
    marks.lastIndex = copied;
  }
  if (copied === 0) return undefined;
  copyUntil(from.text.length);
  return { text: parts.join(""), origins: { starts, ends } };
}
