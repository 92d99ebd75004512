import type { CheckDiagnosticArgs } from "./check-args.ts";

/**
 * A finding is a code, the facts of that code, and a place. No sentence exists until a reporter asks for one:
 * the wording is in `catalogue.ts`.
 */

/** The facts that each code carries. Payload text in here is raw: reporters clip and escape it. */
export interface DiagnosticArgs extends CheckDiagnosticArgs {
  // input: reading and cutting into records
  "input/empty": Record<never, never>;
  "input/not-utf8": { encoding: string };
  "input/compressed": { kind: string };
  "input/broken-gzip": { reason: string };
  "input/broken-coding": { coding: string; reason: string };
  "input/inflated-too-large": { limitBytes: number };
  "input/record-too-large": { limitBytes: number };
  "input/cut-off": Record<never, never>;
  "input/no-body": { container: string };
  "input/body-withheld": { source?: string; record?: number };
  "input/body-in-parts": Record<never, never>;
  "input/bad-base64": Record<never, never>;
  // json: one record's text
  "json/invalid-utf8": { byte: number };
  "json/byte-order-mark": Record<never, never>;
  "json/syntax": { expected: string; found: string };
  "json/trailing-comma": { before: string };
  "json/unexpected-end": { expected: string };
  "json/bad-escape": { found: string };
  "json/control-character": { character: string };
  "json/lone-surrogate": { found: string };
  "json/too-deep": { limit: number };
  "json/duplicate-key": { key: string };
  "json/duplicate-list": { key: string };
  // format: which vendor's payload it is
  "format/not-an-object": { found: string };
  "format/unknown": { nearest: string; why: string };
  "format/unknown-event": { type: string; event: string; nearest?: string };
  "format/no-transcript": { format: string };
  // schema: the wire shape
  "schema/missing-field": { field: string; wanted: string };
  "schema/wrong-type": { wanted: string; found: string };
  "schema/wrong-value": { wanted: string; found: string; nearest?: string };
  "schema/unknown-field": { field: string; nearest?: string };
  // meaning: rules between fields
  "meaning/times-not-ascending": { time: string; previous: string };
  "meaning/last-message-at": { found: string; wanted: string };
  "meaning/duplicate-id": { id: string; first: string };
  "meaning/end-before-start": { start: string; end: string };
  "meaning/no-messages": Record<never, never>;
  "meaning/template-leftover": { variable: string };
  // decode: wire to model
  "decode/unknown-sender": { value: string; taken: string };
  "decode/unknown-system-code": { value: string };
  "decode/zone-assumed": { zone: string; example: string };
  "decode/local-time-skipped": { time: string; zone: string };
  "decode/time-derived": { from: string };
  "decode/time-unknown": Record<never, never>;
  "decode/time-invalid": { value: string };
  "decode/no-report": Record<never, never>;
  "decode/report-unreadable": { problem: string };
  "decode/report-attachment": { problem: string };
  "decode/no-transcript": { lines: number };
  "decode/report-text": { messages: number; lines: number };
  "decode/sender-guessed": { name: string; taken: string; why: string };
  "decode/time-guessed": { found: string; taken: string; why: string };
  "decode/date-unknown": { time: string };
  "decode/lines-joined": { count: number; example: string };
  "decode/lines-left-out": { count: number; example: string };
  // profile: the user's own settings of a report export
  "profile/syntax": { problem: string };
  "profile/not-allowed": { problem: string };
  "profile/unknown-setting": { name: string; nearest?: string };
  "profile/pdata": { problem: string };
  "profile/template": { problem: string };
  // convert: between formats
  "convert/no-message-left": { leftOut: number };
  "convert/exact-repeat": { id: string };
  "convert/differing-repeat": { id: string };
  "convert/invented": { field: string; reason: string };
  "convert/no-url": Record<never, never>;
  "convert/body-not-filled": { reason: string };
  "convert/precision-lost": { found: string; written: string };
  // document: the PDF report
  "document/missing-glyph": { character: string; codePoint: string; count: number };
}

export type DiagnosticCode = keyof DiagnosticArgs;

export type Severity = "error" | "warning" | "info";

/** What a code means and how bad it is; see `catalogue.ts`. */
export interface CatalogueEntry<Args> {
  readonly severity: Severity;
  readonly message: (args: Args) => string;
  readonly hint?: (args: Args) => string | undefined;
}

/** Which part of a member a finding means: its key (an unknown field) or its value. */
type Target = "key" | "value";

export type Diagnostic = {
  [C in DiagnosticCode]: {
    readonly code: C;
    readonly args: DiagnosticArgs[C];
    /** JSON Pointer within the payload; "" is the whole payload. It always exists there. */
    readonly pointer: string;
    readonly target: Target;
  };
}[DiagnosticCode];

/** How an adapter reports. Several reports of one place are all kept, in the order they come. */
export type Report = <C extends DiagnosticCode>(
  code: C,
  pointer: string,
  args: DiagnosticArgs[C],
  target?: Target,
) => void;

/** A report function and the list it fills. */
export function collectDiagnostics(): { report: Report; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const report: Report = (code, pointer, args, target = "value") => {
    diagnostics.push({ code, args, pointer, target } as Diagnostic);
  };
  return { report, diagnostics };
}
