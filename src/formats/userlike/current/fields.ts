import type { FieldRule, Known } from "../../types.ts";

const carried = (wire: string, model: string, known: Known, more: Partial<FieldRule> = {}): FieldRule => ({
  wire,
  model,
  how: "carried",
  known,
  ...more,
});

/** Holds in some documents only; edges say in which. */
const sometimes = (
  wire: string,
  model: string,
  how: FieldRule["how"],
  note: string,
  on: "read" | "write" = "read",
): FieldRule => ({ wire, model, how, on, conditional: true, known: "inferred", note });

const ids: readonly FieldRule[] = [
  { wire: "/_type", model: "/origin/format", how: "derived", on: "read", known: "documented" },
  carried("/id", "/id", "documented", {
    note: "userlike-<id>; written as a number made of the id when it is another vendor's",
  }),
  carried("/id", "/origin/id", "documented", { on: "read" }),
  ...["/id", "/channel_custom_conversation_identifier"].map((wire) =>
    sometimes(
      wire,
      "/messages/*/id",
      "derived",
      "messages without an id: <conversation id>-<position from 1>",
    ),
  ),
  ...(["read", "write"] as const).map((on) =>
    sometimes(
      "/channel_custom_conversation_identifier",
      "/id",
      "carried",
      "another vendor's id, in a body that chatx wrote",
      on,
    ),
  ),
];

const visitor: readonly FieldRule[] = [
  carried("/contact/id", "/visitor/id", "seen", {
    note: "written as a number made of the id when it is another vendor's",
  }),
  ...(["read", "write"] as const).map((on) =>
    sometimes(
      "/contact/external_customer_id",
      "/visitor/id",
      "carried",
      "where there is no contact id, or chatx made it of this one",
      on,
    ),
  ),
  carried("/contact/name", "/visitor/name", "seen"),
  carried("/contact/email", "/visitor/email", "seen"),
  carried("/contact/phone_number", "/visitor/phone", "seen"),
  carried("/contact/city", "/visitor/city", "seen"),
  carried("/contact/country", "/visitor/country", "seen"),
  carried("/contact/locale", "/visitor/locale", "seen"),
  carried("/contact/custom_field_data/**", "/visitor/variables/**", "seen"),
  sometimes("/client_name", "/visitor/name", "carried", "2014 spelling, where contact has no name"),
  sometimes("/client_email", "/visitor/email", "carried", "2014 spelling, where contact has no email"),
  sometimes("/contact/mobile_number", "/visitor/phone", "carried", "where there is no phone_number"),
];

const conversation: readonly FieldRule[] = [
  carried("/status", "/status", "inferred"),
  carried("/created_at", "/startedAt", "inferred"),
  carried("/ended_at", "/endedAt", "inferred"),
  carried("/topics/*/text", "/topics/*", "documented"),
  carried("/custom/**", "/custom/**", "documented"),
  carried("/rate", "/rating/score", "inferred"),
  sometimes("/rating", "/rating/score", "carried", "where it is a number and rate is not"),
  carried("/feedback_message", "/rating/text", "inferred"),
  ...["operator_current", "operator_created"].flatMap((operator, index) =>
    ["id", "name", "email"].map((fact) =>
      carried(`/${operator}/${fact}`, `/agents/${index}/${fact}`, "inferred"),
    ),
  ),
];

const transcript: readonly FieldRule[] = [
  carried("/transcript/*/id", "/messages/*/id", "documented"),
  carried("/transcript/*/body", "/messages/*/text", "documented"),
  carried("/transcript/*/operator_name", "/messages/*/author/name", "documented", { on: "read" }),
  {
    wire: "/transcript/*/operator_name",
    model: "/messages/*/sender",
    how: "derived",
    known: "seen",
    note: "empty: the contact; a bot's message is an operator's",
  },
  sometimes(
    "/transcript/*/operator_name",
    "/messages/*/author/name",
    "carried",
    "messages of agents",
    "write",
  ),
  sometimes(
    "/transcript/*/name",
    "/messages/*/author/name",
    "carried",
    "messages of the contact; empty for an agent without a name",
    "write",
  ),
  carried("/transcript/*/operator_id", "/messages/*/author/id", "third-party", { on: "read" }),
  sometimes("/transcript/*/operator_id", "/messages/*/author/id", "carried", "messages of agents", "write"),
  carried("/transcript/*/created_at", "/messages/*/sentAt", "inferred"),
];

/** Other spellings of a message's members, read where the usual one is missing. */
const otherSpellings: readonly FieldRule[] = [
  ...["message"].map((name) =>
    sometimes(`/transcript/*/${name}`, "/messages/*/text", "carried", "where body is null"),
  ),
  ...["name", "person", "display_name"].map((name) =>
    sometimes(
      `/transcript/*/${name}`,
      "/messages/*/author/name",
      "carried",
      "where operator_name is empty or missing",
    ),
  ),
  ...["type", "name", "person", "display_name"].map((name) =>
    sometimes(`/transcript/*/${name}`, "/messages/*/sender", "derived", "where operator_name is missing"),
  ),
  sometimes("/transcript/*/sent_at", "/messages/*/sentAt", "carried", "where there is no created_at"),
  sometimes("/messages/*/id", "/messages/*/id", "carried", "where there is no transcript"),
  ...["message", "body", "event"].map((name) =>
    sometimes(`/messages/*/${name}`, "/messages/*/text", "carried", "where there is no transcript"),
  ),
  ...["operator_name", "person", "name", "display_name"].map((name) =>
    sometimes(`/messages/*/${name}`, "/messages/*/author/name", "carried", "where there is no transcript"),
  ),
  sometimes("/messages/*/operator_id", "/messages/*/author/id", "carried", "where there is no transcript"),
  ...["type", "operator_name", "person", "name", "display_name", "event"].map((name) =>
    sometimes(`/messages/*/${name}`, "/messages/*/sender", "derived", "where there is no transcript"),
  ),
  ...["sent_at", "created_at"].map((name) =>
    sometimes(`/messages/*/${name}`, "/messages/*/sentAt", "carried", "where there is no transcript"),
  ),
];

const substitutes: readonly FieldRule[] = [
  ...["/contact/name", "/client_name"].map((wire) =>
    sometimes(wire, "/messages/*/sender", "derived", "where only the writer's name tells the sender"),
  ),
  ...[
    ...["/ended_at", "/last_message_sent_at", "/created_at", "/first_message_sent_at"],
    ...["/contact/last_message_sent_at", "/contact/first_message_sent_at", "/contact/created_at"],
    ...["/transcript/*/created_at", "/transcript/*/sent_at", "/messages/*/sent_at", "/messages/*/created_at"],
  ].map((wire) =>
    sometimes(wire, "/messages/*/sentAt", "derived", "messages without a time; the nearest one known"),
  ),
];

export const userlikeFields: readonly FieldRule[] = [
  ...ids,
  ...visitor,
  ...conversation,
  ...transcript,
  ...otherSpellings,
  ...substitutes,
];
