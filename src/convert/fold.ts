import { stringifyJson } from "../json/stringify.ts";
import type { Json } from "../json/value.ts";
import type { Conversation, Message } from "../model/conversation.ts";
import { compareInstants, compareText, latest } from "../model/time.ts";

/** One record's share of a conversation. */
export interface Part {
  readonly conversation: Conversation;
  readonly rank: string;
}

/** The order in which parts are believed, the least first. It does not depend on the order they came in. */
export function sortParts<P extends Part>(parts: readonly P[]): P[] {
  return parts
    .map((part) => ({ part, text: canonicalText(part.conversation) }))
    .sort((a, b) => compareText(a.part.rank, b.part.rank) || compareText(a.text, b.text))
    .map(({ part }) => part);
}

/** A rank for parts whose format gives none: the more messages and the later the last, the more complete. */
export function completenessRank(conversation: Conversation): string {
  const count = String(conversation.messages.length).padStart(10, "0");
  return `${count} ${latest(conversation.messages.map((message) => message.sentAt)) ?? ""}`;
}

/**
 * One conversation out of its sorted parts: of each fact the last part's that has it, of each message (by id) the
 * last part's. Messages stand in the order of the part that has most of them; those it lacks come in by time.
 */
export function mergeParts(parts: readonly Part[], order: "position" | "time"): Conversation {
  const conversations = parts.map((part) => part.conversation);
  const merged = conversations.reduce((before, after) => mergeFacts(before, after));
  return { ...merged, messages: mergeMessages(conversations, order) };
}

/** Facts that are taken whole: what is in them is the customer's own, and an older key may have been taken away. */
const WHOLE = new Set(["custom", "variables"]);

function mergeFacts<T extends object>(before: T, after: T): T {
  const merged = { ...before } as Record<string, unknown>;
  for (const [key, value] of Object.entries(after)) {
    const old = merged[key];
    merged[key] = isPlain(old) && isPlain(value) && !WHOLE.has(key) ? mergeFacts(old, value) : value;
  }
  return merged as T;
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function mergeMessages(conversations: readonly Conversation[], order: "position" | "time"): Message[] {
  const newest = new Map<string, Message>();
  for (const conversation of conversations) {
    for (const [key, message] of messageKeys(conversation)) newest.set(key, message);
  }
  const longest = conversations.reduce((best, one) =>
    one.messages.length >= best.messages.length ? one : best,
  );
  const keys = new Set([...messageKeys(longest).keys(), ...newest.keys()]);
  const merged = [...keys].map((key) => newest.get(key)!);
  const isComplete = merged.length === longest.messages.length;
  if (order === "position" && isComplete) return merged;
  return merged.sort((a, b) => compareInstants(a.sentAt, b.sentAt) || compareText(a.id, b.id));
}

/**
 * The messages of a part by what makes them the same message in another part: the id, and the how-manyth with that id
 * it is. A vendor that gives two messages one id must not cost one of them.
 */
export function messageKeys({ messages }: Conversation): Map<string, Message> {
  const counts = new Map<string, number>();
  return new Map(
    messages.map((message) => {
      const count = (counts.get(message.id) ?? 0) + 1;
      counts.set(message.id, count);
      return [`${count} ${message.id}`, message];
    }),
  );
}

function canonicalText(conversation: Conversation): string {
  return stringifyJson(conversation as unknown as Json);
}
