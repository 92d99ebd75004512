import type { Report } from "../../diagnostics/diagnostic.ts";
import { isArray, isObject, type JsonObject, member } from "../../json/value.ts";
import { type Instant, latest, parseTime } from "../../model/time.ts";
import { reportDuplicateIds, reportTimesNotAscending } from "../message-rules.ts";
import type { FieldRule, FormatAdapter, Recognition } from "../types.ts";
import { decodeFerndesk } from "./decode.ts";
import { encodeFerndesk } from "./encode.ts";
import { FerndeskConversation, type FerndeskConversationWire, FerndeskDocument } from "./schema.ts";

const fields: readonly FieldRule[] = [
  { wire: "/id", model: "/id", how: "carried", known: "documented" },
  { wire: "/url", model: "/url", how: "carried", known: "seen" },
  {
    wire: "/lastMessageAt",
    model: "/messages/*/sentAt",
    how: "derived",
    on: "write",
    conditional: true,
    known: "documented",
    note: "worked out anew from the messages: the greatest createdAt",
  },
  { wire: "/messages/*/id", model: "/messages/*/id", how: "carried", known: "documented" },
  {
    wire: "/messages/*/role",
    model: "/messages/*/sender",
    how: "carried",
    known: "documented",
    note: "user is the visitor; agent and support_agent are one; a bot's message is an agent's",
  },
  { wire: "/messages/*/content", model: "/messages/*/text", how: "carried", known: "documented" },
  { wire: "/messages/*/createdAt", model: "/messages/*/sentAt", how: "carried", known: "documented" },
];

/** One conversation of Ferndesk's support-endpoint document. Facts: the vendor's help article of the endpoint. */
export const ferndesk: FormatAdapter = {
  id: "ferndesk",
  title: "Ferndesk",
  summary: "support-endpoint document {conversations: […]}; also one conversation a line",
  docsUrl: "https://ferndesk.com/help/articles/how-to-connect-a-custom-support-endpoint-bvhje",
  records: "whole",
  carries: ["/id", "/url", "/messages/*/id", "/messages/*/sender", "/messages/*/text", "/messages/*/sentAt"],
  fields,
  schema: FerndeskDocument,
  shapeOf: FerndeskConversation,
  recognise,
  crossCheck,
  hasKnownWords: () => true,
  restated,
  messagesAt: "/messages",
  identity: (document) => ({ id: String(document.id), pointer: "/id" }),
  conversationId: ({ id }) => (typeof id === "string" ? id : undefined),
  read: decodeFerndesk,
  write: encodeFerndesk,
  listKey: "conversations",
};

function recognise(document: JsonObject): Recognition {
  const messages = member(document, "messages");
  if (!isArray(messages)) return { score: 0, why: "it has no list of messages" };
  const first = messages.find(isObject);
  if (first !== undefined && ("role" in first || "createdAt" in first)) {
    return { score: "lastMessageAt" in document ? 0.95 : 0.7, why: "has messages with role and createdAt" };
  }
  if ("lastMessageAt" in document) return { score: 0.9, why: "has messages and lastMessageAt" };
  return { score: 0, why: "it has neither lastMessageAt nor messages with a role" };
}

/** `lastMessageAt` is the time of the last message once more, where it is right. */
function restated(document: JsonObject): ReadonlyMap<string, string> {
  const wire = document as unknown as FerndeskConversationWire;
  const instants = wire.messages.map((message) => instantOf(message.createdAt));
  const last = latest(instants.filter((instant) => instant !== undefined));
  if (last === undefined || instantOf(wire.lastMessageAt) !== last) return new Map();
  return new Map([["/lastMessageAt", `/messages/${instants.indexOf(last)}/createdAt`]]);
}

function instantOf(text: string): Instant | undefined {
  const time = parseTime(text);
  return time?.kind === "instant" ? time.instant : undefined;
}

function crossCheck(document: JsonObject, report: Report): void {
  const wire = document as unknown as FerndeskConversationWire;
  if (wire.messages.length === 0) {
    report("meaning/no-messages", "/messages", {});
    return;
  }
  const instants = wire.messages.map((message) => instantOf(message.createdAt));
  reportTimesNotAscending(instants, "/messages", "createdAt", report);
  reportDuplicateIds(
    wire.messages.map((message) => message.id),
    "/messages",
    report,
  );
  const last = latest(instants.filter((instant) => instant !== undefined));
  const stated = instantOf(wire.lastMessageAt);
  if (last !== undefined && stated !== undefined && stated !== last) {
    report("meaning/last-message-at", "/lastMessageAt", { found: wire.lastMessageAt, wanted: last });
  }
}
