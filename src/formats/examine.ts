import { severityOf } from "../diagnostics/catalogue.ts";
import { collectDiagnostics, type Report } from "../diagnostics/diagnostic.ts";
import type { Placed } from "../diagnostics/place.ts";
import type { InputRecord } from "../input/types.ts";
import { type JsonProblem, MAX_DEPTH, parseJson } from "../json/parse.ts";
import { decodeUtf8, invalidUtf8Offset } from "../json/text.ts";
import { isObject, type Json, type JsonObject, typeName } from "../json/value.ts";
import { checkDocument } from "./check.ts";
import { detectFormat, formatOf } from "./detect.ts";
import type { FormatAdapter } from "./types.ts";

/** What became of one record on its way from bytes to a checked document. */
export interface Examined {
  readonly text?: string;
  readonly document?: JsonObject;
  readonly format?: FormatAdapter;
  /** In the order they were found; more may be added while reading. */
  readonly diagnostics: Placed[];
  readonly report: Report;
}

/** Whether a diagnostic among them rejects the record. */
export function isRejected(examined: Examined, strict: boolean): boolean {
  return examined.diagnostics.some((diagnostic) => severityOf(diagnostic.code, strict) === "error");
}

/**
 * Parses a record, finds its format and checks its shape and its rules. Never throws for bad data: what is wrong is
 * in the diagnostics, and `document` and `format` are there as far as it got.
 *
 * @param format  The format to check against; undefined to detect it.
 */
export function examineRecord(record: InputRecord, format?: FormatAdapter): Examined {
  const { report, diagnostics } = collectDiagnostics();
  const base = { diagnostics: diagnostics as Placed[], report };
  if (record.problem !== undefined) {
    const { code, args, offset, end } = record.problem;
    base.diagnostics.push({
      code,
      args,
      pointer: "",
      target: "value",
      bytes: { start: offset, end },
    } as Placed);
    return base;
  }
  const text = decodeUtf8(record.bytes);
  if (text === undefined) {
    reportNoText(record.bytes, base.diagnostics);
    return base;
  }
  const value = parseRecord(text, base.diagnostics);
  if (value === undefined) return { ...base, text };
  if (!isObject(value)) {
    report("format/not-an-object", "", { found: typeName(value) });
    return { ...base, text };
  }
  const found = format ?? detect(value, report);
  if (found === undefined) return { ...base, text, document: value };
  checkDocument(found, value, report);
  return { ...base, text, document: value, format: found };
}

/** The longest string that V8 makes on 64-bit machines. */
const LONGEST_TEXT = 2 ** 29 - 24;

function reportNoText(bytes: Uint8Array, diagnostics: Placed[]): void {
  const start = invalidUtf8Offset(bytes);
  if (start < 0) {
    // Sound, and still no text: it is longer than a text can be.
    const args = { limitBytes: LONGEST_TEXT };
    diagnostics.push({
      code: "input/record-too-large",
      args,
      pointer: "",
      target: "value",
      bytes: { start: 0, end: 1 },
    });
    return;
  }
  const args = { byte: bytes[start]! };
  // The text up to the damage ends where the damage stands, so that is where parsing it stops.
  const before = parseJson(decodeUtf8(bytes.subarray(0, start)) ?? "");
  diagnostics.push({
    code: "json/invalid-utf8",
    args,
    pointer: before.ok ? "" : before.problem.pointer,
    target: "value",
    bytes: { start, end: start + 1 },
  });
}

function parseRecord(text: string, diagnostics: Placed[]): Json | undefined {
  const result = parseJson(text);
  if (!result.ok) {
    diagnostics.push(syntaxDiagnostic(result.problem));
    return undefined;
  }
  for (const { key, pointer, offset, end } of result.duplicateKeys) {
    const units = { start: offset, end };
    diagnostics.push({ code: "json/duplicate-key", args: { key }, pointer, target: "key", units });
  }
  return result.value;
}

function syntaxDiagnostic(problem: JsonProblem): Placed {
  const { code, offset, end, expected, found } = problem;
  const rest = { pointer: problem.pointer, target: "value", units: { start: offset, end } } as const;
  switch (code) {
    case "json/trailing-comma":
      return { code, args: { before: found }, ...rest };
    case "json/unexpected-end":
      return { code, args: { expected }, ...rest };
    case "json/control-character":
      return { code, args: { character: found }, ...rest };
    case "json/too-deep":
      return { code, args: { limit: MAX_DEPTH }, ...rest };
    case "json/syntax":
      return { code, args: { expected, found }, ...rest };
    default:
      return { code, args: { found }, ...rest };
  }
}

function detect(document: JsonObject, report: Report): FormatAdapter | undefined {
  const found = formatOf(document);
  if (found !== undefined) return found;
  const best = detectFormat(document).candidates[0];
  const isNear = best !== undefined && best.recognition.score > 0;
  report("format/unknown", "", {
    nearest: isNear ? best.format.title : "",
    why: isNear ? best.recognition.why : "",
  });
  return undefined;
}
