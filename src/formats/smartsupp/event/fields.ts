import type { FieldRule, Known } from "../../types.ts";

const carried = (wire: string, model: string, known: Known, note?: string): FieldRule => ({
  wire,
  model,
  how: "carried",
  on: "read",
  known,
  ...(note === undefined ? {} : { note }),
});

/** A row that holds for some events only; the reader's edges say for which. */
const sometimes = (how: FieldRule["how"], wire: string, model: string, note: string): FieldRule => ({
  wire,
  model,
  how,
  on: "read",
  conditional: true,
  known: "inferred",
  note,
});

const envelope: readonly FieldRule[] = [
  carried("/account_id", "/origin/account", "documented"),
  { wire: "/account_id", model: "/id", how: "derived", on: "read", known: "inferred" },
  sometimes("derived", "/account_id", "/messages/0/id", "a message without an id of its own"),
  sometimes("derived", "/event", "/messages/0/id", "a message without an id of its own"),
  sometimes("derived", "/timestamp", "/messages/0/id", "a message without an id of its own"),
  sometimes("carried", "/event", "/messages/0/text", "an event without a message"),
  sometimes("derived", "/event", "/messages/0/sender", "a message without a sub_type"),
  sometimes("carried", "/timestamp", "/messages/0/sentAt", "an event or a message without a time of its own"),
  sometimes("carried", "/timestamp", "/endedAt", "closed, and no finished_at"),
];

/** The conversation's fields lie in `data.conversation` or, as a third party's receiver accepts, in `data` itself. */
function conversationAt(base: string): readonly FieldRule[] {
  return [
    carried(`${base}/id`, "/origin/id", "seen"),
    {
      wire: `${base}/id`,
      model: "/id",
      how: "derived",
      on: "read",
      known: "inferred",
      note: "smartsupp-<account_id>-<id>",
    },
    sometimes("derived", `${base}/id`, "/messages/0/id", "a message without an id of its own"),
    carried(`${base}/status`, "/status", "third-party"),
    carried(`${base}/created_at`, "/startedAt", "seen"),
    carried(`${base}/finished_at`, "/endedAt", "seen"),
    carried(`${base}/visitor_id`, "/visitor/id", "seen"),
    carried(`${base}/agent_ids/*`, "/agents/*/id", "seen"),
    carried(`${base}/referer`, "/visitor/referrer", "seen"),
    carried(`${base}/is_offline`, "/flags/offline", "seen"),
    carried(`${base}/location/ip`, "/visitor/ipAddress", "seen"),
    carried(`${base}/location/code`, "/visitor/countryCode", "seen"),
    carried(`${base}/location/country`, "/visitor/country", "seen"),
    carried(`${base}/location/city`, "/visitor/city", "seen"),
    carried(`${base}/variables/**`, "/visitor/variables/**", "seen"),
  ];
}

const otherIds: readonly FieldRule[] = ["/data/conversation_id", "/data/message/conversation_id"].flatMap(
  (wire) => [
    sometimes("carried", wire, "/origin/id", "an event without a conversation"),
    sometimes("derived", wire, "/id", "an event without a conversation"),
    sometimes("derived", wire, "/messages/0/id", "a message without an id of its own"),
  ],
);

const rating: readonly FieldRule[] = [
  carried("/data/rating_value", "/rating/score", "documented"),
  carried("/data/rating_text", "/rating/text", "documented"),
  sometimes("carried", "/data/conversation/rating_value", "/rating/score", "unless the event itself has one"),
  sometimes("carried", "/data/conversation/rating_text", "/rating/text", "unless the event itself has one"),
  sometimes("carried", "/data/message/content/data/value", "/rating/score", "of a rate_form"),
  sometimes("carried", "/data/message/content/data/text", "/rating/text", "of a rate_form"),
  sometimes("derived", "/data/message/content/type", "/rating/score", "rate_form"),
  sometimes("derived", "/data/message/content/type", "/rating/text", "rate_form"),
];

const message: readonly FieldRule[] = [
  carried("/data/message/id", "/messages/0/id", "seen"),
  carried("/data/message/sub_type", "/messages/0/sender", "documented", "trigger and bot are one"),
  sometimes(
    "derived",
    "/data/message/type",
    "/messages/0/sender",
    "event is the system's, when there is no sub_type",
  ),
  sometimes("derived", "/data/message/sub_type", "/messages/0/author/id", "which of the two ids it is"),
  sometimes(
    "derived",
    "/data/message/sub_type",
    "/messages/0/text",
    "a system message's code stands for its text",
  ),
  carried("/data/message/created_at", "/messages/0/sentAt", "seen"),
  carried("/data/message/content", "/messages/0/text", "third-party"),
  carried("/data/message/content/text", "/messages/0/text", "documented"),
  sometimes(
    "carried",
    "/data/message/content/type",
    "/messages/0/text",
    "of a system message without a text: its code",
  ),
  sometimes("carried", "/data/message/visitor_id", "/messages/0/author/id", "of the visitor's message"),
  sometimes("carried", "/data/message/agent_id", "/messages/0/author/id", "of any other message"),
  carried("/data/message/trigger_name", "/messages/0/trigger", "seen"),
  carried("/data/message/attachments/*/file_name", "/messages/0/attachments/*/name", "inferred"),
  carried("/data/message/attachments/*/file_type", "/messages/0/attachments/*/mediaType", "inferred"),
  sometimes(
    "carried",
    "/data/message/attachments/*/fileName",
    "/messages/0/attachments/*/name",
    "the SDK's spelling",
  ),
  sometimes(
    "carried",
    "/data/message/attachments/*/fileType",
    "/messages/0/attachments/*/mediaType",
    "the SDK's spelling",
  ),
  carried("/data/message/attachments/*/url", "/messages/0/attachments/*/url", "documented"),
  carried("/data/message/attachments/*/size", "/messages/0/attachments/*/bytes", "documented"),
];

const systemMessages: readonly FieldRule[] = [
  sometimes("carried", "/data/agent_id", "/messages/0/author/id", "who joined, left or closed"),
  sometimes("carried", "/data/assigned", "/messages/0/author/id", "where it is a text"),
  sometimes("carried", "/data/unassigned", "/messages/0/author/id", "where it is a text"),
];

/** How the fields of events and the model belong together. Events are read only. */
export const eventFields: readonly FieldRule[] = [
  ...envelope,
  ...conversationAt("/data/conversation"),
  ...conversationAt("/data"),
  ...otherIds,
  ...rating,
  ...message,
  ...systemMessages,
];
