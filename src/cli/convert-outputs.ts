import type { ConvertSink, LossEntry } from "../convert/types.ts";
import type { Finding } from "../diagnostics/finding.ts";
import type { TargetFormat } from "../formats/types.ts";
import type { InputRecord } from "../input/types.ts";
import type { JsonObject } from "../json/value.ts";
import type { Conversation } from "../model/conversation.ts";
import {
  type ConversationOutput,
  documentOutput,
  finishedOutput,
  folderOutput,
  linesOutput,
  type Render,
  singleFileOutput,
} from "./conversation-output.ts";
import type { Io } from "./io.ts";
import { type OutputFile, openOutputFile } from "./output-file.ts";
import { type FindingsReporterSpec, Reports } from "./reports.ts";
import type { FdWriter } from "./write-bytes.ts";

/** What the options of a conversion ask for; paths are those of files. */
export interface WantedOutputs {
  readonly output: string | undefined;
  readonly outputDir: string | undefined;
  readonly rejects: string | undefined;
  readonly lossReport: string | undefined;
  readonly isLines: boolean;
  readonly isPretty: boolean;
  readonly reporters: readonly FindingsReporterSpec[];
  readonly hasTotals: boolean;
  readonly maxFindings: number;
  /** Makes a file of each conversation, where the target is no JSON. */
  readonly render: Render | undefined;
  /** Finishes a document that carries a report of its conversation. */
  readonly finish: ((conversation: Conversation) => Promise<JsonObject>) | undefined;
}

/** Everything a conversion writes to, opened before it starts and closed together. */
export interface Outputs {
  readonly conversations: ConversationOutput;
  readonly reports: Reports;
  readonly rejects?: OutputFile;
  readonly losses?: OutputFile;
  drain(): Promise<void>;
  /** @param keepsOld  The file of `output` is not put in its place. */
  end(sources: number, keepsOld: boolean): Promise<void>;
  discard(): Promise<void>;
}

/** @throws {OutputError} If one cannot be opened; then nothing is left of the others. */
export async function openOutputs(wanted: WantedOutputs, format: TargetFormat, io: Io): Promise<Outputs> {
  const opened: OutputFile[] = [];
  const openIf = async (path: string | undefined) => {
    if (path === undefined) return undefined;
    const file = await openOutputFile(path);
    opened.push(file);
    return file;
  };
  try {
    const file = await openIf(wanted.output);
    const rejects = await openIf(wanted.rejects);
    const losses = await openIf(wanted.lossReport);
    const conversations = await conversationOutput(wanted, format, file?.writer ?? io.stdout);
    const main = { writer: io.stderr, isTerminal: io.stderrIsTerminal, hasTotals: wanted.hasTotals };
    const reports = await Reports.open(wanted.reporters, wanted.maxFindings, io, main);
    return outputsOf({ conversations, reports, file, rejects, losses });
  } catch (error) {
    for (const file of opened) await file.discard();
    throw error;
  }
}

async function conversationOutput(
  wanted: WantedOutputs,
  format: TargetFormat,
  writer: FdWriter,
): Promise<ConversationOutput> {
  const output = await plainOutput(wanted, format, writer);
  return wanted.finish === undefined ? output : finishedOutput(output, wanted.finish);
}

async function plainOutput(
  { outputDir, isLines, isPretty, render }: WantedOutputs,
  format: TargetFormat,
  writer: FdWriter,
): Promise<ConversationOutput> {
  if (outputDir !== undefined) return await folderOutput(outputDir, format, { isLines, isPretty, render });
  if (render !== undefined) return singleFileOutput(writer, render);
  return isLines ? linesOutput(writer) : documentOutput(writer, format, isPretty);
}

interface Opened {
  readonly conversations: ConversationOutput;
  readonly reports: Reports;
  readonly file: OutputFile | undefined;
  readonly rejects: OutputFile | undefined;
  readonly losses: OutputFile | undefined;
}

function outputsOf({ conversations, reports, file, rejects, losses }: Opened): Outputs {
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
    async end(sources, keepsOld) {
      await conversations.end();
      if (keepsOld || conversations.isEmpty?.()) await file?.discard();
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

/** @param isQuiet  Errors only. */
export function sinkOf(outputs: Outputs, isQuiet: boolean): ConvertSink {
  const { conversations, reports, rejects, losses } = outputs;
  return {
    converted: (conversation, model) => conversations.add(conversation, model),
    ...(conversations.addBytes === undefined ? {} : { convertedBytes: conversations.addBytes }),
    findings: (findings) =>
      reports.findings(isQuiet ? findings.filter(isError) : findings.filter(isWorthALine)),
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
