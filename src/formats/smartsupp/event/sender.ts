import type { Report } from "../../../diagnostics/diagnostic.ts";
import type { Json } from "../../../json/value.ts";
import type { Sender } from "../../../model/conversation.ts";
import { type EventTrace, textAt } from "./trace.ts";

/** `sub_type` (the vendor's SDK; bot was seen besides). */
const SUB_TYPES = new Map<string, Sender>([
  ["contact", "visitor"],
  ["agent", "agent"],
  ["trigger", "bot"],
  ["bot", "bot"],
  ["system", "system"],
]);

/** Events whose name tells who wrote. */
const REPLIES = new Map<string, Sender>([
  ["conversation.contact_replied", "visitor"],
  ["conversation.agent_replied", "agent"],
  ["conversation.bot_replied", "bot"],
]);

/** Who sent an event's message. Reports a sender that no source names; the message then counts as the likeliest's. */
export function senderOf(message: Json, event: string, trace: EventTrace, report: Report): Sender {
  const subType = textAt(message, "sub_type");
  const named = subType === undefined ? undefined : SUB_TYPES.get(subType);
  if (named !== undefined) return named;
  const sender = guessSender(message, event, trace);
  if (subType !== undefined) {
    report("decode/unknown-sender", "/data/message/sub_type", { value: subType, taken: sender });
  }
  return sender;
}

/** By the event's name, else by the message's type and ids: deliveries are told of what goes out to the visitor. */
function guessSender(message: Json, event: string, trace: EventTrace): Sender {
  const byEvent = REPLIES.get(event);
  if (byEvent !== undefined) {
    trace.edge("/event", "/messages/0/sender");
    return byEvent;
  }
  if (textAt(message, "type") === "event") {
    trace.edge("/data/message/type", "/messages/0/sender");
    return "system";
  }
  const isByAgent = textAt(message, "agent_id") !== undefined;
  if (!isByAgent && textAt(message, "trigger_name") !== undefined) return "bot";
  if (!isByAgent && textAt(message, "visitor_id") !== undefined) return "visitor";
  return "agent";
}
