import { parentOf, stepsOf } from "./pointer.ts";

/** Where a value stands in a text: UTF-16 indexes, ends exclusive. The key's span is there for object members. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly keyStart?: number;
  readonly keyEnd?: number;
}

interface Wanted {
  pointer?: string;
  readonly children: Map<string, Wanted>;
}

/**
 * Finds many pointers in one walk over a valid JSON text. A key that comes twice is found at its last place,
 * as its last value is the one that stands.
 *
 * @returns One span for each pointer that exists; the others are missing from the map.
 */
export function locateAll(text: string, pointers: Iterable<string>): Map<string, Span> {
  const root: Wanted = { children: new Map() };
  for (const pointer of pointers) {
    let node = root;
    for (const part of stepsOf(pointer)) {
      let next = node.children.get(part);
      if (next === undefined) {
        next = { children: new Map() };
        node.children.set(part, next);
      }
      node = next;
    }
    node.pointer = pointer;
  }
  const found = new Map<string, Span>();
  walk(text, skipSpace(text, 0), root, undefined, found);
  return found;
}

/** The span of one pointer, or of the nearest ancestor that exists. */
export function locate(text: string, pointer: string): Span {
  for (let at = pointer; ; at = parentOf(at)) {
    const span = locateAll(text, [at]).get(at);
    if (span !== undefined) return span;
    if (at === "") return { start: 0, end: text.length };
  }
}

function walk(
  text: string,
  at: number,
  wanted: Wanted,
  key: { keyStart: number; keyEnd: number } | undefined,
  found: Map<string, Span>,
): number {
  if (wanted.children.size === 0) {
    const end = skipValue(text, at);
    if (wanted.pointer !== undefined) found.set(wanted.pointer, { start: at, end, ...key });
    return end;
  }
  const end = walkMembers(text, at, wanted, found);
  if (wanted.pointer !== undefined) found.set(wanted.pointer, { start: at, end, ...key });
  return end;
}

function walkMembers(text: string, at: number, wanted: Wanted, found: Map<string, Span>): number {
  const isObject = text[at] === "{";
  if (!isObject && text[at] !== "[") return skipValue(text, at);
  let index = 0;
  let cursor = skipSpace(text, at + 1);
  while (text[cursor] !== "}" && text[cursor] !== "]") {
    let name = String(index++);
    let key: { keyStart: number; keyEnd: number } | undefined;
    if (isObject) {
      const keyEnd = skipString(text, cursor);
      key = { keyStart: cursor, keyEnd };
      name = keyText(text, cursor, keyEnd) ?? "";
      cursor = skipSpace(text, skipSpace(text, keyEnd) + 1);
    }
    const inner = wanted.children.get(name);
    cursor = skipSpace(
      text,
      inner === undefined ? skipValue(text, cursor) : walk(text, cursor, inner, key, found),
    );
    if (text[cursor] === ",") cursor = skipSpace(text, cursor + 1);
  }
  return cursor + 1;
}

function keyText(text: string, start: number, end: number): string | undefined {
  const raw = text.slice(start, end);
  if (!raw.includes("\\")) return raw.slice(1, -1);
  try {
    return JSON.parse(raw) as string;
  } catch {
    return undefined;
  }
}

/** Past the value at `at`, by strings and brackets alone; the end of the text where it is not closed. */
function skipValue(text: string, at: number): number {
  const first = text[at];
  if (first === '"') return skipString(text, at);
  if (first !== "{" && first !== "[") {
    let end = at;
    while (end < text.length && !/[\s,\]}:]/.test(text[end]!)) end++;
    return end;
  }
  let depth = 0;
  for (let cursor = at; cursor < text.length; cursor++) {
    const unit = text.charCodeAt(cursor);
    if (unit === 0x22) cursor = skipString(text, cursor) - 1;
    else if (unit === 0x7b || unit === 0x5b) depth++;
    else if ((unit === 0x7d || unit === 0x5d) && --depth === 0) return cursor + 1;
  }
  return text.length;
}

function skipString(text: string, at: number): number {
  for (let cursor = at + 1; cursor < text.length; cursor++) {
    const unit = text.charCodeAt(cursor);
    if (unit === 0x5c) cursor++;
    else if (unit === 0x22) return cursor + 1;
  }
  return text.length;
}

function skipSpace(text: string, at: number): number {
  let cursor = at;
  while (cursor < text.length && /[ \t\r\n]/.test(text[cursor]!)) cursor++;
  return cursor;
}
