import { collectDiagnostics, type Report } from "../diagnostics/diagnostic.ts";
import type { Placed } from "../diagnostics/place.ts";
import type { FormatAdapter } from "../formats/types.ts";
import type { JsonObject } from "../json/value.ts";
import type { Conversation } from "../model/conversation.ts";
import { completenessRank, mergeParts, sortParts } from "./fold.ts";
import { mergedIndexes } from "./merged-places.ts";
import { toWire } from "./places.ts";
import type { ConversationRead } from "./read-record.ts";
import type { ConvertSettings } from "./types.ts";
import { type Written, writeConversation } from "./write.ts";

/** What is kept of a record whose conversation may get more parts. */
export interface HeldPart {
  readonly conversation: Conversation;
  readonly rank: string;
  readonly document: JsonObject;
  readonly format: FormatAdapter;
}

export function heldPart({ conversation, rank, document, format }: ConversationRead): HeldPart {
  return { conversation, rank: rank ?? completenessRank(conversation), document, format };
}

/** A conversation out of all its parts. */
export interface Folded<P extends HeldPart> {
  /** In the order in which they are believed, the least first. */
  readonly parts: readonly P[];
  readonly conversation: Conversation;
}

/** Folds parts of one conversation; the order they come in does not matter. */
export function foldParts<P extends HeldPart>(group: readonly P[]): Folded<P> {
  const parts = sortParts(group);
  const order = parts.at(-1)!.format.records === "events" ? "time" : "position";
  return { parts, conversation: mergeParts(parts, order) };
}

export interface FoldedWritten {
  readonly written: Written;
  /** What was found while writing, at the fields of the part that is believed most. */
  readonly diagnostics: Placed[];
  readonly report: Report;
  readonly isEmpty: boolean;
}

export function writeFolded<P extends HeldPart>(
  { parts, conversation }: Folded<P>,
  settings: ConvertSettings,
): FoldedWritten {
  const last = parts.at(-1)!;
  const isOwn = last.format.id === settings.to.id;
  const { report, diagnostics } = collectDiagnostics();
  const original = { document: last.document, indexOf: mergedIndexes(last.conversation, conversation) };
  const written = writeConversation(conversation, settings, report, isOwn ? original : undefined);
  const isEmpty = written.messageIndex.every((index) => index === -1);
  return {
    written,
    diagnostics: diagnostics.map((diagnostic) => toWire(last.format, diagnostic)),
    report,
    isEmpty,
  };
}
