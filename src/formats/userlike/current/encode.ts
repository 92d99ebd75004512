import { type Json, type JsonObject, numberFrom } from "../../../json/value.ts";
import type { Agent, Conversation, Message } from "../../../model/conversation.ts";
import { inventedId } from "../../invented-id.ts";
import type { Edge, WriteContext, WriteResult } from "../../types.ts";
import { NAMELESS } from "../messages.ts";
import { present, presentOrNone } from "../wire-values.ts";

/** A whole number as JSON spells it: digits, perhaps with a fraction of zeros or an exponent. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * A `chat_session` `end` body. Only members whose spelling is known are written; which of them are inferred for a
 * body of today is in fixtures/userlike/NOTES.md.
 *
 * Ids of other vendors become numbers, as the format asks for, and stand beside them as text, so that reading back
 * restores them. Reports `convert/invented` for these numbers and for the names of nameless agents.
 */
export function encodeUserlike(conversation: Conversation, context: WriteContext): WriteResult {
  const edges: Edge[] = [];
  const { transcript, messageIndex } = encodeMessages(conversation.messages, context, edges);
  const [current, created] = conversation.agents ?? [];
  const { rating } = conversation;
  const value: JsonObject = {
    _type: "chat_session",
    _event: "end",
    ...conversationId(conversation, context, edges),
    ...present({
      status: conversation.status,
      created_at: conversation.startedAt,
      ended_at: conversation.endedAt,
      contact: contactOf(conversation, context, edges),
      topics: conversation.topics?.length ? conversation.topics.map((text) => ({ text })) : undefined,
      custom: conversation.custom,
      rate: rating?.score,
      feedback_message: rating?.text,
      operator_current: operatorOf(current),
      operator_created: operatorOf(created),
    }),
    transcript,
  };
  return { value, messageIndex, edges };
}

function conversationId({ id }: Conversation, { report }: WriteContext, edges: Edge[]): JsonObject {
  const own = id.startsWith("userlike-") ? wholeNumberFrom(id.slice("userlike-".length)) : undefined;
  if (own !== undefined) return { id: own };
  edges.push({ from: "/id", to: "/channel_custom_conversation_identifier" });
  report("convert/invented", "", {
    field: "/id",
    reason: "the id is another vendor's, and Userlike's are numbers",
  });
  return { id: inventedId(id), channel_custom_conversation_identifier: id };
}

function wholeNumberFrom(text: string): Json | undefined {
  return NUMBER.test(text) && Number.isInteger(Number(text)) ? numberFrom(text) : undefined;
}

function contactOf(
  { visitor, origin }: Conversation,
  context: WriteContext,
  edges: Edge[],
): JsonObject | undefined {
  if (visitor === undefined) return undefined;
  return presentOrNone({
    ...contactId(visitor.id, origin.format === "userlike", context, edges),
    name: visitor.name,
    email: visitor.email,
    phone_number: visitor.phone,
    city: visitor.city,
    country: visitor.country,
    locale: visitor.locale,
    custom_field_data: visitor.variables,
  });
}

function contactId(
  id: string | undefined,
  isOwn: boolean,
  { report }: WriteContext,
  edges: Edge[],
): JsonObject {
  if (id === undefined) return {};
  const own = isOwn ? wholeNumberFrom(id) : undefined;
  if (own !== undefined) return { id: own };
  edges.push({ from: "/visitor/id", to: "/contact/external_customer_id" });
  report("convert/invented", "", {
    field: "/contact/id",
    reason: "the id is another vendor's, and Userlike's are numbers",
  });
  return { id: inventedId(id), external_customer_id: id };
}

function operatorOf(agent: Agent | undefined): JsonObject | undefined {
  if (agent === undefined) return undefined;
  const { id, name, email } = agent;
  return presentOrNone({ id: id === undefined ? undefined : (wholeNumberFrom(id) ?? id), name, email });
}

function encodeMessages(messages: readonly Message[], context: WriteContext, edges: Edge[]) {
  const transcript: JsonObject[] = [];
  const messageIndex = messages.map((message, index) => {
    if (message.sender === "system" && context.systemMessages !== "agent") return -1;
    const out = transcript.length;
    const from = `/messages/${index}`;
    const to = `/transcript/${out}`;
    transcript.push({
      id: message.id,
      body: message.text,
      ...(message.sender === "visitor"
        ? writtenByContact(message, from, to, edges)
        : writtenByOperator(message, from, to, context, edges)),
      created_at: message.sentAt,
    });
    return out;
  });
  return { transcript, messageIndex };
}

function writtenByContact({ author }: Message, from: string, to: string, edges: Edge[]): JsonObject {
  if (author?.name === undefined) return { operator_name: "" };
  edges.push({ from: `${from}/author/name`, to: `${to}/name` });
  return { operator_name: "", name: author.name };
}

/**
 * An empty operator_name would make the message the contact's own, so a nameless operator gets a name. An empty
 * `name` beside it says that the name was an empty text.
 */
function writtenByOperator(
  { author = {} }: Message,
  from: string,
  to: string,
  { report }: WriteContext,
  edges: Edge[],
): JsonObject {
  const { id, name } = author;
  if (!name) {
    report("convert/invented", "", { field: `${to}/operator_name`, reason: "the agent has no name" });
  }
  if (name !== undefined) edges.push({ from: `${from}/author/name`, to: `${to}/operator_name` });
  if (name === "") edges.push({ from: `${from}/author/name`, to: `${to}/name` });
  if (id !== undefined) edges.push({ from: `${from}/author/id`, to: `${to}/operator_id` });
  return present({
    operator_name: name || NAMELESS,
    name: name === "" ? "" : undefined,
    operator_id: id === undefined ? undefined : (wholeNumberFrom(id) ?? id),
  });
}
