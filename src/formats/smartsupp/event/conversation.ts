import { isArray, isObject, type Json, member } from "../../../json/value.ts";
import type { Agent, Conversation, Rating, Visitor } from "../../../model/conversation.ts";
import type { Instant } from "../../../model/time.ts";
import { type EventTrace, instantAt, numberAt, textAt } from "./trace.ts";

type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** What a v2 conversation object tells of the whole conversation; nothing for an event that has none. */
export function conversationFacts(wire: Json | undefined): Draft<Partial<Conversation>> {
  const facts: Draft<Partial<Conversation>> = {};
  const status = textAt(wire, "status");
  if (status !== undefined) facts.status = status;
  const startedAt = instantAt(wire, "created_at");
  if (startedAt !== undefined) facts.startedAt = startedAt;
  const endedAt = instantAt(wire, "finished_at");
  if (endedAt !== undefined) facts.endedAt = endedAt;
  const visitor = decodeVisitor(wire);
  if (Object.keys(visitor).length > 0) facts.visitor = visitor;
  const agents = decodeAgents(member(wire, "agent_ids"));
  if (agents.length > 0) facts.agents = agents;
  const offline = member(wire, "is_offline");
  if (typeof offline === "boolean") facts.flags = { offline };
  return facts;
}

function decodeVisitor(wire: Json | undefined): Visitor {
  const visitor: Draft<Visitor> = {};
  const location = member(wire, "location");
  const texts = {
    id: textAt(wire, "visitor_id"),
    ipAddress: textAt(location, "ip"),
    city: textAt(location, "city"),
    countryCode: textAt(location, "code"),
    country: textAt(location, "country"),
    referrer: textAt(wire, "referer"),
  };
  for (const key of Object.keys(texts) as (keyof typeof texts)[]) {
    const text = texts[key];
    if (text !== undefined) visitor[key] = text;
  }
  const variables = member(wire, "variables");
  if (isObject(variables) && Object.keys(variables).length > 0) visitor.variables = variables;
  return visitor;
}

function decodeAgents(ids: Json | undefined): Agent[] {
  if (!isArray(ids)) return [];
  return ids.flatMap((id) => (typeof id === "string" ? [{ id }] : []));
}

/**
 * The rating: of `conversation.rated` itself, else of a filled-in form, else of the conversation.
 *
 * @param base  Wire pointer of the conversation's fields.
 */
export function decodeRating(
  data: Json | undefined,
  conversation: Json | undefined,
  base: string,
  trace: EventTrace,
): Rating {
  const content = member(member(data, "message"), "content");
  const form = textAt(content, "type") === "rate_form" ? member(content, "data") : undefined;
  const formLeaf = (key: string) => [`/data/message/content/data/${key}`, "/data/message/content/type"];
  /** The first value there is, and an edge from each leaf that had a part in it and has no row of its own. */
  const first = <T>(to: string, ...sources: readonly (readonly [T | undefined, readonly string[]])[]) => {
    const [value, leaves = []] = sources.find(([found]) => found !== undefined) ?? [];
    for (const leaf of leaves) trace.edge(leaf, to);
    return value;
  };
  const score = first(
    "/rating/score",
    [numberAt(data, "rating_value"), []],
    [numberAt(form, "value"), formLeaf("value")],
    [numberAt(conversation, "rating_value"), [`${base}/rating_value`]],
  );
  const text = first(
    "/rating/text",
    [textAt(data, "rating_text"), []],
    [textAt(form, "text"), formLeaf("text")],
    [textAt(conversation, "rating_text"), [`${base}/rating_text`]],
  );
  return { ...(score === undefined ? {} : { score }), ...(text === undefined ? {} : { text }) };
}

/** An instant that sorts as text: the fraction, of any length, is filled up to 18 digits. */
export function sortableText(instant: Instant): string {
  return `${instant.slice(0, 19)}.${instant.slice(20, -1).padEnd(18, "0")}`;
}
