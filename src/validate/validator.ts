import { severityOf } from "../diagnostics/catalogue.ts";
import type { DiagnosticCode, Report } from "../diagnostics/diagnostic.ts";
import type { Finding } from "../diagnostics/finding.ts";
import { findingsOf } from "../diagnostics/place.ts";
import { type Examined, examineRecord, isRejected } from "../formats/examine.ts";
import type { FormatAdapter } from "../formats/types.ts";
import type { Probe } from "../input/cutting.ts";
import type { InputRecord } from "../input/types.ts";
import { timeZone } from "../model/time.ts";
import { RepeatTable } from "../repeats/repeat-table.ts";
import { HookCheck } from "./hook-check.ts";

export interface ValidateSettings {
  /** Undefined: detected for each record. */
  readonly format?: FormatAdapter;
  /** Warnings are errors. */
  readonly strict: boolean;
}

/** What a record was found to be. `line` is where it starts. */
export interface RecordVerdict {
  readonly source: string;
  readonly record: number;
  readonly line: number;
  readonly format?: string;
  readonly verdict: "valid" | "invalid" | "skipped";
}

/** Id of the format whose bodies are known at a glance. */
const HOOK = "smartsupp";

/** Judges records one at a time; remembers nothing of them but the ids of whole conversations. */
export class Validator {
  private readonly settings: ValidateSettings;
  private readonly ids = new RepeatTable();
  private count = 0;

  constructor(settings: ValidateSettings) {
    this.settings = settings;
  }

  /**
   * For `SplitOptions.probe`: judges records that are plainly valid straight from the input, and tells of each.
   * Undefined where there are none of that kind.
   */
  probe(valid: () => void): Probe | undefined {
    const { format } = this.settings;
    if (format !== undefined && format.id !== HOOK) return undefined;
    const check = new HookCheck();
    return (bytes, start, end) => {
      const recordEnd = check.match(bytes, start, end);
      // One that came before is not remembered, so that it is found once more when it is judged in full.
      if (recordEnd < 0 || this.ids.numberOf(`${HOOK} ${check.id}`, this.count + 1) !== undefined) return -1;
      this.count++;
      valid();
      return recordEnd;
    };
  }

  /**
   * @returns The findings in document order, and the verdict: invalid with any error, skipped where there is no
   * payload to judge (a HAR entry without a body).
   */
  record(record: InputRecord): { findings: Finding[]; verdict: RecordVerdict } {
    const { strict } = this.settings;
    const examined = examineRecord(record, this.settings.format);
    this.count++;
    this.checkIdentity(examined);
    reportUnknownWords(examined);
    const format = examined.format?.id;
    const isSkipped = record.problem !== undefined && severityOf(record.problem.code) === "info";
    const findings = findingsOf(record, examined.text, examined.diagnostics, {
      strict,
      ...(format === undefined ? {} : { format }),
    });
    const verdict = isSkipped ? "skipped" : isRejected(examined, strict) ? "invalid" : "valid";
    return {
      findings,
      verdict: {
        source: record.source,
        record: record.number,
        line: record.start.line,
        ...(format === undefined ? {} : { format }),
        verdict,
      },
    };
  }

  /** A whole conversation that comes twice is most likely captured twice, or two under one id. */
  private checkIdentity({ format, document, diagnostics, report }: Examined): void {
    if (format?.identity === undefined || document === undefined) return;
    if (diagnostics.some(({ code }) => severityOf(code) === "error")) return;
    const { id, pointer } = format.identity(document);
    const first = this.ids.numberOf(`${format.id} ${id}`, this.count);
    if (first === undefined) return;
    report("meaning/duplicate-id", pointer, { id, first: `record ${first} of this run` });
  }
}

/** Of what reading would find, the words of an open vocabulary: a new kind of message is drift worth knowing. */
const WORDS: ReadonlySet<DiagnosticCode> = new Set(["decode/unknown-sender", "decode/unknown-system-code"]);

function reportUnknownWords({ format, document, diagnostics, report }: Examined): void {
  if (format === undefined || document === undefined) return;
  if (diagnostics.some(({ code }) => severityOf(code) === "error")) return;
  if (format.hasKnownWords?.(document)) return;
  const onlyWords: Report = (code, ...rest) => {
    if (WORDS.has(code)) report(code, ...rest);
  };
  format.read(document, { report: onlyWords, zone: timeZone("UTC"), zoneIsGiven: true });
}
