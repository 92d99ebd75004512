import type { Json, JsonObject } from "../../../json/value.ts";
import type { Conversation, Flags } from "../../../model/conversation.ts";
import { answeredTurns, hasSender, isUnanswered, meanWaitSeconds, wordCount } from "./computed.ts";
import type { HookDraft } from "./draft.ts";
import type { Times } from "./times.ts";

/** `channel` in documented order; each member is the model's own, or computed, or invented. */
export function encodeChannel(
  conversation: Conversation,
  id: Json,
  times: Times,
  draft: HookDraft,
): JsonObject {
  const { flags = {}, metrics = {}, rating = {}, messages } = conversation;
  const senders = leavesOf(conversation, "sender");
  const computed = <T>(own: T | undefined, to: string, from: () => readonly string[], work: () => T): T => {
    if (own !== undefined) return own;
    draft.derive(to, from());
    return work();
  };
  return {
    id,
    isChat: computed(
      flags.chat,
      "/channel/isChat",
      () => senders,
      () => hasSender(conversation, "visitor") && hasSender(conversation, "agent"),
    ),
    isMissed: computed(
      flags.missed,
      "/channel/isMissed",
      () => senders,
      () => isUnanswered(messages),
    ),
    isTriggered: computed(
      flags.triggered,
      "/channel/isTriggered",
      () => senders,
      () => hasSender(conversation, "bot"),
    ),
    isOffline: flag(flags, "offline", "isOffline", draft),
    isCompleted: flag(flags, "completed", "isCompleted", draft),
    isDropped: flag(flags, "dropped", "isDropped", draft),
    duration: computed<Json>(
      metrics.durationSeconds,
      "/channel/duration",
      () => [times.begin.leaf, times.end.leaf].filter((leaf) => leaf !== undefined),
      () => Math.floor((times.end.ms - times.begin.ms) / 1000),
    ),
    ...responses(conversation, senders, computed),
    messagesCount: computed<Json>(
      metrics.messages,
      "/channel/messagesCount",
      () => senders,
      () => messages.filter(({ sender }) => sender !== "system").length,
    ),
    wordsCount: computed<Json>(
      metrics.words,
      "/channel/wordsCount",
      () => [...senders, ...leavesOf(conversation, "text")],
      () => wordCount(messages),
    ),
    rating: rating.score ?? null,
    ratingDesc: rating.text ?? null,
  };
}

type Compute = <T>(own: T | undefined, to: string, from: () => readonly string[], work: () => T) => T;

/** The two waits; null when no agent answered. */
function responses(
  { metrics = {}, messages }: Conversation,
  senders: readonly string[],
  computed: Compute,
): JsonObject {
  const turns = answeredTurns(messages);
  const first = turns.slice(0, 1);
  const timesOf = (some: typeof turns) =>
    some.flatMap(({ asked, answered }) => [`/messages/${asked}/sentAt`, `/messages/${answered}/sentAt`]);
  return {
    avgResponse: computed<Json>(
      metrics.averageResponseSeconds,
      "/channel/avgResponse",
      () => [...senders, ...timesOf(turns)],
      () => meanWaitSeconds(messages, turns),
    ),
    firstResponse: computed<Json>(
      metrics.firstResponseSeconds,
      "/channel/firstResponse",
      () => [...senders, ...timesOf(first)],
      () => meanWaitSeconds(messages, first),
    ),
  };
}

function leavesOf({ messages }: Conversation, name: "sender" | "text"): string[] {
  return messages.map((_, index) => `/messages/${index}/${name}`);
}

function flag(flags: Flags, name: keyof Flags, member: string, draft: HookDraft): boolean {
  return flags[name] ?? draft.invent(`/channel/${member}`, false, "the conversation does not tell it");
}
