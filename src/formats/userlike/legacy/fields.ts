import type { FieldRule, Known } from "../../types.ts";

const carried = (wire: string, model: string, known: Known = "seen", note?: string): FieldRule => ({
  wire,
  model,
  how: "carried",
  on: "read",
  known,
  ...(note === undefined ? {} : { note }),
});

/** Holds in some documents only; edges say in which. */
const sometimes = (
  wire: string,
  model: string,
  how: FieldRule["how"],
  known: Known,
  note: string,
): FieldRule => ({ wire, model, how, on: "read", conditional: true, known, note });

const conversation: readonly FieldRule[] = [
  { wire: "/_type", model: "/origin/format", how: "derived", on: "read", known: "seen" },
  {
    wire: "/_type",
    model: "/flags/offline",
    how: "derived",
    on: "read",
    known: "seen",
    note: "offline_message",
  },
  carried("/id", "/id", "seen", "userlike-<id>, of an offline message userlike-offline-<id>"),
  carried("/id", "/origin/id"),
  sometimes("/id", "/messages/*/id", "derived", "seen", "<conversation id>-<position from 1>"),
  carried("/status", "/status"),
  carried("/created_at", "/startedAt"),
  carried("/ended_at", "/endedAt"),
  sometimes("/duration", "/metrics/durationSeconds", "carried", "seen", "where it is HH:MM:SS"),
  carried("/topic", "/topics/0"),
  carried("/custom/**", "/custom/**"),
  carried("/rate", "/rating/score"),
  carried("/feedback_message", "/rating/text"),
  carried("/was_proactive", "/flags/triggered", "inferred"),
  sometimes("/inital_url", "/pages/*/url", "carried", "seen", "the first page, where it is told"),
  sometimes("/url", "/pages/*/url", "carried", "seen", "the last page"),
  ...["operator_current", "operator_created"].flatMap((operator, index) =>
    ["id", "name", "email"].map((fact) => carried(`/${operator}/${fact}`, `/agents/${index}/${fact}`)),
  ),
];

const visitor: readonly FieldRule[] = [
  carried("/client_uuid", "/visitor/id"),
  carried("/client_name", "/visitor/name"),
  carried("/client_email", "/visitor/email"),
  carried("/loc_city", "/visitor/city"),
  carried("/loc_country", "/visitor/country"),
  carried("/browser_os", "/visitor/platform", "inferred"),
  carried("/referrer", "/visitor/referrer", "inferred"),
];

const messages: readonly FieldRule[] = [
  carried("/message", "/messages/0/text", "seen", "the one message of an offline_message"),
  sometimes("/created_at", "/messages/0/sentAt", "carried", "seen", "of an offline_message"),
  carried("/messages/*/id", "/messages/*/id", "inferred"),
  carried("/messages/*/message", "/messages/*/text"),
  carried("/messages/*/person", "/messages/*/author/name"),
  carried("/messages/*/operator_id", "/messages/*/author/id", "third-party"),
  carried("/messages/*/sent_at", "/messages/*/sentAt"),
  carried("/messages/*/type", "/messages/*/sender", "seen", "co: the contact; oc: the operator (inferred)"),
];

const REST = "spelling of the old REST API";

const otherSpellings: readonly FieldRule[] = ["messages", "messages_and_events"].flatMap((list) => [
  sometimes(`/${list}/*/id`, "/messages/*/id", "carried", "third-party", REST),
  ...["body", "message", "event"].map((name) =>
    sometimes(`/${list}/*/${name}`, "/messages/*/text", "carried", "third-party", REST),
  ),
  ...["operator_name", "name", "display_name", "person"].map((name) =>
    sometimes(`/${list}/*/${name}`, "/messages/*/author/name", "carried", "third-party", REST),
  ),
  sometimes(`/${list}/*/operator_id`, "/messages/*/author/id", "carried", "third-party", REST),
  ...["sent_at", "created_at"].map((name) =>
    sometimes(`/${list}/*/${name}`, "/messages/*/sentAt", "carried", "third-party", REST),
  ),
  sometimes(`/${list}/*/type`, "/messages/*/sender", "carried", "third-party", REST),
  ...["operator_name", "name", "display_name", "person", "event"].map((name) =>
    sometimes(`/${list}/*/${name}`, "/messages/*/sender", "derived", "inferred", "where type does not tell"),
  ),
]);

const substitutes: readonly FieldRule[] = [
  sometimes("/client_name", "/messages/*/sender", "derived", "inferred", "where type does not tell"),
  ...["/ended_at", "/created_at", "/messages/*/sent_at", "/messages/*/created_at"].map((wire) =>
    sometimes(wire, "/messages/*/sentAt", "derived", "inferred", "messages without a time; the nearest one"),
  ),
];

export const userlikeLegacyFields: readonly FieldRule[] = [
  ...conversation,
  ...visitor,
  ...messages,
  ...otherSpellings,
  ...substitutes,
];
