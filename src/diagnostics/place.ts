import { locateAll, type Span } from "../json/locate.ts";
import { parentOf } from "../json/pointer.ts";
import { utf8Length } from "../json/text.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { type Excerpt, type Finding, type Place, wordsOf } from "./finding.ts";

/**
 * A diagnostic that may bring its own place: byte offsets into the record, or UTF-16 indexes into its text.
 * Without one its pointer is looked up.
 */
export type Placed = Diagnostic & { readonly bytes?: Stretch; readonly units?: Stretch };

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** What is needed of a record to give places to its diagnostics; `InputRecord` has it. */
export interface PlacedText {
  readonly source: string;
  readonly number: number;
  readonly pointer: string;
  readonly container?: string;
  readonly bytes: Uint8Array;
  placesOf(offsets: readonly number[]): Place[];
}

/**
 * Gives words and places to the diagnostics of one record. All pointers are looked up in one walk over its text,
 * so many findings in a long record take no longer than one.
 *
 * @param text  The record's text; undefined where it is not valid UTF-8 (then every diagnostic brings its place).
 * @returns One finding for each diagnostic, in document order.
 */
export function findingsOf(
  record: PlacedText,
  text: string | undefined,
  diagnostics: readonly Placed[],
  options: { readonly strict: boolean; readonly format?: string },
): Finding[] {
  if (diagnostics.length === 0) return [];
  const spans = byteStretches(text, diagnostics);
  const places = placesAt(record, spans);
  const findings = diagnostics.map((diagnostic, index): Finding => {
    const span = spans[index]!;
    const start = places.get(span.start)!;
    const end = places.get(span.end)!;
    return {
      ...wordsOf(diagnostic, options.strict),
      source: record.source,
      record: record.number,
      pointer: record.pointer + diagnostic.pointer,
      ...(record.container === undefined ? {} : { container: record.container }),
      ...start,
      endLine: end.line,
      endColumn: end.column,
      ...(options.format === undefined ? {} : { format: options.format }),
      excerpt: excerptAt(record.bytes, span.start, start),
    };
  });
  return findings
    .map((finding, index) => ({ finding, index }))
    .sort((a, b) => a.finding.offset - b.finding.offset || a.index - b.index)
    .map(({ finding }) => finding);
}

function byteStretches(text: string | undefined, diagnostics: readonly Placed[]): Stretch[] {
  const wanted = diagnostics.filter(({ bytes, units }) => bytes === undefined && units === undefined);
  const found = text === undefined ? new Map<string, Span>() : locateAll(text, withParents(wanted));
  const units = diagnostics.map((diagnostic) =>
    diagnostic.bytes === undefined ? (diagnostic.units ?? unitSpan(diagnostic, found)) : undefined,
  );
  const offsets = byteOffsets(
    text ?? "",
    units.flatMap((span) => (span === undefined ? [] : [span.start, span.end])),
  );
  return diagnostics.map((diagnostic, index) => {
    const span = units[index];
    if (span === undefined) return diagnostic.bytes!;
    return { start: offsets.get(span.start)!, end: offsets.get(span.end)! };
  });
}

/** Every wanted pointer with its ancestors: one that does not exist is shown at the nearest that does. */
function withParents(diagnostics: readonly Diagnostic[]): Set<string> {
  const pointers = new Set<string>([""]);
  for (const { pointer } of diagnostics) {
    for (let at = pointer; at !== "" && !pointers.has(at); at = parentOf(at)) pointers.add(at);
  }
  return pointers;
}

function unitSpan(diagnostic: Diagnostic, found: ReadonlyMap<string, Span>): Stretch {
  let pointer = diagnostic.pointer;
  while (pointer !== "" && !found.has(pointer)) pointer = parentOf(pointer);
  const span = found.get(pointer) ?? { start: 0, end: 0 };
  if (diagnostic.target === "key" && span.keyStart !== undefined && span.keyEnd !== undefined) {
    return { start: span.keyStart, end: span.keyEnd };
  }
  return span;
}

/** UTF-16 indexes as byte offsets, in one pass over the text. */
function byteOffsets(text: string, indexes: readonly number[]): Map<number, number> {
  const result = new Map<number, number>();
  let units = 0;
  let bytes = 0;
  for (const index of [...indexes].sort((a, b) => a - b)) {
    bytes += utf8Length(text, units, index);
    units = index;
    result.set(index, bytes);
  }
  return result;
}

function placesAt(record: PlacedText, spans: readonly Stretch[]): Map<number, Place> {
  const offsets = [...new Set(spans.flatMap((span) => [span.start, span.end]))].sort((a, b) => a - b);
  const places = record.placesOf(offsets);
  return new Map(offsets.map((offset, index) => [offset, places[index]!]));
}

/** How much of a long line is kept on each side of a finding, in bytes. */
const WINDOW = 240;
let lossy: InstanceType<typeof TextDecoder> | undefined;

/** The finding's line, or a window of it. Damaged bytes are shown as U+FFFD here, and here only. */
function excerptAt(bytes: Uint8Array, at: number, place: Place): Excerpt {
  let from = at;
  while (from > 0 && at - from < WINDOW && bytes[from - 1] !== 0x0a) from--;
  while (from > 0 && from < at && isContinuation(bytes[from])) from++;
  let to = at;
  while (to < bytes.length && to - at < WINDOW && bytes[to] !== 0x0a) to++;
  while (to > at && to < bytes.length && isContinuation(bytes[to])) to--;
  lossy ??= new TextDecoder("utf-8", { ignoreBOM: true });
  const before = lossy.decode(bytes.subarray(from, at));
  const after = lossy.decode(bytes.subarray(at, to)).replace(/\r$/, "");
  return { text: before + after, column: place.column - before.length };
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
