import type { Report } from "../../../diagnostics/diagnostic.ts";
import {
  digitsOf,
  doubleOf,
  type ExactNumber,
  isArray,
  isNumeric,
  isObject,
  type Json,
  type JsonObject,
  member,
} from "../../../json/value.ts";
import type {
  Agent,
  Conversation,
  Flags,
  Message,
  Metrics,
  Page,
  Visitor,
} from "../../../model/conversation.ts";
import { type Instant, instantFromMs } from "../../../model/time.ts";
import type { Edge, ReadContext, ReadResult } from "../../types.ts";
import { idOf, senderOf } from "./sender.ts";

/** A model object that is still being filled. */
type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** Wire name -> model name. Null and a missing member are the same: a fact that is not known. */
const FLAGS: readonly (readonly [string, keyof Flags])[] = [
  ["isChat", "chat"],
  ["isMissed", "missed"],
  ["isTriggered", "triggered"],
  ["isOffline", "offline"],
  ["isCompleted", "completed"],
  ["isDropped", "dropped"],
];

const METRICS: readonly (readonly [string, keyof Metrics])[] = [
  ["duration", "durationSeconds"],
  ["avgResponse", "averageResponseSeconds"],
  ["firstResponse", "firstResponseSeconds"],
  ["messagesCount", "messages"],
  ["wordsCount", "words"],
];

const VISITOR_TEXTS: readonly (readonly [string, Exclude<keyof Visitor, "variables">])[] = [
  ["name", "name"],
  ["email", "email"],
  ["note", "note"],
  ["groupKey", "group"],
  ["group", "group"],
  ["ipAddress", "ipAddress"],
  ["city", "city"],
  ["countryCode", "countryCode"],
  ["country", "country"],
  ["userAgent", "userAgent"],
  ["platform", "platform"],
  ["referer", "referrer"],
];

/** The only two codes that any source shows (the documented example); the vocabulary is open. */
const SYSTEM_CODES = new Set<unknown>(["agent.join", "close.visitorClose"]);

const TYPES = new Set<unknown>(["visitor", "agent", "system"]);

/** Whether `decodeHook` would report no message type and no system code. */
export function hasKnownWords({ messages }: JsonObject): boolean {
  return (
    isArray(messages) &&
    messages.every((message) => {
      const type = member(message, "type");
      return TYPES.has(type) && (type !== "system" || SYSTEM_CODES.has(member(message, "content")));
    })
  );
}

/**
 * Reads a hook body of any revision. Reports message types and system codes that no source names; such messages
 * are kept.
 */
export function decodeHook(document: JsonObject, { report }: ReadContext): ReadResult {
  const channel = member(document, "channel");
  const account = numberText(document.accountId);
  const channelId = numberText(member(channel, "id"));
  const id = `smartsupp-${account}-${channelId}`;
  const edges: Edge[] = [];
  const conversation: Draft<Conversation> = {
    id,
    origin: { format: "smartsupp", account, id: channelId },
    startedAt: instantOf(document.beginAt),
    endedAt: instantOf(document.endAt),
    messages: decodeMessages(document.messages, id, report, edges),
  };
  const visitor = decodeVisitor(member(document, "visitor"));
  if (visitor !== undefined) conversation.visitor = visitor;
  conversation.flags = decodeFlags(channel);
  const metrics = decodeMetrics(channel);
  if (metrics !== undefined) conversation.metrics = metrics;
  const rating = decodeRating(channel);
  if (rating !== undefined) conversation.rating = rating;
  const pages = decodePages(document.paths);
  if (pages.length > 0) conversation.pages = pages;
  return { kind: "conversation", conversation, ...(edges.length === 0 ? {} : { edges }) };
}

