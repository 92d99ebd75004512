/**
 * Texts that show where a finding is expected: ⟦ stands before its first character and, where the end is told too,
 * ⟧ behind its last. The place is counted from the finished text, without any code of the product.
 */

const START = "⟦";
const END = "⟧";

/** Raw bytes have no place in a string; until the text becomes bytes, each is one character from here on. */
const RAW_BYTES = 0xf700;

/** Bytes that are no UTF-8, for use in marked texts. */
export function raw(...bytes: readonly number[]): string {
  return String.fromCharCode(...bytes.map((byte) => RAW_BYTES + byte));
}

export function hasRawBytes(text: string): boolean {
  return /[\uf700-\uf7ff]/.test(text);
}

export function bytesOf(text: string): Buffer {
  const parts = text.split(/([\uf700-\uf7ff])/);
  return Buffer.concat(
    parts.map((part, index) =>
      index % 2 === 0 ? Buffer.from(part, "utf8") : Buffer.of(part.charCodeAt(0) - RAW_BYTES),
    ),
  );
}

export interface ExpectedPlace {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
  readonly endLine?: number;
  readonly endColumn?: number;
}

export interface Unmarked {
  readonly text: string;
  readonly place: ExpectedPlace;
}

/** Takes the markers out and counts: lines by LF, columns in UTF-16 units, both from 1; `offset` in bytes. */
export function unmark(marked: string): Unmarked {
  const starts = marked.split(START);
  if (starts.length !== 2) throw new Error(`${starts.length - 1} markers in ${marked}`);
  const [before, after] = starts as [string, string];
  const text = before + after.replace(END, "");
  const start = { ...lineAndColumn(text, before.length), offset: bytesOf(before).length };
  const length = after.indexOf(END);
  if (length < 0) return { text, place: start };
  const end = lineAndColumn(text, before.length + length);
  return { text, place: { ...start, endLine: end.line, endColumn: end.column } };
}

function lineAndColumn(text: string, index: number): { line: number; column: number } {
  const lines = text.slice(0, index).split("\n");
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}

/** JSON text of a string in ASCII only; the markers stay as they are. */
export function asciiJson(text: string): string {
  return JSON.stringify(text).replace(/[^\0-\x7f⟦⟧]/g, escaped);
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/**
 * Replaces one stretch of a JSON text, found by a snippet. White space between the snippet's tokens does not matter,
 * so the same edit fits every layout.
 *
 * @param snippet  Compact JSON with «» around what is replaced; must fit exactly once. … stands for any text.
 * @param put      What stands there afterwards, literally.
 */
export function edited(text: string, snippet: string, put: string): string {
  const found = findSnippet(text, snippet);
  return text.slice(0, found.start) + put + text.slice(found.end);
}

/** The text up to the end of what «» enclose, and nothing more. */
export function cutBehind(text: string, snippet: string): string {
  return text.slice(0, findSnippet(text, snippet).end);
}

function findSnippet(text: string, snippet: string): { start: number; end: number } {
  const match = /^(.*)«(.*)»(.*)$/su.exec(snippet);
  if (match === null) throw new Error(`no «» in ${snippet}`);
  const [before, target, after] = match.slice(1).map(looselySpaced) as [string, string, string];
  // Where nothing is replaced, "put" goes right behind what stands before it.
  const space = target === "" ? "" : "\\s*";
  const pattern = new RegExp(`(?<=${before}${space})${target}(?=\\s*${after})`, "gu");
  const found = [...text.matchAll(pattern)];
  if (found.length !== 1) throw new Error(`${found.length} times ${snippet}`);
  const start = found[0]!.index;
  return { start, end: start + found[0]![0].length };
}

/** A pattern for compact JSON that also fits its pretty-printed form. */
function looselySpaced(snippet: string): string {
  const tokens = snippet.match(/"(?:[^"\\]|\\.)*"?|[^"\s]/gsu) ?? [];
  return tokens.map((token) => (token === "…" ? "[^]*?" : literally(token))).join("\\s*");
}

function literally(token: string): string {
  return token.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
