import { isArray, isNumeric, isObject, type Json, type JsonObject, member } from "../../../json/value.ts";
import type { Conversation, Visitor } from "../../../model/conversation.ts";
import { inventedId } from "../../invented-id.ts";
import type { Edge, ReadContext, ReadResult } from "../../types.ts";
import { agentsOf, customOf, ratingOf } from "../facts.ts";
import { decodeMessages } from "../messages.ts";
import { rankOf } from "../rank.ts";
import { type Spelling, type Surroundings, spellingOf } from "../spelling.ts";
import { TimeReader } from "../times.ts";
import { firstLeaf, idOf, type Leaf, present, presentOrNone, textOf } from "../wire-values.ts";
import { shapeOf, UntypedPart } from "./schema.ts";

/** The documented list first, then that of 2014. */
export const SPELLINGS: readonly Spelling[] = [
  {
    list: "transcript",
    text: ["body", "message"],
    author: ["operator_name", "name", "person", "display_name"],
    time: ["created_at", "sent_at"],
    ruled: new Set(["id", "body", "operator_name", "operator_id", "created_at"]),
  },
  {
    list: "messages",
    text: ["message", "body"],
    author: ["operator_name", "person", "name", "display_name"],
    time: ["sent_at", "created_at"],
    ruled: new Set(),
  },
];

const WITH_CONVERSATION: ReadonlySet<Json | undefined> = new Set(["chat_session", "conversation", undefined]);

/**
 * One callback. What a body has beyond the known members is left to the caller to keep.
 *
 * @returns `skipped` for operators, contacts and widgets; a conversation without messages for an event whose body
 * has no transcript, so that its rating or feedback can be folded into the others.
 */
export function decodeUserlike(document: JsonObject, context: ReadContext): ReadResult {
  const type = member(document, "_type");
  const event = textOf(member(document, "_event"));
  if (!WITH_CONVERSATION.has(type)) return { kind: "skipped", what: `${String(type)} ${event ?? ""}`.trim() };
  if (shapeOf(document) === UntypedPart())
    return { kind: "skipped", what: "conversation without a transcript" };
  const edges: Edge[] = [];
  const times = new TimeReader(context);
  const id = conversationId(document, edges);
  const visitor = visitorOf(document, edges);
  const spelling = spellingOf(document, SPELLINGS);
  const around: Surroundings = {
    context,
    times,
    edges,
    conversationId: id.value,
    idPointers: id.pointers,
    visitorName: nameLeaf(document),
    substitutes: substitutesOf(document),
  };
  const messages = spelling === undefined ? [] : decodeMessages(document, spelling, around);
  if (messages === undefined) return { kind: "rejected" };
  const conversation: Conversation = {
    id: id.value,
    origin: { format: "userlike", id: idOf(member(document, "id"))! },
    ...present({
      status: textOf(member(document, "status")),
      startedAt: times.read(member(document, "created_at"), "/created_at"),
      endedAt: times.read(member(document, "ended_at"), "/ended_at"),
      visitor,
      agents: agentsOf(document),
      rating: ratingOf(document, scoreOf(document, edges)),
      topics: topicsOf(document),
    }),
    ...customOf(document),
    messages,
  };
  if (times.hasFailed) return { kind: "rejected" };
  return { kind: "conversation", conversation, rank: rankOf(conversation, event), edges };
}

/**
 * `userlike-<id>`, but the id of another vendor's conversation where chatx itself wrote this body: then the number
 * was made of that id, which stands beside it, and a real number can agree with it by no more than a 2^-53 chance.
 */
function conversationId(document: JsonObject, edges: Edge[]) {
  const id = idOf(member(document, "id"))!;
  const foreign = textOf(member(document, "channel_custom_conversation_identifier"));
  if (foreign === undefined || String(inventedId(foreign)) !== id) {
    return { value: `userlike-${id}`, pointers: ["/id"] };
  }
  edges.push({ from: "/channel_custom_conversation_identifier", to: "/id" });
  return { value: foreign, pointers: ["/id", "/channel_custom_conversation_identifier"] };
}

function visitorOf(document: JsonObject, edges: Edge[]): Visitor | undefined {
  const contact = member(document, "contact");
  const fields = member(contact, "custom_field_data");
  return presentOrNone({
    id: visitorId(contact, edges),
    name: carriedOr(textOf(member(contact, "name")), document, "client_name", "name", edges),
    email: carriedOr(textOf(member(contact, "email")), document, "client_email", "email", edges),
    phone: carriedOr(
      textOf(member(contact, "phone_number")),
      contact,
      "mobile_number",
      "phone",
      edges,
      "/contact",
    ),
    city: textOf(member(contact, "city")),
    country: textOf(member(contact, "country")),
    locale: textOf(member(contact, "locale")),
    variables: isObject(fields) ? fields : undefined,
  });
}

/** As with the conversation's id: a contact id that chatx made of another vendor's gives that one back. */
function visitorId(contact: Json | undefined, edges: Edge[]): string | undefined {
  const id = idOf(member(contact, "id"));
  const external = idOf(member(contact, "external_customer_id"));
  if (external === undefined || (id !== undefined && String(inventedId(external)) !== id)) return id;
  edges.push({ from: "/contact/external_customer_id", to: "/visitor/id" });
  return external;
}

function carriedOr(
  usual: string | undefined,
  holder: Json | undefined,
  key: string,
  place: string,
  edges: Edge[],
  at = "",
): string | undefined {
  if (usual !== undefined) return usual;
  const other = textOf(member(holder, key));
  if (other !== undefined) edges.push({ from: `${at}/${key}`, to: `/visitor/${place}` });
  return other;
}

/** `rate` is the name of 2014; `rating` is read where only that is a number. */
function scoreOf(document: JsonObject, edges: Edge[]): Json | undefined {
  const rate = member(document, "rate");
  const rating = member(document, "rating");
  if (isNumeric(rate) || !isNumeric(rating)) return rate;
  edges.push({ from: "/rating", to: "/rating/score" });
  return rating;
}

function nameLeaf(document: JsonObject): Leaf<string> | undefined {
  const contact = firstLeaf(member(document, "contact"), "/contact", ["name"], textOf);
  return contact ?? firstLeaf(document, "", ["client_name"], textOf);
}

function substitutesOf(document: JsonObject): Surroundings["substitutes"] {
  const contact = member(document, "contact");
  const own = ["ended_at", "last_message_sent_at", "created_at", "first_message_sent_at"];
  const theirs = ["last_message_sent_at", "first_message_sent_at", "created_at"];
  return [
    ...own.map((key) => ({ value: member(document, key), pointer: `/${key}` })),
    ...theirs.map((key) => ({ value: member(contact, key), pointer: `/contact/${key}` })),
  ];
}

function topicsOf(document: JsonObject): readonly string[] | undefined {
  const topics = member(document, "topics");
  if (!isArray(topics) || topics.length === 0) return undefined;
  return topics.map((topic) => textOf(member(topic, "text")) ?? "");
}
