import type { DiagnosticArgs, DiagnosticCode } from "../diagnostics/diagnostic.ts";
import { type Finding, wordsOf } from "../diagnostics/finding.ts";
import {
  createReporter,
  type RecordVerdict,
  type Reporter,
  type ReportSummary,
  reporterNames,
} from "../report/index.ts";
import { hiddenLine } from "../report/words.ts";
import { type Io, wantsColor } from "./io.ts";
import { choiceOption } from "./options.ts";
import { type OutputFile, openOutputFile } from "./output-file.ts";
import { version } from "./version.ts";
import type { FdWriter } from "./write-bytes.ts";

interface Channel {
  readonly reporter: Reporter;
  readonly writer: FdWriter;
  readonly file?: OutputFile;
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
   * @param specs  `name` or `name=FILE`; without a file the report goes to `main`.
   * @param main  Standard output for validate, standard error where that holds results.
   * An empty list of specs means findings as text, without the totals of `end`.
   */
  static async open(
    specs: readonly string[],
    limit: number,
    io: Io,
    main: { writer: FdWriter; isTerminal: boolean },
  ): Promise<Reports> {
    const channels: Channel[] = [];
    if (specs.length === 0) {
      const color = wantsColor(io, main.isTerminal);
      const text = await createReporter("text", { color, toolVersion: version });
      channels.push({ reporter: { ...text, end: endWithoutTotals }, writer: main.writer });
    }
    for (const spec of specs) {
      const equals = spec.indexOf("=");
      const name = choiceOption(equals < 0 ? spec : spec.slice(0, equals), "--reporter", reporterNames);
      const file = equals < 0 ? undefined : await openOutputFile(spec.slice(equals + 1));
      const color = file === undefined && wantsColor(io, main.isTerminal);
      const reporter = await createReporter(name, { color, toolVersion: version });
      channels.push({
        reporter,
        writer: file?.writer ?? main.writer,
        ...(file === undefined ? {} : { file }),
      });
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
    const words = wordsOf({ code, args } as Parameters<typeof wordsOf>[0], false);
    const nowhere = { offset: 0, line: 0, column: 0, endLine: 0, endColumn: 0 };
    this.findings([{ ...words, ...nowhere, source, record: 0, pointer: "" }]);
  }

  record(verdict: RecordVerdict): void {
    this.counts.records++;
    this.counts[verdict.verdict]++;
    for (const { reporter, writer } of this.channels) writer.push(reporter.record?.(verdict) ?? "");
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
