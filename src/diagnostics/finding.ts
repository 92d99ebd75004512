import { hintOf, messageOf, severityOf } from "./catalogue.ts";
import type { Diagnostic, DiagnosticArgs, DiagnosticCode, Severity } from "./diagnostic.ts";

/** A place in a source. Lines and columns count from 1; columns count UTF-16 units, as editors do. */
export interface Place {
  /** Byte offset from the start of the source (after inflating, where it is gzip). */
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/** The line that a finding points into, for a code frame. */
export interface Excerpt {
  /** The line, or a window of a very long one. Raw payload text. */
  readonly text: string;
  /** Column of the text's first unit in its line, from 1. */
  readonly column: number;
}

/** What reporters get and what `--reporter json` prints: a diagnostic with its words and its place. */
export interface Finding extends Place {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly message: string;
  readonly hint?: string;
  /** As the user named it; "<stdin>" for standard input. */
  readonly source: string;
  /** Number of the record within its source, from 1; 0 where the source itself is meant. */
  readonly record: number;
  /** JSON Pointer into the document that the place is in: `/3/channel/id` for the fourth payload of an array. */
  readonly pointer: string;
  /** For a payload inside a HAR or capture record: the pointer of the string that holds it. */
  readonly container?: string;
  readonly endLine: number;
  readonly endColumn: number;
  readonly format?: string;
  readonly args: DiagnosticArgs[DiagnosticCode];
  readonly excerpt?: Excerpt;
}

/** The words and the severity of a diagnostic. */
export function wordsOf(diagnostic: Pick<Diagnostic, "code" | "args">, strict: boolean) {
  const hint = hintOf(diagnostic);
  return {
    code: diagnostic.code,
    severity: severityOf(diagnostic.code, strict),
    message: messageOf(diagnostic),
    ...(hint === undefined ? {} : { hint }),
    args: diagnostic.args,
  };
}

/** A finding about a source as a whole: its place is nowhere (0), as is its record. */
export function findingOfSource<C extends DiagnosticCode>(
  source: string,
  code: C,
  args: DiagnosticArgs[C],
): Finding {
  const words = wordsOf({ code, args } as Pick<Diagnostic, "code" | "args">, false);
  return { ...words, ...NOWHERE, source, record: 0, pointer: "" };
}

const NOWHERE = { offset: 0, line: 0, column: 0, endLine: 0, endColumn: 0 };
