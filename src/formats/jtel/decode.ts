import type { EnclosedFile } from "../../input/types.ts";
import { step } from "../../json/pointer.ts";
import { isArray, isObject, type Json, type JsonObject } from "../../json/value.ts";
import type { Conversation } from "../../model/conversation.ts";
import { conversationFromJson } from "../../model/conversation-json.ts";
import type { Edge, ReadContext, ReadResult } from "../types.ts";
import { recoverConversation } from "./recover/recover.ts";

/**
 * The conversation of a report export: the one that is attached to the PDF where there is one (chatx attaches it), else
 * what can be read off the PDF's text. Of several PDFs the first that holds a conversation is taken.
 */
export function decodeReport(_document: JsonObject, context: ReadContext): ReadResult {
  const { enclosed, report } = context;
  if (enclosed === undefined) return { kind: "skipped", what: "report that was not opened" };
  if (enclosed.length === 0) {
    report("decode/no-report", "", {});
    return { kind: "rejected" };
  }
  for (const file of enclosed) {
    const conversation = attachedConversation(file, context);
    if (conversation !== undefined) return found(file, conversation);
  }
  for (const file of enclosed) {
    if (file.lines === undefined || file.lines.length === 0) continue;
    const recovered = recoverConversation(file.lines, file.pointer, context);
    if (recovered === "rejected") return { kind: "rejected" };
    if (recovered !== undefined) return found(file, recovered);
  }
  for (const file of enclosed) reportNothing(file, context);
  return { kind: "rejected" };
}

function attachedConversation(file: EnclosedFile, { report }: ReadContext): Conversation | undefined {
  if (file.attachment === undefined) return undefined;
  const result = conversationFromJson(file.attachment);
  if (result.ok) return result.conversation;
  report("decode/report-attachment", file.pointer, { problem: result.problem });
  return undefined;
}

function reportNothing({ pointer, problem, lines = [] }: EnclosedFile, { report }: ReadContext): void {
  if (problem !== undefined) report("decode/report-unreadable", pointer, { problem });
  else report("decode/no-transcript", pointer, { lines: lines.length });
}

function found(file: EnclosedFile, conversation: Conversation): ReadResult {
  const edges = modelLeaves(conversation as unknown as Json, "").map(
    (to): Edge => ({ from: file.pointer, to }),
  );
  return { kind: "conversation", conversation, edges };
}

/** Everything that the conversation says, as pointers. */
function modelLeaves(value: Json, pointer: string): string[] {
  if (isArray(value)) return value.flatMap((item, index) => modelLeaves(item, pointer + step(index)));
  if (isObject(value))
    return Object.keys(value).flatMap((key) => modelLeaves(value[key]!, pointer + step(key)));
  return [pointer];
}
