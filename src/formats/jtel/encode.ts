import type { JsonObject } from "../../json/value.ts";
import type { Conversation } from "../../model/conversation.ts";
import { conversationToJson } from "../../model/conversation-json.ts";
import type { EncodedReport, WriteContext, WriteResult } from "../types.ts";

/**
 * The default body of a report export. jtel's is written by its customer; this one is for whoever has not done so yet.
 *
 * @param report  The PDF of the conversation.
 */
export function reportBody(conversation: Conversation, report: EncodedReport): JsonObject {
  const { base64, bytes } = report;
  return { conversation: conversation.id, report: { mediaType: "application/pdf", bytes, base64 } };
}

/** Making a PDF takes time, so the conversation's own JSON stands where it will be until `withReport` puts it there. */
export function encodeReport(conversation: Conversation, _context: WriteContext): WriteResult {
  return {
    value: reportBody(conversation, standInReport(conversation)),
    messageIndex: everyMessage(conversation),
  };
}

/** What stands for the PDF: it holds the same, and changes when the conversation does. */
export function standInReport(conversation: Conversation): EncodedReport {
  const base64 = conversationToJson(conversation);
  return { base64, bytes: base64.length };
}

/** A report leaves no message out. */
export function everyMessage({ messages }: Conversation): number[] {
  return messages.map((_, index) => index);
}
