import type { DiagnosticArgs, DiagnosticCode } from "../diagnostics/diagnostic.ts";
import { type JsonProblem, MAX_DEPTH, parseJson } from "../json/parse.ts";
import { decodeUtf8, invalidUtf8Offset, utf8Length } from "../json/text.ts";
import { isListPointer } from "./container.ts";
import type { RecordProblem } from "./types.ts";

/** A problem at a stretch of a record's bytes. */
export function problemAt<C extends DiagnosticCode>(
  code: C,
  args: DiagnosticArgs[C],
  offset: number,
  end: number,
): RecordProblem {
  return { code, args, offset, end } as unknown as RecordProblem;
}

/**
 * A fault of a whole source that shows while it is read (broken gzip, UTF-16, an unknown compression). Thrown
 * by the chunks of a `ByteSource`; `readRecords` turns it into a last record with a problem.
 */
export class SourceProblem extends Error {
  readonly code: DiagnosticCode;
  readonly args: DiagnosticArgs[DiagnosticCode];

  constructor(problem: { readonly code: DiagnosticCode; readonly args: DiagnosticArgs[DiagnosticCode] }) {
    super(problem.code);
    this.name = "SourceProblem";
    this.code = problem.code;
    this.args = problem.args;
  }
}

/**
 * What is wrong with a document's own members, those around its list of records: these are no record that
 * json/parse would see later.
 *
 * @param before  Valid JSON text to put before `bytes`, so that both make one document.
 * @param after   The same for after.
 * @returns The first problem, with byte offsets into `bytes`; undefined where there is none.
 */
export function problemAround(before: string, bytes: Uint8Array, after: string): RecordProblem | undefined {
  const text = decodeUtf8(bytes);
  if (text === undefined) {
    const offset = invalidUtf8Offset(bytes);
    return problemAt("json/invalid-utf8", { byte: bytes[offset]! }, offset, offset + 1);
  }
  const result = parseJson(before + text + after);
  const byteOffset = (index: number) =>
    utf8Length(text, 0, Math.min(Math.max(index - before.length, 0), text.length));
  if (result.ok) {
    const second = result.duplicateKeys.find(({ pointer }) => isListPointer(pointer));
    if (second === undefined) return undefined;
    const { key, offset, end } = second;
    return problemAt("json/duplicate-list", { key }, byteOffset(offset), byteOffset(end));
  }
  const { problem } = result;
  return {
    code: problem.code,
    args: argsOf(problem),
    offset: byteOffset(problem.offset),
    end: byteOffset(problem.end),
  } as RecordProblem;
}

function argsOf(problem: JsonProblem): DiagnosticArgs[JsonProblem["code"]] {
  const { expected, found } = problem;
  switch (problem.code) {
    case "json/syntax":
      return { expected, found };
    case "json/trailing-comma":
      return { before: found };
    case "json/unexpected-end":
      return { expected };
    case "json/control-character":
      return { character: found };
    case "json/too-deep":
      return { limit: MAX_DEPTH };
    default:
      return { found };
  }
}

const lossy = new TextDecoder("utf-8", { ignoreBOM: true });
/** What a reader takes for one word, as json/parse shows it. */
const WORD = /^(?:[\p{L}\p{N}_$.+-]{1,40}|.)/u;
const LONGEST_WORD_BYTES = 160;

/** A syntax problem at the first word of the bytes [start, end). */
export function unexpected(bytes: Uint8Array, start: number, end: number, expected: string): RecordProblem {
  const text = lossy.decode(bytes.subarray(start, Math.min(end, start + LONGEST_WORD_BYTES)));
  const found = WORD.exec(text)?.[0] ?? "";
  return problemAt("json/syntax", { expected, found }, 0, Math.min(utf8Length(found), end - start));
}