function decodeMessages(
  list: Json | undefined,
  conversationId: string,
  report: Report,
  edges: Edge[],
): Message[] {
  if (!isArray(list)) throw new TypeError("the schema lets only a list through");
  return list.map((wire, index) => {
    const type = textOf(member(wire, "type")) ?? "";
    const from = member(wire, "from");
    const triggeredBy = member(wire, "triggeredBy");
    const { sender, isTypeKnown, isByFrom } = senderOf(type, from, triggeredBy);
    if (!isTypeKnown)
      report("decode/unknown-sender", `/messages/${index}/type`, { value: type, taken: sender });
    if (isByFrom) edges.push({ from: `/messages/${index}/from`, to: `/messages/${index}/sender` });
    const text = textOf(member(wire, "content")) ?? "";
    if (sender === "system" && !SYSTEM_CODES.has(text)) {
      report("decode/unknown-system-code", `/messages/${index}/content`, { value: text });
    }
    const message: Draft<Message> = {
      id: `${conversationId}-${index + 1}`,
      sender,
      text,
      sentAt: instantOf(member(wire, "sentAt")),
    };
    const author = decodeAuthor(wire, from);
    if (author !== undefined) message.author = author;
    if (typeof triggeredBy === "string") message.trigger = triggeredBy;
    return message;
  });
}

function decodeAuthor(wire: Json, from: Json | undefined): Agent | undefined {
  const id = idOf(from);
  const name = textOf(member(wire, "name"));
  const email = textOf(member(wire, "email"));
  if (id === undefined && name === undefined && email === undefined) return undefined;
  const author: Draft<Agent> = {};
  if (id !== undefined) author.id = id;
  if (name !== undefined) author.name = name;
  if (email !== undefined) author.email = email;
  return author;
}

function decodeVisitor(wire: Json | undefined): Visitor | undefined {
  const visitor: Draft<Visitor> = {};
  const id = member(wire, "id");
  if (isNumeric(id)) visitor.id = digitsOf(id);
  for (const [from, to] of VISITOR_TEXTS) {
    const text = textOf(member(wire, from));
    if (text !== undefined) visitor[to] = text;
  }
  const variables = member(wire, "variables");
  if (isObject(variables) && Object.keys(variables).length > 0) visitor.variables = variables;
  return Object.keys(visitor).length === 0 ? undefined : visitor;
}

function decodeFlags(channel: Json | undefined): Flags {
  const flags: Draft<Flags> = {};
  for (const [from, to] of FLAGS) {
    const flag = member(channel, from);
    if (typeof flag === "boolean") flags[to] = flag;
  }
  return flags;
}

function decodeMetrics(channel: Json | undefined): Metrics | undefined {
  const metrics: Draft<Metrics> = {};
  let isKnown = false;
  for (const [from, to] of METRICS) {
    const count = member(channel, from);
    if (!isNumeric(count)) continue;
    metrics[to] = count;
    isKnown = true;
  }
  return isKnown ? metrics : undefined;
}

function decodeRating(channel: Json | undefined): Conversation["rating"] {
  const rating: { score?: number | ExactNumber; text?: string } = {};
  const score = member(channel, "rating");
  const text = textOf(member(channel, "ratingDesc"));
  if (isNumeric(score)) rating.score = score;
  if (text !== undefined) rating.text = text;
  return score === null && text === undefined ? undefined : rating;
}

function decodePages(paths: Json | undefined): Page[] {
  if (!isArray(paths)) return [];
  return paths.map((path) => {
    const page: Draft<Page> = {};
    const url = textOf(member(path, "url"));
    const title = textOf(member(path, "title"));
    if (url !== undefined) page.url = url;
    if (title !== undefined) page.title = title;
    return page;
  });
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function numberText(value: Json | undefined): string {
  if (!isNumeric(value)) throw new TypeError("the schema lets only a number through");
  return digitsOf(value);
}

function instantOf(value: Json | undefined): Instant {
  const instant = isNumeric(value) ? instantFromMs(doubleOf(value)) : undefined;
  if (instant === undefined) throw new TypeError("the schema lets only a time through");
  return instant;
}
