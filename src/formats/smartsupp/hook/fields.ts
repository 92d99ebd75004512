import type { FieldRule, Known } from "../../types.ts";

const carried = (wire: string, model: string, known: Known, more: Partial<FieldRule> = {}): FieldRule => ({
  wire,
  model,
  how: "carried",
  known,
  ...more,
});

const derived = (wire: string, model: string, more: Partial<FieldRule> = {}): FieldRule => ({
  wire,
  model,
  how: "derived",
  known: "inferred",
  ...more,
});

/** The ids: chatx's own is made of the vendor's two, and gives them back. */
const ids: readonly FieldRule[] = [
  carried("/accountId", "/origin/account", "documented", { on: "read" }),
  carried("/channel/id", "/origin/id", "documented", { on: "read" }),
  ...["/accountId", "/channel/id"].flatMap((wire) => [
    carried(wire, "/id", "inferred", { on: "read", note: "smartsupp-<accountId>-<channel.id>" }),
    derived(wire, "/messages/*/id", { on: "read", note: "the conversation's id and the position from 1" }),
  ]),
  derived("/accountId", "/id", {
    on: "write",
    conditional: true,
    note: "when the id begins smartsupp-<number>-",
  }),
  derived("/channel/id", "/id", {
    on: "write",
    conditional: true,
    note: "the same digits, else a number made of the id",
  }),
];

const wholeConversation: readonly FieldRule[] = [
  carried("/beginAt", "/startedAt", "documented"),
  carried("/endAt", "/endedAt", "documented"),
  carried("/channel/isChat", "/flags/chat", "documented"),
  carried("/channel/isMissed", "/flags/missed", "documented"),
  carried("/channel/isTriggered", "/flags/triggered", "documented"),
  carried("/channel/isOffline", "/flags/offline", "documented"),
  carried("/channel/isCompleted", "/flags/completed", "documented"),
  carried("/channel/isDropped", "/flags/dropped", "documented"),
  carried("/channel/duration", "/metrics/durationSeconds", "documented"),
  carried("/channel/avgResponse", "/metrics/averageResponseSeconds", "documented"),
  carried("/channel/firstResponse", "/metrics/firstResponseSeconds", "documented"),
  carried("/channel/messagesCount", "/metrics/messages", "documented"),
  carried("/channel/wordsCount", "/metrics/words", "documented"),
  carried("/channel/rating", "/rating/score", "documented"),
  carried("/channel/ratingDesc", "/rating/text", "documented"),
  carried("/visitor/id", "/visitor/id", "seen", { on: "read" }),
  derived("/visitor/id", "/visitor/id", {
    on: "write",
    conditional: true,
    note: "the same digits, else a number made of the id",
  }),
  carried("/visitor/name", "/visitor/name", "seen"),
  carried("/visitor/email", "/visitor/email", "seen"),
  carried("/visitor/note", "/visitor/note", "seen"),
  carried("/visitor/group", "/visitor/group", "seen"),
  carried("/visitor/groupKey", "/visitor/group", "seen", {
    on: "read",
    note: "older spelling; group is believed first",
  }),
  carried("/visitor/ipAddress", "/visitor/ipAddress", "seen"),
  carried("/visitor/city", "/visitor/city", "seen"),
  carried("/visitor/countryCode", "/visitor/countryCode", "seen"),
  carried("/visitor/country", "/visitor/country", "seen"),
  carried("/visitor/userAgent", "/visitor/userAgent", "seen"),
  carried("/visitor/platform", "/visitor/platform", "seen"),
  carried("/visitor/referer", "/visitor/referrer", "seen"),
  carried("/visitor/variables/**", "/visitor/variables/**", "seen"),
  carried("/paths/*/url", "/pages/*/url", "seen"),
  carried("/paths/*/title", "/pages/*/title", "seen"),
];

const messages: readonly FieldRule[] = [
  carried("/messages/*/type", "/messages/*/sender", "seen", { note: "a bot's message is an agent's" }),
  carried("/messages/*/name", "/messages/*/author/name", "seen"),
  carried("/messages/*/from", "/messages/*/author/id", "documented", { note: "without visitor: or agent:" }),
  carried("/messages/*/content", "/messages/*/text", "seen", {
    note: "of a system message the vendor's code",
  }),
  carried("/messages/*/sentAt", "/messages/*/sentAt", "seen"),
  carried("/messages/*/triggeredBy", "/messages/*/trigger", "seen"),
  carried("/messages/*/email", "/messages/*/author/email", "seen", { note: "written only when it is known" }),
  derived("/messages/*/from", "/messages/*/sender", {
    on: "read",
    conditional: true,
    note: "an agent's message from system or null is a bot's; decides for an unknown type",
  }),
  derived("/messages/*/from", "/messages/*/sender", { on: "write", note: "the word before the id" }),
  derived("/messages/*/from", "/messages/*/trigger", {
    on: "write",
    note: "a trigger with an id writes as that agent",
  }),
  derived("/messages/*/triggeredBy", "/messages/*/sender", {
    on: "write",
    note: "an agent's message has none",
  }),
];

const fromMessages = (wire: string, leaves: readonly string[], note: string): FieldRule[] =>
  leaves.map((leaf) => derived(wire, `/messages/*/${leaf}`, { on: "write", conditional: true, note }));

/** What is worked out when the model does not tell it. */
const computed: readonly FieldRule[] = [
  ...fromMessages("/beginAt", ["sentAt"], "the earliest message"),
  derived("/beginAt", "/endedAt", { on: "write", conditional: true, note: "when there is no other time" }),
  ...fromMessages("/endAt", ["sentAt"], "the latest message"),
  derived("/endAt", "/startedAt", { on: "write", conditional: true, note: "when there is no other time" }),
  ...["/startedAt", "/endedAt", "/messages/*/sentAt"].map((model) =>
    derived("/channel/duration", model, {
      on: "write",
      conditional: true,
      note: "end less start, rounded down",
    }),
  ),
  ...fromMessages(
    "/channel/firstResponse",
    ["sentAt", "sender"],
    "first visitor message to the next agent message",
  ),
  ...fromMessages(
    "/channel/avgResponse",
    ["sentAt", "sender"],
    "the mean over the visitor's turns, rounded down",
  ),
  ...fromMessages("/channel/messagesCount", ["sender"], "messages that are not the system's"),
  ...fromMessages("/channel/wordsCount", ["sender", "text"], "words of visitor and agent messages"),
  ...fromMessages("/channel/isChat", ["sender"], "visitor and agent both wrote"),
  ...fromMessages("/channel/isMissed", ["sender"], "no agent message after the visitor's last"),
  ...fromMessages("/channel/isTriggered", ["sender"], "a bot's message is there"),
];

/** How the hook's fields and the model belong together, in both directions. */
export const hookFields: readonly FieldRule[] = [...ids, ...wholeConversation, ...messages, ...computed];
