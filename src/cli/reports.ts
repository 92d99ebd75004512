import type { DiagnosticArgs, DiagnosticCode } from "../diagnostics/diagnostic.ts";
import { type Finding, findingOfSource } from "../diagnostics/finding.ts";
import {
  createReporter,
  type RecordVerdict,
  type Reporter,
  type ReporterName,
  type ReportSummary,
  reporterNames,
} from "../report/index.ts";
import { hiddenLine } from "../report/words.ts";
import { type Io, wantsColor } from "./io.ts";
import { type OutputFile, openOutputFile } from "./output-file.ts";
import { type ReporterSpec, readReporterSpecs } from "./reporter-specs.ts";
import { version } from "./version.ts";
import type { FdWriter } from "./write-bytes.ts";

interface Channel {
  readonly reporter: Reporter;
  readonly writer: FdWriter;
  readonly file?: OutputFile;
}

export type FindingsReporterSpec = ReporterSpec<ReporterName>;

/** @throws {UsageError} See `readReporterSpecs`. */
export function reporterSpecs(texts: readonly string[]): FindingsReporterSpec[] {
  return readReporterSpecs(texts, reporterNames, "sarif=report.sarif");
}

/** What a run's findings and verdicts come to, and the reporters that print them. */
export class Reports {
  private readonly channels: readonly Channel[];
  private readonly limit: number;
  private shown = 0;
  private readonly counts = { records: 0, valid: 0, invalid: 0, skipped: 0 };
  private readonly severities = { error: 0, warning: 0, info: 0 };

  private constructor(channels: readonly Channel[], limit: number) {
    this.channels = channels;
    this.limit = limit === 0 ? Number.POSITIVE_INFINITY : limit;
    for (const { reporter, writer } of channels) writer.push(reporter.start());
  }

  /**
   * @param main  Where reports without a file go: standard output for validate, standard error where that holds
   *   results. `hasTotals`: whether a text report there ends with its totals.
   * @throws {OutputError} If a file cannot be opened; then none is left behind.
   */
  static async open(
    specs: readonly FindingsReporterSpec[],
    limit: number,
    io: Io,
    main: { writer: FdWriter; isTerminal: boolean; hasTotals: boolean },
  ): Promise<Reports> {
    const channels: Channel[] = [];
    try {
      for (const { name, file: path } of specs) {
        const file = path === undefined ? undefined : await openOutputFile(path);
        const color = file === undefined && wantsColor(io, main.isTerminal);
        const reporter = await createReporter(name, { color, toolVersion: version });
        const isBare = name === "text" && file === undefined && !main.hasTotals;
        channels.push({
          reporter: isBare ? { ...reporter, end: endWithoutTotals } : reporter,
          writer: file?.writer ?? main.writer,
          ...(file === undefined ? {} : { file }),
        });
      }
    } catch (error) {
      for (const { file } of channels) await file?.discard();
      throw error;
    }
    return new Reports(channels, limit);
  }

  findings(findings: readonly Finding[]): void {
    for (const finding of findings) {
      this.severities[finding.severity]++;
      if (this.shown >= this.limit) continue;
      this.shown++;
      for (const { reporter, writer } of this.channels) writer.push(reporter.finding(finding));
    }
  }

  /** A finding about a source as a whole. */
  source<C extends DiagnosticCode>(source: string, code: C, args: DiagnosticArgs[C]): void {
    this.findings([findingOfSource(source, code, args)]);
  }

  record(verdict: RecordVerdict): void {
    this.counts.records++;
    this.counts[verdict.verdict]++;
    for (const { reporter, writer } of this.channels) writer.push(reporter.record?.(verdict) ?? "");
  }

  /** Whether a report has a word for every record, also for those without a finding. */
  get namesRecords(): boolean {
    return this.channels.some(({ reporter }) => reporter.record !== undefined);
  }

  /** A valid record that no report names. */
  valid(): void {
    this.counts.records++;
    this.counts.valid++;
  }

  async drain(): Promise<void> {
    for (const { writer } of this.channels) await writer.drain();
  }

  get errors(): number {
    return this.severities.error;
  }

  /** Ends every report and puts files in their place. */
  async end(sources: number): Promise<void> {
    const { error: errors, warning: warnings, info: infos } = this.severities;
    const hiddenFindings = errors + warnings + infos - this.shown;
    const summary: ReportSummary = { sources, ...this.counts, errors, warnings, infos, hiddenFindings };
    for (const { reporter, writer, file } of this.channels) {
      writer.push(reporter.end(summary));
      await (file === undefined ? writer.flush() : file.commit());
    }
  }

  async discard(): Promise<void> {
    for (const { file } of this.channels) await file?.discard();
  }
}

function endWithoutTotals(summary: ReportSummary): string {
  const line = hiddenLine(summary);
  return line === undefined ? "" : `${line}\n`;
}
