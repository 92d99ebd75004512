import { isObject, type Json, type JsonObject, member } from "../../../json/value.ts";
import type { Conversation, Message } from "../../../model/conversation.ts";
import type { Instant } from "../../../model/time.ts";
import type { ReadContext, ReadResult } from "../../types.ts";
import { conversationFacts, decodeRating, sortableText } from "./conversation.ts";
import { decodeMessage, type EventFacts, systemMessage } from "./message.ts";
import { isDirect, isPeopleEvent } from "./schema.ts";
import { EventTrace, instantAt, textAt } from "./trace.ts";

/** Events that end a conversation, and whose time is its end where the conversation does not tell one. */
const ENDS = new Set(["conversation.closed", "conversation.closed_by_contact"]);

/** Events that say all they have to say in the conversation's own facts: no system message stands for them. */
const WITHOUT_MESSAGE = new Set(["conversation.opened", "conversation.rated"]);

/**
 * One event's share of a conversation, with at most one message. Events of contacts and visitors, and those that
 * name no conversation, are skipped.
 */
export function decodeEvent(document: JsonObject, { report }: ReadContext): ReadResult {
  const event = textAt(document, "event") ?? "";
  if (isPeopleEvent(event)) return { kind: "skipped", what: event };
  const data = member(document, "data");
  const place = placeOf(document, data);
  if (place === undefined) return { kind: "skipped", what: `${event} without a conversation` };

  const trace = new EventTrace();
  const account = textAt(document, "account_id") ?? "";
  const id = `smartsupp-${account}-${place.id}`;
  const timestamp = instantAt(document, "timestamp");
  if (timestamp === undefined) throw new TypeError("the schema lets only a time through");
  if (place.isElsewhere) trace.edge(place.leaf, "/id", "/origin/id");
  const facts: EventFacts = { event, timestamp, conversationId: id, idLeaves: ["/account_id", place.leaf] };

  const wire = member(data, "message");
  const messages: Message[] = [];
  if (isObject(wire)) messages.push(decodeMessage(wire, facts, trace, report));
  else if (!WITHOUT_MESSAGE.has(event)) messages.push(systemMessage(data, facts, trace));

  const own = conversationFacts(place.conversation);
  if (own.endedAt === undefined && ENDS.has(event)) {
    own.endedAt = timestamp;
    trace.edge("/timestamp", "/endedAt");
  }
  const rating = decodeRating(data, place.conversation, place.base, trace);
  const conversation: Conversation = {
    id,
    origin: { format: "smartsupp-event", account, id: place.id },
    ...own,
    ...(Object.keys(rating).length === 0 ? {} : { rating }),
    messages,
  };
  return {
    kind: "conversation",
    conversation,
    rank: rankOf(event, timestamp, place.conversation, wire),
    edges: trace.edges,
  };
}

interface Place {
  readonly id: string;
  /** Wire pointer of the leaf that tells the id. */
  readonly leaf: string;
  /** Whether that leaf is none of the conversation's own, so that the table alone does not say it. */
  readonly isElsewhere: boolean;
  /** The object with the conversation's fields, where there is one, and its pointer. */
  readonly conversation: Json | undefined;
  readonly base: string;
}

/** Which conversation an event is about; undefined where it does not tell. */
function placeOf(document: JsonObject, data: Json | undefined): Place | undefined {
  const nested = member(data, "conversation");
  const isNested = isObject(nested);
  const conversation = isNested ? nested : isDirect(document) ? data : undefined;
  const base = isNested ? "/data/conversation" : "/data";
  const own = textAt(conversation, "id");
  if (own !== undefined) return { id: own, leaf: `${base}/id`, isElsewhere: false, conversation, base };
  const named = textAt(data, "conversation_id");
  const leaf = named === undefined ? "/data/message/conversation_id" : "/data/conversation_id";
  const id = named ?? textAt(member(data, "message"), "conversation_id");
  return id === undefined ? undefined : { id, leaf, isElsewhere: true, conversation, base };
}

/** The newer part of a conversation has the greater rank; the event's name settles a tie the same way every time. */
function rankOf(
  event: string,
  timestamp: Instant,
  conversation: Json | undefined,
  message: Json | undefined,
): string {
  const changed = instantAt(conversation, "updated_at") ?? instantAt(message, "updated_at") ?? timestamp;
  return `${sortableText(changed)} ${event}`;
}
