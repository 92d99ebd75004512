import { mkdir } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Converted } from "../convert/types.ts";
import type { FormatAdapter } from "../formats/types.ts";
import { stringifyJson } from "../json/stringify.ts";
import { OutputError } from "./exit-codes.ts";
import { openFileOfFolder, removeStrays } from "./output-file.ts";
import type { FdWriter } from "./write-bytes.ts";

const LINE_FEED = Uint8Array.of(0x0a);

/** Where converted conversations go. `add` gathers, `drain` writes what is gathered, `end` completes the output. */
export interface ConversationOutput {
  add(conversation: Converted): void;
  /** The same for the bytes of its compact JSON text, which are copied. Absent where that is not how it is written. */
  addBytes?(conversation: Uint8Array): void;
  drain(): Promise<void>;
  end(): Promise<void>;
}

/** One conversation a line. */
export function linesOutput(writer: FdWriter): ConversationOutput {
  return {
    add: ({ value }) => writer.push(`${stringifyJson(value)}\n`),
    addBytes(conversation) {
      writer.pushBytes(conversation);
      writer.pushBytes(LINE_FEED);
    },
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
  const separate = () => {
    start();
    writer.push(count++ === 0 ? "\n" : ",\n");
  };
  const item = (conversation: Converted) => {
    separate();
    writer.push(`${indent}${textOf(conversation, indent)}`);
  };
  const addBytes = (conversation: Uint8Array) => {
    separate();
    writer.pushBytes(conversation);
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
    // A single payload of a format without a list stands alone, so the first is held back as a value.
    ...(isPretty || format.listKey === undefined ? {} : { addBytes }),
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
  try {
    await promisify(mkdir)(folder, { recursive: true, mode: 0o700 });
    await removeStrays(folder);
  } catch (error) {
    throw new OutputError(folder, error);
  }
  let waiting: Converted[] = [];
  const drain = async () => {
    for (const conversation of waiting) {
      const hash = process
        .getBuiltinModule("node:crypto")
        .createHash("sha256")
        .update(conversation.id)
        .digest("hex")
        .slice(0, 16);
      const name = `${format.id}-${hash}.${style.isLines ? "jsonl" : "json"}`;
      const file = await openFileOfFolder(join(folder, name));
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
