import type { Finding } from "../diagnostics/finding.ts";
import { findingsOf } from "../diagnostics/place.ts";
import type { TellBeside } from "../input/beside.ts";
import { type RecordVerdict, Validator } from "../validate/validator.ts";
import { checkInput, checkLimits, checkOptions } from "./checks.ts";
import { formatNamed } from "./formats.ts";
import { recordsOf } from "./input.ts";
import type { ChatInput, ReadOptions } from "./types.ts";

export interface ValidateOptions extends ReadOptions {
  /** Id of the input's format; detected for each record when left out. */
  readonly format?: string;
  /** Warnings are errors. */
  readonly strict?: boolean;
}

export interface ValidatedRecord extends RecordVerdict {
  /** In document order; empty for a record without fault. */
  readonly findings: readonly Finding[];
}

/**
 * Checks payloads against their format, one record at a time.
 *
 * @returns One result for each record, in input order; at the end one of record 0 for what no record holds: that the
 *   input has none, and each member beside a list of conversations. Bad data never throws.
 * @throws {TypeError} For an unknown format, or an option that is none.
 */
export function validate(input: ChatInput, options: ValidateOptions = {}): AsyncGenerator<ValidatedRecord> {
  checkInput(input);
  checkOptions(options);
  checkLimits(options);
  const format = options.format === undefined ? undefined : formatNamed(options.format);
  const validator = new Validator({
    strict: options.strict ?? false,
    ...(format === undefined ? {} : { format }),
  });
  async function* run(): AsyncGenerator<ValidatedRecord> {
    const ofSource: Finding[] = [];
    const { strict = false } = options;
    const beside: TellBeside = (part, members) =>
      void ofSource.push(...findingsOf(part, undefined, members, { strict }));
    for await (const record of recordsOf(input, options, (finding) => ofSource.push(finding), beside)) {
      const { findings, verdict } = validator.record(record);
      yield { ...verdict, findings };
    }
    for (const finding of ofSource) {
      const verdict = finding.severity === "error" ? "invalid" : "valid";
      yield { source: finding.source, record: 0, line: finding.line, verdict, findings: [finding] };
    }
  }
  return run();
}
