import type { Report } from "../../diagnostics/diagnostic.ts";
import { nearestName } from "../../diagnostics/nearest.ts";
import { type JsonObject, member } from "../../json/value.ts";

/** Callback types and their events. */
export type Pairs = ReadonlyMap<string, readonly string[]>;

const OPERATOR_EVENTS = ["online", "offline", "away", "back"];

/** The 18 pairs of today's API add-on (documented). */
export const CURRENT_PAIRS: Pairs = new Map([
  [
    "chat_session",
    [
      "start",
      "message_received",
      "message_sent",
      "unread",
      "end",
      "forward",
      "rating",
      "feedback",
      "survey",
      "goal",
    ],
  ],
  ["conversation", ["ended"]],
  ["operator", OPERATOR_EVENTS],
  ["contact", ["created", "updated"]],
  ["um_widget", ["config"]],
]);

/** The pairs of 2014 (documented in the README beside the published callbacks; all but `goal` seen). */
export const LEGACY_PAIRS: Pairs = new Map([
  ["chat_meta", ["start", "forward", "rating", "feedback", "survey", "receive", "goal"]],
  ["offline_message", ["receive"]],
  ["chat_widget", ["config"]],
  ["operator", OPERATOR_EVENTS],
]);

const ALL_TYPES = [...new Set([...CURRENT_PAIRS.keys(), ...LEGACY_PAIRS.keys()])];

/** The known type that a misspelt one most likely means, of either generation; undefined where none is near. */
export function nearestType(type: string): string | undefined {
  return nearestName(type, ALL_TYPES);
}

/** `operator` callbacks have the same pairs in both generations; these members were only seen in 2014 (seen). */
export function isLegacyOperator(document: JsonObject): boolean {
  return ["jid", "url_image", "role_name"].some((name) => Object.hasOwn(document, name));
}

/** `chat_session end`; undefined for a document that says neither. */
export function eventOf(document: JsonObject): string | undefined {
  const words = [member(document, "_type"), member(document, "_event")].filter(
    (word) => typeof word === "string",
  );
  return words.length === 0 ? undefined : words.join(" ");
}

/** Reports an `_event` that its `_type` is not known to have. The vocabulary is open: it is read all the same. */
export function reportUnknownEvent(document: JsonObject, pairs: Pairs, report: Report): void {
  const type = member(document, "_type");
  const event = member(document, "_event");
  if (typeof type !== "string" || typeof event !== "string") return;
  const events = pairs.get(type);
  if (events === undefined || events.includes(event)) return;
  const nearest = nearestName(event, events);
  report("format/unknown-event", "/_event", { type, event, ...(nearest === undefined ? {} : { nearest }) });
}
