import { join } from "node:path";
import type { Converted } from "../convert/types.ts";
import { makeFolder } from "../files/make-folder.ts";
import type { TargetFormat } from "../formats/types.ts";
import { stringifyJson } from "../json/stringify.ts";
import type { JsonObject } from "../json/value.ts";
import type { Conversation } from "../model/conversation.ts";
import { OutputError, UsageError } from "./exit-codes.ts";
import { openFileOfFolder, removeStrays } from "./output-file.ts";
import type { FdWriter } from "./write-bytes.ts";

const LINE_FEED = Uint8Array.of(0x0a);

/** Where converted conversations go. `add` gathers, `drain` writes what is gathered, `end` completes the output. */
export interface ConversationOutput {
  add(conversation: Converted, model: Conversation): void;
  /** The same for the bytes of its compact JSON text, which are copied. Absent where that is not how it is written. */
  addBytes?(conversation: Uint8Array): void;
  drain(): Promise<void>;
  end(): Promise<void>;
  /** After `end`: nothing was written, and what is written elsewhere as "nothing" (`[]`) is not known here. */
  isEmpty?(): boolean;
}

/** The bytes of a file for a conversation that is no JSON. */
export type Render = (conversation: Conversation) => Promise<Uint8Array>;

/**
 * The base of outputs that take time for a conversation: to open a file for it, or to render it. The converter hands
 * its results over without waiting, so `add` only gathers them. `drain` is waited for after every chunk of input, and
 * takes what is gathered one by one: however long the input, no more is held than the conversations of one chunk, and
 * of them only one in its written form.
 *
 * @param put  Makes and writes one conversation.
 * @param end  Called once, when all are written.
 */
function gatheredOutput(
  put: (conversation: Converted, model: Conversation) => Promise<void>,
  end: () => Promise<void> = async () => undefined,
): ConversationOutput {
  let waiting: (readonly [Converted, Conversation])[] = [];
  const drain = async () => {
    const taken = waiting.reverse();
    waiting = [];
    for (let next = taken.pop(); next !== undefined; next = taken.pop()) await put(...next);
  };
  return {
    add: (conversation, model) => waiting.push([conversation, model]),
    drain,
    async end() {
      await drain();
      await end();
    },
  };
}

/**
 * One conversation as one file or on standard output. It is written at the end, when it is known to be the only one.
 *
 * @throws {UsageError} From `drain` or `end`, for a second conversation.
 */
export function singleFileOutput(writer: FdWriter, render: Render): ConversationOutput {
  let file: Uint8Array | undefined;
  const put = async (_: Converted, model: Conversation) => {
    if (file !== undefined) {
      throw new UsageError(
        "there is more than one conversation, and each becomes a file of its own",
        "name a folder for them: --output-dir DIR",
      );
    }
    file = await render(model);
  };
  const end = async () => {
    if (file !== undefined) await writer.bytes(file);
  };
  return { ...gatheredOutput(put, end), isEmpty: () => file === undefined };
}

/**
 * Documents that are finished before they are written, since a part of each takes time to make.
 *
 * @param finish  The finished document of a conversation.
 */
export function finishedOutput(
  output: ConversationOutput,
  finish: (conversation: Conversation) => Promise<JsonObject>,
): ConversationOutput {
  const put = async (one: Converted, model: Conversation) => {
    output.add({ ...one, value: await finish(model) }, model);
    await output.drain();
  };
  return gatheredOutput(put, () => output.end());
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
  format: TargetFormat,
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

function frameOf(format: TargetFormat, isPretty: boolean) {
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
  format: TargetFormat,
  style: FolderStyle,
): Promise<ConversationOutput> {
  try {
    makeFolder(folder);
    await removeStrays(folder);
  } catch (error) {
    throw new OutputError(folder, error);
  }
  return gatheredOutput(async (conversation, model) => {
    const rendered = await style.render?.(model);
    const file = await openFileOfFolder(join(folder, fileName(conversation.id, format, style)));
    if (rendered !== undefined) file.writer.pushBytes(rendered);
    else {
      const output = style.isLines
        ? linesOutput(file.writer)
        : documentOutput(file.writer, format, style.isPretty);
      output.add(conversation, model);
      await output.end();
    }
    await file.commit();
  });
}

interface FolderStyle {
  readonly isPretty: boolean;
  readonly isLines: boolean;
  readonly render: Render | undefined;
}

/** Whether a file of a folder has the name of one that holds a conversation in this format. */
export function isFileOfFolder(name: string, { id }: TargetFormat): boolean {
  return name.startsWith(`${id}-`) && /^[0-9a-f]{16}\.(?:jsonl?|pdf)$/.test(name.slice(id.length + 1));
}

function fileName(id: string, format: TargetFormat, { isLines, render }: FolderStyle): string {
  const { createHash } = process.getBuiltinModule("node:crypto");
  const hash = createHash("sha256").update(id).digest("hex").slice(0, 16);
  return `${format.id}-${hash}.${render !== undefined ? format.id : isLines ? "jsonl" : "json"}`;
}
