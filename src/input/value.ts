import { membersBeside } from "./beside.ts";
import { beginGarbage, cutAtCandidate, fault } from "./broken.ts";
import { COLON, isOpener, QUOTE, RECORD_SEPARATOR } from "./bytes.ts";
import { textAfterPrefix, textBeforeSuffix } from "./container.ts";
import type { Cut } from "./cut.ts";
import { BETWEEN_TEXTS, type Cutting, IN_VALUE, type Probe } from "./cutting.ts";
import { problemAround, problemAt } from "./problems.ts";
import { CONTAINER, DONE, FAULT } from "./structure.ts";
import type { RecordProblem } from "./types.ts";

/** How much of a record over the limit is shown. */
const SHOWN_OF_TOO_LARGE = 65_536;
const SCALAR = /^(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)$/;
/** So much of a word is looked at to know it for a number. */
const LONGEST_SCALAR = 4096;

/** A value begins at `at`: the probe may have it, else it is scanned. */
export function beginValue(c: Cutting, base: number, indent: number): undefined {
  c.isDropped = false;
  if (c.probe !== undefined && base < 3 && runProbe(c, c.probe)) return;
  c.structure.begin(base, indent);
  c.start = c.at;
  c.indent = indent;
  c.isSuffix = false;
  c.expected = undefined;
  c.mode = IN_VALUE;
}

function runProbe(c: Cutting, probe: Probe): boolean {
  const { bytes, base } = c.window;
  const end = probe(bytes, c.at, Math.min(bytes.length, c.at + c.maxBytes), base);
  if (end <= c.at) return false;
  c.noteLines(c.at, end);
  c.at = end;
  c.probed++;
  c.afterElement();
  return true;
}

/** Scans on in a value. */
export function inValue(c: Cutting): Cut | undefined {
  const { structure } = c;
  const { bytes } = c.window;
  const event = structure.scan(bytes, c.at, valueLimit(c));
  c.at = structure.at;
  switch (event) {
    case DONE:
      return valueDone(c);
    case CONTAINER:
      return openInner(c);
    case FAULT:
      return fault(c);
    default:
      if (c.at < valueLimit(c)) return undefined;
      return c.at < bytes.length ? tooLarge(c) : c.starve();
  }
}

/**
 * How far a value may be scanned. A word that has just the size that is allowed shows its end one byte later.
 */
function valueLimit(c: Cutting): number {
  const { length } = c.window.bytes;
  if (c.isDropped) return length;
  return Math.min(length, c.start + c.maxBytes + (c.structure.isBareWord ? 1 : 0));
}

/** The value ended at `at`. */
export function valueDone(c: Cutting): Cut | undefined {
  const { structure, start, at } = c;
  if (c.isSuffix) return suffixDone(c, at);
  if (c.isDropped) return c.afterElement();
  if (structure.base === 0 && !isContainerByte(c, start)) {
    const problem = scalarProblem(c, start, at);
    if (problem === "garbage") return beginGarbage(c, start);
    return c.emit(start, at, "payload", problem);
  }
  const kind = structure.base === 3 ? "har-entry" : structure.keys.isCapture ? "capture" : "payload";
  return c.emit(start, at, kind, undefined);
}

function isContainerByte(c: Cutting, index: number): boolean {
  return isOpener(c.window.bytes[index]!);
}

function scalarProblem(c: Cutting, start: number, end: number): RecordProblem | "garbage" | undefined {
  const { bytes } = c.window;
  if (bytes[start] === QUOTE) return undefined;
  if (!SCALAR.test(String.fromCharCode(...bytes.subarray(start, Math.min(end, start + LONGEST_SCALAR)))))
    return "garbage";
  // "10:42:07 POST /hook": a line of a log begins with a number, but is none.
  if (bytes[end] === COLON) return "garbage";
  // RFC 7464, section 2.4: without a byte after it, a number may have lost its last digits.
  const isCutOff = c.structure.isSequence && (end === bytes.length || bytes[end] === RECORD_SEPARATOR);
  return isCutOff ? problemAt("input/cut-off", {}, 0, end - start) : undefined;
}

/** A list of records begins inside a document: what came before it is no record, but must be sound. */
function openInner(c: Cutting): Cut | undefined {
  const { structure, start, at } = c;
  const base = structure.depth;
  const before = c.isSuffix ? textBeforeSuffix(c.suffixBase) : "";
  const problem = c.isDropped
    ? undefined
    : problemAround(before, c.window.bytes.subarray(start, at), textAfterPrefix(base));
  c.openContainer(base);
  if (problem === undefined && !c.isDropped && base === 2)
    tellBeside(c, before, start, at, textAfterPrefix(base));
  return problem === undefined ? undefined : c.cut(start, at, "", "payload", problem);
}

/** The document ended: what came after its list is checked as well. */
function suffixDone(c: Cutting, end: number): Cut | undefined {
  const { bytes } = c.window;
  c.mode = BETWEEN_TEXTS;
  c.isFreshLine = false;
  c.isSuffix = false;
  if (c.isDropped) return undefined;
  const before = textBeforeSuffix(c.suffixBase);
  const problem = problemAround(before, bytes.subarray(c.start, end), "");
  if (problem === undefined && c.suffixBase === 2) tellBeside(c, before, c.start, end, "");
  return problem === undefined ? undefined : c.cut(c.start, end, "", "payload", problem);
}

function tellBeside(c: Cutting, before: string, start: number, end: number, after: string): void {
  if (c.beside === undefined) return;
  const members = membersBeside(before, c.window.bytes.subarray(start, end), after);
  if (members.length > 0) c.beside(c.cut(start, end, "", "payload", undefined), members);
}

function tooLarge(c: Cutting): Cut | undefined {
  if (c.structure.candidate >= 0) return cutAtCandidate(c);
  const { start } = c;
  c.isDropped = true;
  c.structure.forget();
  if (c.isSuffix) return undefined;
  const problem = problemAt("input/record-too-large", { limitBytes: c.maxBytes }, 0, 1);
  return c.cut(start, start + Math.min(c.maxBytes, SHOWN_OF_TOO_LARGE), c.takePointer(), "payload", problem);
}
