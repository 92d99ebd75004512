import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Converted } from "../convert/types.ts";
import type { FormatAdapter } from "../formats/types.ts";
import { stringifyJson } from "../json/stringify.ts";
import { OutputError } from "./exit-codes.ts";
import { openOutputFile } from "./output-file.ts";
import type { FdWriter } from "./write-bytes.ts";

/** Where converted conversations go. `add` gathers, `drain` writes what is gathered, `end` completes the output. */
export interface ConversationOutput {
  add(conversation: Converted): void;
  drain(): Promise<void>;
  end(): Promise<void>;
}

/** One conversation a line. */
export function linesOutput(writer: FdWriter): ConversationOutput {
  return {
    add: ({ value }) => writer.push(`${stringifyJson(value)}\n`),
    drain: () => writer.drain(),
    end: () => writer.flush(),
  };
}

/**
 * One document: `{listKey: […]}`, or, for a format without one, the payload itself when it is the only one and a
 * list when there are more or none. Each conversation starts a line of its own, also without --pretty.
 */
export function documentOutput(
  writer: FdWriter,
  format: FormatAdapter,
  isPretty: boolean,
): ConversationOutput {
  const { open, close, indent } = frameOf(format, isPretty);
  const textOf = ({ value }: Converted, margin: string) => {
    const text = stringifyJson(value, isPretty ? 2 : 0);
    return margin === "" ? text : text.replaceAll("\n", `\n${margin}`);
  };
  let first: Converted | undefined;
  let isOpen = false;
  let count = 0;
  const start = () => {
    if (!isOpen) writer.push(open);
    isOpen = true;
  };
  const item = (conversation: Converted) => {
    start();
    writer.push(`${count++ === 0 ? "\n" : ",\n"}${indent}${textOf(conversation, indent)}`);
  };
  return {
    add(conversation) {
      if (format.listKey === undefined && first === undefined) {
        first = conversation;
        return;
      }
      if (first !== undefined && count === 0) item(first);
      item(conversation);
    },
    drain: () => writer.drain(),
    async end() {
      if (first !== undefined && count === 0) writer.push(`${textOf(first, "")}\n`);
      else {
        start();
        writer.push(count === 0 ? `${close.trim()}\n` : `\n${close}\n`);
      }
      await writer.flush();
    },
  };
}

function frameOf(format: FormatAdapter, isPretty: boolean) {
  const key = format.listKey;
  if (key === undefined) return { open: "[", close: "]", indent: isPretty ? "  " : "" };
  const name = JSON.stringify(key);
  if (!isPretty) return { open: `{${name}:[`, close: "]}", indent: "" };
  return { open: `{\n  ${name}: [`, close: "  ]\n}", indent: "    " };
}

/**
 * One file a conversation, named by format and a hash of the id: payload text never becomes part of a path. Files
 * appear whole, replace older ones of the same conversation, and never follow a link.
 */
export async function folderOutput(
  folder: string,
  format: FormatAdapter,
  style: { readonly isPretty: boolean; readonly isLines: boolean },
): Promise<ConversationOutput> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw new OutputError(folder, error);
  });
  let waiting: Converted[] = [];
  const drain = async () => {
    for (const conversation of waiting) {
      const hash = createHash("sha256").update(conversation.id).digest("hex").slice(0, 16);
      const name = `${format.id}-${hash}.${style.isLines ? "jsonl" : "json"}`;
      const file = await openOutputFile(join(folder, name), { followLinks: false });
      const output = style.isLines
        ? linesOutput(file.writer)
        : documentOutput(file.writer, format, style.isPretty);
      output.add(conversation);
      await output.end();
      await file.commit();
    }
    waiting = [];
  };
  return { add: (conversation) => waiting.push(conversation), drain, end: drain };
}
