import { messageOf } from "../../diagnostics/catalogue.ts";
import { escapeControls } from "../../diagnostics/quote.ts";
import { lookInside } from "../../enclosures/look-inside.ts";
import { detectFormat } from "../../formats/detect.ts";
import { formats } from "../../formats/registry.ts";
import type { FieldRule, FormatAdapter } from "../../formats/types.ts";
import type { InputRecord } from "../../input/types.ts";
import { parseJson } from "../../json/parse.ts";
import { decodeUtf8 } from "../../json/text.ts";
import { isObject, type JsonObject, typeName } from "../../json/value.ts";
import { safeJson } from "../../report/safe.ts";
import { eachRecord, inputOptions } from "../each-record.ts";
import { ExitCode, UsageError } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { formatOption } from "../options.ts";
import type { Encoded } from "../report-export/explain.ts";

interface FormatsFlags {
  readonly explain?: string;
  readonly json?: boolean;
}

/** `chatx formats`, `chatx formats ID`, `chatx formats --explain FILE` */
export async function runFormats(
  name: string | undefined,
  rawFlags: Record<string, unknown>,
  io: Io,
): Promise<number> {
  const flags = rawFlags as FormatsFlags;
  if (name !== undefined && flags.explain !== undefined) {
    throw new UsageError("a format and --explain exclude each other");
  }
  if (flags.explain !== undefined) return explain(flags.explain, flags, io);
  if (name !== undefined) {
    const format = formatOption(name, "chatx formats");
    io.stdout.push(flags.json ? asJson(describe(format, true)) : fieldsText(format));
  } else {
    io.stdout.push(flags.json ? asJson(formats.map((format) => describe(format, false))) : listText());
  }
  return ExitCode.done;
}

function asJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function describe(format: FormatAdapter, withFields: boolean) {
  const { id, title, summary, docsUrl, records, carries, fields } = format;
  const canWrite = format.write !== undefined;
  return { id, title, summary, docsUrl, records, canWrite, carries, ...(withFields ? { fields } : {}) };
}

const RECORDS = { whole: "a conversation", snapshots: "a state of one", events: "an event of one" } as const;

function listText(): string {
  const rows = formats.map((format) => [
    format.id,
    format.write === undefined ? "read" : "read, write",
    RECORDS[format.records],
    format.summary,
  ]);
  const head = ["format", "chatx can", "a record is", "what it is"];
  return `${table([head, ...rows])}\nchatx convert --to pdf writes a report of each conversation, with the conversation attached.\nchatx formats ID shows the fields of one; chatx schema ID prints its JSON Schema.\n`;
}

function fieldsText(format: FormatAdapter): string {
  const title = `${format.title} (${format.id}): ${format.summary}\n${format.docsUrl}\n`;
  const rows = format.fields.map((rule) => [
    rule.wire,
    arrowOf(rule),
    rule.model,
    rule.known,
    rule.note ?? "",
  ]);
  const head = ["field", "", "in the model", "known", "note"];
  const carries = carriedWords(format);
  return `${title}\n${table([head, ...rows])}\n-> read, <- written, == both; ~ derived: only a part of the value. "*" is an index, "**" a subtree.\n${unmappedWords(format)}\n${carries}\n`;
}

function unmappedWords({ unmapped }: FormatAdapter): string {
  return unmapped === undefined
    ? "Fields that are not listed are kept when the same format is written, and reported as dropped otherwise."
    : `Fields that are not listed are reported as dropped: ${unmapped}.`;
}

function carriedWords({ carries }: FormatAdapter): string {
  if (carries.length === 0) return "chatx reads this format and does not write it.";
  if (carries.includes("/**")) return "Written and read back, everything survives.";
  return `Written and read back, these survive: ${carries.join(", ")}`;
}

function arrowOf({ on, how }: FieldRule): string {
  const arrow = on === "read" ? "->" : on === "write" ? "<-" : "==";
  return how === "derived" ? `~${arrow}` : arrow;
}

/** Columns padded to their widest cell; the last is left as it is. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
}

async function explain(path: string, flags: FormatsFlags, io: Io): Promise<number> {
  const input = await eachRecord([path], inputOptions({}), io, {
    async record(record) {
      const facts = await explainRecord(record);
      io.stdout.push(flags.json ? `${safeJson(facts)}\n` : explanationText(facts));
      return true;
    },
    sourceFinding: (source, code, args) => {
      const message = messageOf({ code, args } as Parameters<typeof messageOf>[0]);
      io.stderr.push(`chatx: ${escapeControls(source)}: ${message}\n`);
    },
    drain: () => io.stdout.drain(),
  });
  return input.exitCode;
}

interface Explanation {
  readonly source: string;
  readonly record: number;
  readonly line: number;
  readonly column: number;
  readonly pointer: string;
  readonly container?: string;
  readonly url?: string;
  readonly format: string | null;
  readonly why: string;
  readonly candidates: readonly { readonly format: string; readonly score: number; readonly why: string }[];
  /** Files in Base64, where there are any. */
  readonly holds?: readonly Encoded[];
}

async function explainRecord(record: InputRecord): Promise<Explanation> {
  const { source, number, start, pointer, container, capture } = record;
  const { line, column } = start;
  const url = capture?.url;
  const place = {
    ...{ source, record: number, line, column, pointer },
    ...(container === undefined ? {} : { container }),
    ...(url === undefined ? {} : { url }),
  };
  const opened = await lookInside(record);
  const document = documentOf(opened);
  if (typeof document === "string") return { ...place, format: null, why: document, candidates: [] };
  const detection = detectFormat(document);
  const candidates = detection.candidates.map(({ format, recognition }) => ({
    format: format.id,
    ...recognition,
  }));
  const { encodedIn } = await import("../report-export/explain.ts");
  const holds = encodedIn(opened, document);
  return {
    ...place,
    format: detection.format?.id ?? null,
    why: candidates[0]!.why,
    candidates,
    ...(holds.length === 0 ? {} : { holds }),
  };
}

/** The record's document, or why it has none. */
function documentOf(record: InputRecord): JsonObject | string {
  if (record.problem !== undefined) return messageOf(record.problem as Parameters<typeof messageOf>[0]);
  const parsed = parseJson(decodeUtf8(record.bytes) ?? "");
  if (!parsed.ok) return "it is not valid JSON; chatx validate shows where";
  return isObject(parsed.value) ? parsed.value : `it is ${typeName(parsed.value)}, not an object`;
}

function explanationText(facts: Explanation): string {
  const { source, line, column, container, pointer } = facts;
  const where = [pointer, container === undefined ? "" : `in ${container}`]
    .filter((part) => part !== "")
    .join(" ");
  const lines = [
    `${source}:${line}:${column}${where === "" ? "" : `  ${where}`}`,
    `  ${facts.format === null ? `not recognised: ${facts.why}` : `${facts.format}: ${facts.why}`}`,
    ...facts.candidates
      .slice(facts.format === null ? 0 : 1)
      .map(({ format, score, why }) => `    ${format} ${score.toFixed(2)}: ${why}`),
    ...(facts.holds ?? []).map(({ pointer: at, what }) => `  ${at} ${what}`),
  ];
  return lines.map((text) => `${escapeControls(text)}\n`).join("");
}
