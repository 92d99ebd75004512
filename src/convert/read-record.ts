import { severityOf } from "../diagnostics/catalogue.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { type Examined, examineRecord, isRejected } from "../formats/examine.ts";
import type { FormatAdapter } from "../formats/types.ts";
import type { InputRecord } from "../input/types.ts";
import type { JsonObject } from "../json/value.ts";
import type { Conversation } from "../model/conversation.ts";
import { toWire } from "./places.ts";
import type { ConvertSettings } from "./types.ts";
import { type EdgeMap, edgeMap, type Written, writeConversation } from "./write.ts";

/** A record that tells a conversation or a part of one. */
export interface ConversationRead {
  readonly kind: "conversation";
  readonly examined: Examined;
  readonly document: JsonObject;
  readonly format: FormatAdapter;
  readonly conversation: Conversation;
  /** Whether other records may tell more of the same conversation: then it is folded out of all of them. */
  readonly isPart: boolean;
  readonly rank?: string;
  readonly readEdges: EdgeMap;
}

/** What one record comes to, before anything is known of other records. Why is in `examined.diagnostics`. */
export type Reading =
  | ConversationRead
  | { readonly kind: "skipped"; readonly examined: Examined; readonly what: string }
  | { readonly kind: "rejected"; readonly examined: Examined };

const NO_EDGES: EdgeMap = new Map();

/** Reads one record, as the settings say. Remembers nothing; never throws for bad data. */
export function readRecord(record: InputRecord, settings: ConvertSettings): Reading {
  const { problem } = record;
  const { strict } = settings;
  const examined = examineRecord(record, settings.from);
  if (problem !== undefined && severityOf(problem.code) === "info")
    return { kind: "skipped", examined, what: "no body" };
  const { document, format, report } = examined;
  if (document === undefined || isRejected(examined, strict)) return { kind: "rejected", examined };
  const { zone, zoneIsGiven } = settings;
  const receivedAt = record.capture?.receivedAt;
  const context = {
    ...{ report, zone, zoneIsGiven },
    ...(receivedAt === undefined ? {} : { receivedAt }),
    ...(record.enclosed === undefined ? {} : { enclosed: record.enclosed }),
  };
  const result = format!.read(document, context);
  if (result.kind === "rejected" || isRejected(examined, strict)) return { kind: "rejected", examined };
  if (result.kind === "skipped") return { kind: "skipped", examined, what: result.what };
  return {
    kind: "conversation",
    examined,
    document,
    format: format!,
    conversation: withUrl(result.conversation, settings, report),
    isPart: format!.records !== "whole" || settings.fold,
    ...(result.rank === undefined ? {} : { rank: result.rank }),
    readEdges: result.edges === undefined ? NO_EDGES : edgeMap(result.edges),
  };
}

function withUrl(conversation: Conversation, { urlFor }: ConvertSettings, report: Report): Conversation {
  if (conversation.url !== undefined || urlFor === undefined) return conversation;
  const url = urlFor(conversation);
  if (url === undefined) report("convert/no-url", "", {});
  return url === undefined ? conversation : { ...conversation, url };
}

/** Why a whole conversation is not written. */
export type NotWritten = "rejected" | "no message left";

/** Writes a conversation that one record tells whole. What is found joins `examined.diagnostics`. */
export function writeWhole(reading: ConversationRead, settings: ConvertSettings): Written | NotWritten {
  const { examined, document, format, conversation } = reading;
  const { diagnostics, report } = examined;
  const before = diagnostics.length;
  const original = format.id === settings.to.id ? { document } : undefined;
  const written = writeConversation(conversation, settings, report, original);
  for (let k = before; k < diagnostics.length; k++) diagnostics[k] = toWire(format, diagnostics[k]!);
  if (isRejected(examined, settings.strict)) return "rejected";
  if (written.messageIndex.some((index) => index !== -1)) return written;
  report("convert/no-message-left", "", { leftOut: conversation.messages.length });
  return "no message left";
}
