import { Converter } from "../../convert/converter.ts";
import type { ConvertSettings, ConvertSummary } from "../../convert/types.ts";
import { escapeControls } from "../../diagnostics/quote.ts";
import { lookInside } from "../../enclosures/look-inside.ts";
import type { TargetFormat } from "../../formats/types.ts";
import type { InputRecord } from "../../input/types.ts";
import { convertSummary } from "../../report/summary.ts";
import type { Render } from "../conversation-output.ts";
import { openOutputs, sinkOf, type WantedOutputs } from "../convert-outputs.ts";
import { convertPaths } from "../convert-paths.ts";
import { eachRecord, type InputOptions, inputOptions } from "../each-record.ts";
import { ExitCode, UsageError } from "../exit-codes.ts";
import { inputFilter } from "../input-filter.ts";
import type { Io } from "../io.ts";
import {
  choiceOption,
  countOption,
  formatOption,
  momentOption,
  shardOption,
  sourceFormatOption,
  zoneOption,
} from "../options.ts";
import type { PdfTarget } from "../pdf-target.ts";
import type { OpenExport } from "../report-export/open.ts";
import { reporterSpecs } from "../reports.ts";
import { urlFromTemplate } from "../url-option.ts";
import { YoungGeneration } from "../young-generation.ts";

interface ConvertFlags extends InputOptions {
  readonly to: string;
  readonly from: string;
  readonly profile?: string;
  readonly reportBytes: string;
  readonly output?: string;
  readonly outputDir?: string;
  readonly jsonl?: boolean;
  readonly pretty?: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly timeZone?: string;
  readonly urlTemplate?: string;
  readonly pdfFont?: readonly string[];
  readonly agentRole: string;
  readonly systemMessages: string;
  readonly fold?: boolean;
  readonly shard?: string;
  readonly strict?: boolean;
  readonly rejects?: string;
  readonly lossReport?: string;
  readonly failOn?: readonly string[];
  readonly maxFindings: string;
  readonly reporter?: readonly string[];
}

const FAIL_ON = ["dropped", "derived", "unknown"] as const;

/** `chatx convert`: all options are checked before the first byte is read. */
export async function runConvert(
  inputs: readonly string[],
  rawFlags: Record<string, unknown>,
  io: Io,
): Promise<number> {
  const flags = rawFlags as unknown as ConvertFlags;
  const pdf = flags.to === "pdf" ? await pdfTarget(flags, io) : undefined;
  const given = settingsOf(flags, pdf?.format);
  const exports = await reportExport(flags, given);
  const settings = exports === undefined ? given : { ...given, to: exports.to };
  const failOn = (flags.failOn ?? []).map((what) => choiceOption(what, "--fail-on", FAIL_ON));
  const wanted = { ...wantedOutputs(flags, pdf?.render), finish: exports?.finish };
  const paths = convertPaths(inputs, flags, wanted, settings.to);
  const limits = inputOptions(flags);
  const isLeftOut = inputFilter(paths, io, !isTalkWanted(wanted, limits.quiet));
  // What goes to a file is to be complete, also when nobody reads standard output to its end.
  if (hasFiles(wanted)) io.stdout.makeOptional();
  const outputs = await openOutputs(wanted, settings.to, io);
  const young = new YoungGeneration();
  try {
    const converter = new Converter(settings, sinkOf(outputs, limits.quiet));
    const take = (record: InputRecord) => {
      const isAccepted = converter.record(record);
      const { source, number, start } = record;
      const verdict = isAccepted ? "valid" : "invalid";
      outputs.reports.record({ source, record: number, line: start.line, verdict });
      return isAccepted;
    };
    const input = await eachRecord(inputs, { ...limits, isLeftOut }, io, {
      record(record) {
        const opened = lookInside(record, exports?.where);
        return opened instanceof Promise ? opened.then(take) : take(opened);
      },
      sourceFinding: (source, code, args) => outputs.reports.source(source, code, args),
      beside: (part, members) => converter.beside(part, members),
      drain: () => {
        young.keepSmall();
        return outputs.drain();
      },
      // A report of one's own has a word for every record, also for those that go this way.
      ...(flags.reporter === undefined && converter.probe !== undefined ? { probe: converter.probe } : {}),
    });
    const summary = converter.finish();
    const exitCode = worst(input.exitCode, exitCodeOf(summary, failOn));
    const isNothing = exitCode !== ExitCode.done && summary.conversations === 0;
    // What the file's name promises has not been done, so the old file stays.
    const keepsOld = input.isStoppedEarly || isNothing;
    await outputs.end(input.sources, keepsOld);
    if (!isTalkWanted(wanted, limits.quiet)) return exitCode;
    const { output } = wanted;
    if (keepsOld && output !== undefined) {
      const lost = summary.written > 0 ? ": what was written is discarded" : "";
      io.stderr.push(`${escapeControls(output)} is left as it was${lost}\n`);
    }
    io.stderr.push(convertSummary(summary));
    return exitCode;
  } catch (error) {
    await outputs.discard();
    throw error;
  } finally {
    young.release();
  }
}

