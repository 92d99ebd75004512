import type { Report } from "../../../diagnostics/diagnostic.ts";
import {
  digitsOf,
  doubleOf,
  isArray,
  isNumeric,
  isObject,
  type Json,
  type JsonObject,
  member,
} from "../../../json/value.ts";
import { compareInstants, type Instant, instantFromMs } from "../../../model/time.ts";
import { reportTimesNotAscending } from "../../message-rules.ts";
import type { Recognition } from "../../types.ts";

/** What tells a hook body from other payloads (inferred: the vendor marks it in no way). */
const MARKS: readonly (readonly [string, (document: JsonObject) => boolean])[] = [
  ["accountId", (document) => isNumeric(member(document, "accountId"))],
  ["channel", (document) => isObject(member(document, "channel"))],
  ["messages[].sentAt", (document) => hasSentAt(member(document, "messages"))],
];

/** What is said of a body by the marks that it has, as bits; worded once. */
const BY_MARKS: readonly Recognition[] = Array.from({ length: 2 ** MARKS.length }, (_, bits) => {
  const names = MARKS.map(([name]) => name);
  const present = names.filter((_name, mark) => bits & (1 << mark));
  const missing = names.filter((name) => !present.includes(name));
  if (present.length === 0) return { score: 0, why: `it has none of ${listed(missing)}` };
  if (missing.length === 0) return { score: 1, why: `has ${listed(present)}` };
  return { score: present.length === 2 ? 0.6 : 0.2, why: `it lacks ${listed(missing)}` };
});

/** The more of the marks, the surer. An empty list of messages is no mark against it. */
export function recogniseHook(document: JsonObject): Recognition {
  let bits = 0;
  MARKS.forEach(([, isPresent], mark) => {
    if (isPresent(document)) bits |= 1 << mark;
  });
  return BY_MARKS[bits]!;
}

function hasSentAt(messages: Json | undefined): boolean {
  if (!isArray(messages)) return false;
  return messages.length === 0 || messages.some((message) => member(message, "sentAt") !== undefined);
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** A conversation is its channel at its account: no body has another id. */
export function hookIdentity(document: JsonObject): { readonly id: string; readonly pointer: string } {
  const parts = [member(document, "accountId"), member(member(document, "channel"), "id")];
  return {
    id: ["smartsupp", ...parts.map((part) => (isNumeric(part) ? digitsOf(part) : ""))].join("-"),
    pointer: "/channel/id",
  };
}

/** See `FormatAdapter.conversationId`. */
export function hookConversationId(document: JsonObject): string | undefined {
  const ids = [member(document, "accountId"), member(member(document, "channel"), "id")];
  // The digits of a greater number may be others than those that were captured.
  return ids.every(Number.isSafeInteger) ? `smartsupp-${ids.join("-")}` : undefined;
}

/** Rules between fields. The counts of `channel` are not held against the messages: the example breaks them. */
export function checkHook(document: JsonObject, report: Report): void {
  if (isInOrder(document)) return;
  const start = timeAt(member(document, "beginAt"));
  const end = timeAt(member(document, "endAt"));
  if (start !== undefined && end !== undefined && compareInstants(end, start) < 0) {
    report("meaning/end-before-start", "/endAt", { start, end });
  }
  const messages = member(document, "messages");
  if (!isArray(messages)) return;
  if (messages.length === 0) report("meaning/no-messages", "/messages", {});
  const times = messages.map((message) => timeAt(member(message, "sentAt")));
  reportTimesNotAscending(times, "/messages", "sentAt", report);
}

/** Whether there are messages and all times ascend, by the numbers alone: that is so for nearly every body. */
function isInOrder(document: JsonObject): boolean {
  const { beginAt, endAt, messages } = document;
  if (typeof beginAt !== "number" || typeof endAt !== "number" || endAt < beginAt) return false;
  if (!isArray(messages) || messages.length === 0) return false;
  let last = Number.NEGATIVE_INFINITY;
  return messages.every((message) => {
    const sentAt = member(message, "sentAt");
    if (typeof sentAt !== "number" || sentAt < last) return false;
    last = sentAt;
    return true;
  });
}

function timeAt(value: Json | undefined): Instant | undefined {
  return isNumeric(value) ? instantFromMs(doubleOf(value)) : undefined;
}
