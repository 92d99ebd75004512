import type { JsonObject } from "../../json/value.ts";
import type { Message } from "../../model/conversation.ts";
import { type Instant, parseTime } from "../../model/time.ts";
import type { ReadResult } from "../types.ts";
import type { FerndeskConversationWire } from "./schema.ts";

/** `lastMessageAt` is not read: it is a fact about the messages and worked out anew from them. */
export function decodeFerndesk(document: JsonObject): ReadResult {
  const wire = document as unknown as FerndeskConversationWire;
  return {
    kind: "conversation",
    conversation: {
      id: wire.id,
      origin: { format: "ferndesk", id: wire.id },
      ...(wire.url === undefined ? {} : { url: wire.url }),
      messages: wire.messages.map(decodeMessage),
    },
  };
}

function decodeMessage(wire: FerndeskConversationWire["messages"][number]): Message {
  return {
    id: wire.id,
    sender: wire.role === "user" ? "visitor" : "agent",
    text: wire.content,
    sentAt: instantOf(wire.createdAt),
  };
}

function instantOf(text: string): Instant {
  const time = parseTime(text);
  if (time?.kind !== "instant") throw new TypeError("the schema lets no other time through");
  return time.instant;
}