function settingsOf(flags: ConvertFlags, target: TargetFormat | undefined): ConvertSettings {
  const zone = zoneOption(flags.timeZone ?? "UTC");
  const from = sourceFormatOption(flags.from, "--from");
  return {
    to: target ?? formatOption(flags.to, "--to", "writable", ["pdf"]),
    ...(from === undefined ? {} : { from }),
    zone,
    zoneIsGiven: flags.timeZone !== undefined,
    agentRole: choiceOption(flags.agentRole, "--agent-role", ["agent", "support_agent"]),
    systemMessages: choiceOption(flags.systemMessages, "--system-messages", ["drop", "agent"]),
    strict: flags.strict ?? false,
    fold: flags.fold ?? false,
    ...(flags.since === undefined ? {} : { since: momentOption(flags.since, "--since", zone) }),
    ...(flags.until === undefined ? {} : { until: momentOption(flags.until, "--until", zone) }),
    ...(flags.shard === undefined ? {} : { shard: shardOption(flags.shard) }),
    urlFor: flags.urlTemplate === undefined ? undefined : urlFromTemplate(flags.urlTemplate),
  };
}

/** Undefined where neither a report export is written nor a profile says where reports are. @throws {UsageError} */
async function reportExport(
  flags: ConvertFlags,
  { to, from, zone }: ConvertSettings,
): Promise<OpenExport | undefined> {
  const reportBytes = choiceOption(flags.reportBytes, "--report-bytes", ["pdf", "encoded"]);
  const isFromJtel = from === undefined || from.id === "jtel";
  if (flags.profile !== undefined && to.id !== "jtel" && !isFromJtel) {
    throw new UsageError("--profile is for --to jtel and for --from jtel");
  }
  if (flags.profile === undefined && to.id !== "jtel") return undefined;
  const { openReportExport } = await import("../report-export/open.ts");
  return await openReportExport(flags.profile, to, {
    ...{ zone, reportBytes },
    fontPaths: flags.pdfFont ?? [],
  });
}

/** @throws {UsageError} For fonts that are none, and for options and places that a PDF has no use for. */
async function pdfTarget(flags: ConvertFlags, io: Io): Promise<PdfTarget> {
  const json = flags.jsonl ? "--jsonl" : flags.pretty ? "--pretty" : undefined;
  if (json !== undefined) throw new UsageError(`${json} is about JSON; a PDF has no such form`);
  const isToStdout = flags.outputDir === undefined && (flags.output === undefined || flags.output === "-");
  if (isToStdout && io.stdoutIsTerminal) {
    throw new UsageError(
      "a PDF is nothing for a terminal to show",
      "name a folder, --output-dir DIR, or for a single conversation a file, -o FILE",
    );
  }
  const { openPdfTarget } = await import("../pdf-target.ts");
  return await openPdfTarget(flags.pdfFont ?? [], zoneOption(flags.timeZone ?? "UTC"));
}

/** @throws {UsageError} For outputs that exclude each other. */
function wantedOutputs(flags: ConvertFlags, render: Render | undefined): Omit<WantedOutputs, "finish"> {
  if (render === undefined && flags.pdfFont !== undefined && flags.to !== "jtel") {
    throw new UsageError("--pdf-font is for --to pdf and --to jtel");
  }
  if (flags.output !== undefined && flags.outputDir !== undefined) {
    throw new UsageError(
      "--output and --output-dir exclude each other",
      "one file, or one file a conversation",
    );
  }
  if (flags.jsonl && flags.pretty) {
    throw new UsageError("--jsonl and --pretty exclude each other: JSON Lines have one line a conversation");
  }
  return {
    // Standard output may be named as a dash, as standard input may.
    output: flags.output === "-" ? undefined : flags.output,
    outputDir: flags.outputDir,
    rejects: flags.rejects,
    lossReport: flags.lossReport,
    isLines: flags.jsonl ?? false,
    isPretty: flags.pretty ?? false,
    reporters: reporterSpecs(flags.reporter ?? ["text"]),
    hasTotals: flags.reporter !== undefined && !flags.quiet,
    maxFindings: countOption(flags.maxFindings, "--max-findings"),
    render,
  };
}

function hasFiles({ output, outputDir, rejects, lossReport, reporters }: WantedOutputs): boolean {
  const paths = [output, outputDir, rejects, lossReport, ...reporters.map(({ file }) => file)];
  return paths.some((path) => path !== undefined);
}

/** A report for machines that has no file has standard error for itself. */
function isTalkWanted({ reporters }: WantedOutputs, isQuiet: boolean): boolean {
  return !isQuiet && reporters.every(({ name, file }) => name === "text" || file !== undefined);
}

function exitCodeOf(summary: ConvertSummary, failOn: readonly (typeof FAIL_ON)[number][]): number {
  const counts = {
    dropped: summary.dropped.size,
    derived:
      summary.derived.size + summary.invented.size + (summary.findings.get("decode/time-derived") ?? 0),
    unknown: summary.unknownFields.size,
  };
  const isFailed = summary.rejected > 0 || failOn.some((what) => counts[what] > 0);
  return isFailed ? ExitCode.invalid : ExitCode.done;
}

/** The codes of one run's parts: the greater tells more. */
function worst(...codes: number[]): number {
  return Math.max(...codes);
}
