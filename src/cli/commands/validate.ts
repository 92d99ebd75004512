import type { Finding } from "../../diagnostics/finding.ts";
import { findingsOf } from "../../diagnostics/place.ts";
import { Validator } from "../../validate/validator.ts";
import { eachRecord, type InputOptions, inputOptions } from "../each-record.ts";
import { ExitCode } from "../exit-codes.ts";
import { inputFilter } from "../input-filter.ts";
import type { Io } from "../io.ts";
import { countOption, sourceFormatOption } from "../options.ts";
import { checkOutputPaths, checkStandardOutput, inputPaths } from "../output-paths.ts";
import { Reports, reporterSpecs } from "../reports.ts";

interface ValidateFlags extends InputOptions {
  readonly format: string;
  readonly strict?: boolean;
  readonly maxFindings: string;
  readonly reporter?: readonly string[];
}

/** `chatx validate`: the report is the result, so it goes to standard output. */
export async function runValidate(
  inputs: readonly string[],
  rawFlags: Record<string, unknown>,
  io: Io,
): Promise<number> {
  const flags = rawFlags as unknown as ValidateFlags;
  const format = sourceFormatOption(flags.format, "--format");
  const strict = flags.strict ?? false;
  const maxFindings = countOption(flags.maxFindings, "--max-findings");
  const specs = reporterSpecs(flags.reporter ?? ["text"]);
  const files = specs.map(({ file }) => ["--reporter", file] as const);
  checkOutputPaths(files, inputPaths(inputs));
  checkStandardOutput(inputs);
  const given = inputOptions(flags);
  const limits = { ...given, isLeftOut: inputFilter({ files }, io, given.quiet) };
  // A report in a file is to be complete, also when nobody reads the one on standard output to its end.
  if (specs.some(({ file }) => file !== undefined)) io.stdout.makeOptional();
  const main = { writer: io.stdout, isTerminal: io.stdoutIsTerminal, hasTotals: !limits.quiet };
  const reports = await Reports.open(specs, maxFindings, io, main);
  try {
    const validator = new Validator({ strict, ...(format === undefined ? {} : { format }) });
    const probe = reports.namesRecords ? undefined : validator.probe(() => reports.valid());
    const show = (findings: readonly Finding[]) =>
      reports.findings(flags.quiet ? findings.filter(({ severity }) => severity === "error") : findings);
    const input = await eachRecord(inputs, limits, io, {
      record(record) {
        const { findings, verdict } = validator.record(record);
        show(findings);
        reports.record(verdict);
        return verdict.verdict !== "invalid";
      },
      sourceFinding: (source, code, args) => reports.source(source, code, args),
      beside(part, members) {
        show(findingsOf(part, undefined, members, { strict }));
        return !strict;
      },
      drain: () => reports.drain(),
      ...(probe === undefined ? {} : { probe }),
    });
    await reports.end(input.sources);
    return Math.max(input.exitCode, reports.errors > 0 ? ExitCode.invalid : ExitCode.done);
  } catch (error) {
    await reports.discard();
    throw error;
  }
}
