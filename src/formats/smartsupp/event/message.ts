import type { Report } from "../../../diagnostics/diagnostic.ts";
import { isArray, isNumeric, type Json, member } from "../../../json/value.ts";
import type { Attachment, Message, Sender } from "../../../model/conversation.ts";
import type { Instant } from "../../../model/time.ts";
import { senderOf } from "./sender.ts";
import { type EventTrace, instantAt, numberAt, textAt } from "./trace.ts";

type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** What an event is, as far as its message needs it. */
export interface EventFacts {
  readonly event: string;
  readonly timestamp: Instant;
  readonly conversationId: string;
  /** Wire pointers of the leaves that the conversation's id was made of. */
  readonly idLeaves: readonly string[];
}

/** `content.type` of messages, whose text is in `text`; those of events are codes. */
const MESSAGE_CONTENT = new Set(["text", "upload", "rate_form"]);
const SYSTEM_CODES = new Set(["agent_join", "agent_leave", "agent_assign", "agent_unassign", "chat_close"]);

/** The message in `data.message`. Reports what no source names and a time that had to be taken from the envelope. */
export function decodeMessage(wire: Json, facts: EventFacts, trace: EventTrace, report: Report): Message {
  const sender = senderOf(wire, facts.event, trace, report);
  const message: Draft<Message> = {
    id: textAt(wire, "id") ?? ownMessageId(facts, trace),
    sender,
    text: decodeText(member(wire, "content"), sender, trace, report),
    sentAt: decodeTime(wire, facts, trace, report),
  };
  const key = sender === "visitor" ? "visitor_id" : "agent_id";
  const author = textAt(wire, key);
  if (textAt(wire, "visitor_id") !== undefined || textAt(wire, "agent_id") !== undefined) {
    trace.edge("/data/message/sub_type", "/messages/0/author/id");
  }
  if (author !== undefined) {
    message.author = { id: author };
    trace.edge(`/data/message/${key}`, "/messages/0/author/id");
  }
  const trigger = textAt(wire, "trigger_name");
  if (trigger !== undefined) message.trigger = trigger;
  const attachments = decodeAttachments(member(wire, "attachments"), trace);
  if (attachments.length > 0) message.attachments = attachments;
  return message;
}

/** The message that stands for an event without one: its text is the event's name. */
export function systemMessage(data: Json | undefined, facts: EventFacts, trace: EventTrace): Message {
  trace.edge("/event", "/messages/0/text");
  trace.edge("/timestamp", "/messages/0/sentAt");
  const key = ["agent_id", "assigned", "unassigned"].find((name) => textAt(data, name) !== undefined);
  if (key !== undefined) trace.edge(`/data/${key}`, "/messages/0/author/id");
  return {
    id: ownMessageId(facts, trace),
    sender: "system",
    text: facts.event,
    sentAt: facts.timestamp,
    ...(key === undefined ? {} : { author: { id: textAt(data, key)! } }),
  };
}

/** The id of a message that the vendor gives none. */
function ownMessageId({ conversationId, event, timestamp, idLeaves }: EventFacts, trace: EventTrace): string {
  for (const leaf of [...idLeaves, "/event", "/timestamp"]) trace.edge(leaf, "/messages/0/id");
  return `${conversationId}-${event}-${timestamp}`;
}

function decodeTime(wire: Json, { timestamp }: EventFacts, trace: EventTrace, report: Report): Instant {
  const own = instantAt(wire, "created_at");
  if (own !== undefined) return own;
  report("decode/time-derived", "/data/message", { from: "the event's timestamp" });
  trace.edge("/timestamp", "/messages/0/sentAt");
  return timestamp;
}

/** The text; of a system message that has none, the code that the vendor gives it. */
function decodeText(content: Json | undefined, sender: Sender, trace: EventTrace, report: Report): string {
  if (typeof content === "string") return content;
  const text = textAt(content, "text") ?? "";
  const type = textAt(content, "type") ?? "";
  if (sender !== "system" || type === "" || MESSAGE_CONTENT.has(type)) return text;
  if (!SYSTEM_CODES.has(type)) {
    report("decode/unknown-system-code", "/data/message/content/type", { value: type });
  }
  if (text !== "") return text;
  trace.edge("/data/message/content/type", "/messages/0/text");
  trace.edge("/data/message/sub_type", "/messages/0/text");
  return type;
}

/** Wire name, its other spelling, model name. */
const ATTACHMENT_TEXTS: readonly (readonly [string, string, "name" | "mediaType" | "url"])[] = [
  ["file_name", "fileName", "name"],
  ["file_type", "fileType", "mediaType"],
  ["url", "url", "url"],
];

function decodeAttachments(list: Json | undefined, trace: EventTrace): Attachment[] {
  if (!isArray(list)) return [];
  return list.map((wire, index) => {
    const attachment: Draft<Attachment> = {};
    for (const [snake, camel, to] of ATTACHMENT_TEXTS) {
      const key = textAt(wire, snake) === undefined ? camel : snake;
      const text = textAt(wire, key);
      if (text === undefined) continue;
      attachment[to] = text;
      if (key !== snake) {
        trace.edge(`/data/message/attachments/${index}/${key}`, `/messages/0/attachments/${index}/${to}`);
      }
    }
    const bytes = numberAt(wire, "size");
    if (isNumeric(bytes)) attachment.bytes = bytes;
    return attachment;
  });
}
