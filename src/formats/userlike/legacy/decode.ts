import { digitsOf, isNumeric, type JsonObject, member } from "../../../json/value.ts";
import type { Conversation, Page, Visitor } from "../../../model/conversation.ts";
import type { Edge, ReadContext, ReadResult } from "../../types.ts";
import { agentsOf, customOf, ratingOf } from "../facts.ts";
import { decodeMessages } from "../messages.ts";
import { rankOf } from "../rank.ts";
import { type Spelling, spellingOf } from "../spelling.ts";
import { TimeReader } from "../times.ts";
import { firstLeaf, present, presentOrNone, textOf } from "../wire-values.ts";

/** The callbacks' list first, then that of the old REST API. */
export const SPELLINGS: readonly Spelling[] = [
  {
    list: "messages",
    text: ["message", "body"],
    author: ["person", "name", "display_name", "operator_name"],
    time: ["sent_at", "created_at"],
    ruled: new Set(["id", "message", "person", "operator_id", "sent_at", "type"]),
  },
  {
    list: "messages_and_events",
    text: ["body", "message"],
    author: ["name", "display_name", "person", "operator_name"],
    time: ["sent_at", "created_at"],
    ruled: new Set(),
  },
];

/** One callback of 2014. Operators and widgets are `skipped`. */
export function decodeUserlikeLegacy(document: JsonObject, context: ReadContext): ReadResult {
  const type = String(member(document, "_type"));
  const event = textOf(member(document, "_event"));
  const edges: Edge[] = [];
  const times = new TimeReader(context);
  if (type !== "chat_meta" && type !== "offline_message") {
    return { kind: "skipped", what: `${type} ${event ?? ""}`.trim() };
  }
  const conversation =
    type === "chat_meta"
      ? chatOf(document, context, times, edges)
      : offlineMessageOf(document, context, times, edges);
  if (conversation === undefined || times.hasFailed) return { kind: "rejected" };
  return { kind: "conversation", conversation, rank: rankOf(conversation, event), edges };
}

function chatOf(
  document: JsonObject,
  context: ReadContext,
  times: TimeReader,
  edges: Edge[],
): Conversation | undefined {
  const id = `userlike-${vendorId(document)}`;
  const messages = decodeMessages(document, spellingOf(document, SPELLINGS)!, {
    context,
    times,
    edges,
    conversationId: id,
    idPointers: ["/id"],
    visitorName: firstLeaf(document, "", ["client_name"], textOf),
    substitutes: ["ended_at", "created_at"].map((key) => ({
      value: member(document, key),
      pointer: `/${key}`,
    })),
  });
  if (messages === undefined) return undefined;
  const wasProactive = member(document, "was_proactive");
  return {
    ...factsOf(document, id, times, edges),
    ...present({
      endedAt: times.read(member(document, "ended_at"), "/ended_at"),
      agents: agentsOf(document),
      rating: ratingOf(document, member(document, "rate")),
      flags: typeof wasProactive === "boolean" ? { triggered: wasProactive } : undefined,
      metrics: metricsOf(document, edges),
    }),
    messages,
  };
}

function offlineMessageOf(
  document: JsonObject,
  context: ReadContext,
  times: TimeReader,
  edges: Edge[],
): Conversation | undefined {
  // Chats and offline messages count apart: without a mark of its own, offline message 3 would be chat 3.
  const id = `userlike-offline-${vendorId(document)}`;
  const facts = factsOf(document, id, times, edges);
  if (facts.startedAt === undefined) {
    if (!times.hasFailed) context.report("decode/time-unknown", "", {});
    return undefined;
  }
  edges.push({ from: "/id", to: "/messages/0/id" }, { from: "/created_at", to: "/messages/0/sentAt" });
  const text = textOf(member(document, "message")) ?? "";
  return {
    ...facts,
    flags: { offline: true },
    messages: [{ id: `${id}-1`, sender: "visitor", text, sentAt: facts.startedAt }],
  };
}

function vendorId(document: JsonObject): string {
  const id = member(document, "id");
  if (!isNumeric(id)) throw new TypeError("the schema lets no other id through");
  return digitsOf(id);
}

/** What chats and offline messages have in common. */
function factsOf(document: JsonObject, id: string, times: TimeReader, edges: Edge[]) {
  const topic = textOf(member(document, "topic"));
  return {
    id,
    origin: { format: "userlike-legacy", id: vendorId(document) },
    ...present({
      status: textOf(member(document, "status")),
      startedAt: times.read(member(document, "created_at"), "/created_at"),
      visitor: visitorOf(document),
      pages: pagesOf(document, edges),
      topics: topic === undefined ? undefined : [topic],
    }),
    ...customOf(document),
  };
}

function visitorOf(document: JsonObject): Visitor | undefined {
  const text = (key: string) => textOf(member(document, key));
  return presentOrNone({
    id: text("client_uuid"),
    name: text("client_name"),
    email: text("client_email"),
    city: text("loc_city"),
    country: text("loc_country"),
    platform: text("browser_os"),
    referrer: text("referrer"),
  });
}

/** In the order in which they were visited. */
function pagesOf(document: JsonObject, edges: Edge[]): readonly Page[] | undefined {
  const pages: Page[] = [];
  for (const key of ["inital_url", "url"]) {
    const url = textOf(member(document, key));
    if (url === undefined) continue;
    edges.push({ from: `/${key}`, to: `/pages/${pages.length}/url` });
    pages.push({ url });
  }
  return pages.length === 0 ? undefined : pages;
}

function metricsOf(document: JsonObject, edges: Edge[]) {
  const match = /^(\d{1,9}):([0-5]\d):([0-5]\d)$/.exec(textOf(member(document, "duration")) ?? "");
  if (match === null) return undefined;
  edges.push({ from: "/duration", to: "/metrics/durationSeconds" });
  const [, hours, minutes, seconds] = match;
  return { durationSeconds: Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) };
}
