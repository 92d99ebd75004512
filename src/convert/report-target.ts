import type { Report } from "../diagnostics/diagnostic.ts";
import type { FieldRule, TargetFormat } from "../formats/types.ts";
import type { Conversation } from "../model/conversation.ts";
import { conversationDocument } from "../model/conversation-json.ts";

/** The report holds the whole conversation as an attachment, so all that the model has is carried. */
const FIELDS: readonly FieldRule[] = [
  { wire: "/conversation/**", model: "/**", how: "carried", on: "write", known: "documented" },
];

/**
 * The PDF report as the target of a conversion. What is written here is the document that goes into the PDF as its
 * attachment, and pointers of the loss report are those of that document; the PDF itself takes time to make, and is
 * made where the output is written.
 *
 * @param check  Reports what the pages cannot show; pointers are those of the conversation in the model.
 */
export function reportTarget(check: (conversation: Conversation, report: Report) => void): TargetFormat {
  return {
    id: "pdf",
    title: "The PDF report",
    fields: FIELDS,
    messagesAt: "/conversation/messages",
    write(conversation, { report }) {
      check(conversation, report);
      const messageIndex = conversation.messages.map((_, index) => index);
      return { value: conversationDocument(conversation), messageIndex };
    },
  };
}
