import { Converter } from "../../convert/converter.ts";
import type { ConvertSettings, ConvertSink, ConvertSummary, LossEntry } from "../../convert/types.ts";
import type { Finding } from "../../diagnostics/finding.ts";
import type { InputRecord } from "../../input/types.ts";
import { convertSummary } from "../../report/summary.ts";
import {
  type ConversationOutput,
  documentOutput,
  folderOutput,
  linesOutput,
} from "../conversation-output.ts";
import { eachRecord, type InputOptions, inputOptions } from "../each-record.ts";
import { ExitCode, UsageError } from "../exit-codes.ts";
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
import { type OutputFile, openOutputFile } from "../output-file.ts";
import { Reports } from "../reports.ts";
import { urlFromTemplate } from "../url-option.ts";

interface ConvertFlags extends InputOptions {
  readonly to: string;
  readonly from: string;
  readonly output?: string;
  readonly outputDir?: string;
  readonly jsonl?: boolean;
  readonly pretty?: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly timeZone?: string;
  readonly urlTemplate?: string;
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
  const settings = settingsOf(flags);
  const failOn = (flags.failOn ?? []).map((what) => choiceOption(what, "--fail-on", FAIL_ON));
  const limits = inputOptions(flags);
  const maxFindings = countOption(flags.maxFindings, "--max-findings");
  checkOutputs(flags);
  const outputs = await openOutputs(flags, settings, maxFindings, io);
  try {
    const converter = new Converter(settings, sinkOf(outputs, flags));
    const input = await eachRecord(inputs, limits, io, {
      record(record) {
        const isAccepted = converter.record(record);
        const { source, number, start } = record;
        const verdict = isAccepted ? "valid" : "invalid";
        outputs.reports.record({ source, record: number, line: start.line, verdict });
        return isAccepted;
      },
      sourceFinding: (source, code, args) => outputs.reports.source(source, code, args),
      drain: () => outputs.drain(),
    });
    const summary = converter.finish();
    await outputs.end(input.sources, input.isStoppedEarly);
    if (!flags.quiet) io.stderr.push(convertSummary(summary));
    return worst(input.exitCode, exitCodeOf(summary, failOn));
  } catch (error) {
    await outputs.discard();
    throw error;
  }
}

function settingsOf(flags: ConvertFlags): ConvertSettings {
  const zone = zoneOption(flags.timeZone ?? "UTC");
  const from = sourceFormatOption(flags.from, "--from");
  return {
    to: formatOption(flags.to, "--to", "writable"),
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

function checkOutputs(flags: ConvertFlags): void {
  if (flags.output !== undefined && flags.outputDir !== undefined) {
    throw new UsageError(
      "--output and --output-dir exclude each other",
      "one file, or one file a conversation",
    );
  }
  if (flags.jsonl && flags.pretty) {
    throw new UsageError("--jsonl and --pretty exclude each other: JSON Lines have one line a conversation");
  }
}

/** Everything a conversion writes to, opened before it starts and closed together. */
interface Outputs {
  readonly conversations: ConversationOutput;
  readonly reports: Reports;
  readonly rejects?: OutputFile;
  readonly losses?: OutputFile;
  drain(): Promise<void>;
  end(sources: number, isStoppedEarly: boolean): Promise<void>;
  discard(): Promise<void>;
}

async function openOutputs(
  flags: ConvertFlags,
  settings: ConvertSettings,
  maxFindings: number,
  io: Io,
): Promise<Outputs> {
  const main = { writer: io.stderr, isTerminal: io.stderrIsTerminal };
  const file = flags.output === undefined ? undefined : await openOutputFile(flags.output);
  const rejects = flags.rejects === undefined ? undefined : await openOutputFile(flags.rejects);
  const losses = flags.lossReport === undefined ? undefined : await openOutputFile(flags.lossReport);
  const reports = await Reports.open(flags.reporter ?? [], maxFindings, io, main);
  const writer = file?.writer ?? io.stdout;
  const style = { isLines: flags.jsonl ?? false, isPretty: flags.pretty ?? false };
  const conversations =
    flags.outputDir !== undefined
      ? await folderOutput(flags.outputDir, settings.to, style)
      : style.isLines
        ? linesOutput(writer)
        : documentOutput(writer, settings.to, style.isPretty);
  const side = [rejects, losses].filter((one) => one !== undefined);
  return {
    conversations,
    reports,
    ...(rejects === undefined ? {} : { rejects }),
    ...(losses === undefined ? {} : { losses }),
    async drain() {
      await conversations.drain();
      for (const { writer: sideWriter } of side) await sideWriter.drain();
      await reports.drain();
    },
    async end(sources, isStoppedEarly) {
      await conversations.end();
      // A run that stopped at a bad record has not done what the file's name promises: the old file stays.
      if (isStoppedEarly) await file?.discard();
      else await file?.commit();
      for (const one of side) await one.commit();
      await reports.end(sources);
    },
    async discard() {
      for (const one of [file, ...side]) await one?.discard();
      await reports.discard();
    },
  };
}

function sinkOf(outputs: Outputs, flags: ConvertFlags): ConvertSink {
  const { conversations, reports, rejects, losses } = outputs;
  return {
    converted: (conversation) => conversations.add(conversation),
    findings: (findings) =>
      reports.findings(flags.quiet ? findings.filter(isError) : findings.filter(isWorthALine)),
    ...(rejects === undefined
      ? {}
      : { rejected: (record, findings) => rejects.writer.push(rejectLine(record, findings)) }),
    ...(losses === undefined
      ? {}
      : { loss: (entry: LossEntry) => losses.writer.push(`${JSON.stringify(entry)}\n`) }),
  };
}

function isError(finding: Finding): boolean {
  return finding.severity === "error";
}

/** Infos are counted in the summary and told in the loss report; a line for each would bury the rest. */
function isWorthALine(finding: Finding): boolean {
  return finding.severity !== "info";
}

/** A rejected record with its bytes: as text where they are text, else as Base64. */
function rejectLine(record: InputRecord, findings: readonly Finding[]): string {
  const bytes = Buffer.from(record.bytes.buffer, record.bytes.byteOffset, record.bytes.byteLength);
  const text = bytes.toString("utf8");
  const isText = Buffer.from(text, "utf8").equals(bytes);
  const { source, number, start, pointer, container } = record;
  const reasons = findings
    .filter(isError)
    .map(({ code, message, line, column, pointer: at }) => ({ code, message, line, column, pointer: at }));
  const place = {
    source,
    record: number,
    line: start.line,
    column: start.column,
    offset: start.offset,
    pointer,
  };
  const body = isText ? { raw: text } : { rawBase64: bytes.toString("base64") };
  return `${JSON.stringify({ ...place, ...(container === undefined ? {} : { container }), reasons, ...body })}\n`;
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
