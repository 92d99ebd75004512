import type { Json, JsonObject } from "../../../json/value.ts";
import type { Conversation, Flags } from "../../../model/conversation.ts";
import { answeredTurns, hasSender, isUnanswered, meanWaitSeconds, type Turn, wordCount } from "./computed.ts";
import type { HookDraft } from "./draft.ts";
import type { Times } from "./times.ts";

/** `channel` in documented order; each member is the model's own, or computed, or invented. */
export function encodeChannel(
  conversation: Conversation,
  id: Json,
  times: Times,
  draft: HookDraft,
): JsonObject {
  return {
    id,
    ...encodeFlags(conversation, draft),
    ...encodeWaits(conversation, times, draft),
    ...encodeCounts(conversation, draft),
    rating: conversation.rating?.score ?? null,
    ratingDesc: conversation.rating?.text ?? null,
  };
}

function encodeFlags(conversation: Conversation, draft: HookDraft): JsonObject {
  const { flags = {}, messages } = conversation;
  const senders = () => leavesOf(conversation, "sender");
  const isChat = () => hasSender(conversation, "visitor") && hasSender(conversation, "agent");
  return {
    isChat: flags.chat ?? draft.compute("/channel/isChat", senders(), isChat()),
    isMissed: flags.missed ?? draft.compute("/channel/isMissed", senders(), isUnanswered(messages)),
    isTriggered:
      flags.triggered ?? draft.compute("/channel/isTriggered", senders(), hasSender(conversation, "bot")),
    isOffline: inventedFlag(flags, "offline", "isOffline", draft),
    isCompleted: inventedFlag(flags, "completed", "isCompleted", draft),
    isDropped: inventedFlag(flags, "dropped", "isDropped", draft),
  };
}

function inventedFlag(flags: Flags, name: keyof Flags, member: string, draft: HookDraft): boolean {
  return flags[name] ?? draft.invent(`/channel/${member}`, false, "the conversation does not tell it");
}

/** Durations in whole seconds; the two waits are null when no agent answered. */
function encodeWaits(conversation: Conversation, { begin, end }: Times, draft: HookDraft): JsonObject {
  const { metrics = {}, messages } = conversation;
  if (isOwn(conversation)) {
    return {
      duration: metrics.durationSeconds ?? null,
      avgResponse: metrics.averageResponseSeconds ?? null,
      firstResponse: metrics.firstResponseSeconds ?? null,
    };
  }
  const wait = (to: string, turns: readonly Turn[]) => {
    const leaves = [...leavesOf(conversation, "sender"), ...timesOf(turns)];
    return draft.compute(to, leaves, meanWaitSeconds(messages, turns));
  };
  const duration = Math.floor((end.ms - begin.ms) / 1000);
  const bounds = [begin.leaf, end.leaf].filter((leaf) => leaf !== undefined);
  const turns = answeredTurns(messages);
  return {
    duration: metrics.durationSeconds ?? draft.compute("/channel/duration", bounds, duration),
    avgResponse: metrics.averageResponseSeconds ?? wait("/channel/avgResponse", turns),
    firstResponse: metrics.firstResponseSeconds ?? wait("/channel/firstResponse", turns.slice(0, 1)),
  };
}

function encodeCounts(conversation: Conversation, draft: HookDraft): JsonObject {
  const { metrics = {}, messages } = conversation;
  if (isOwn(conversation)) {
    return { messagesCount: metrics.messages ?? null, wordsCount: metrics.words ?? null };
  }
  const senders = () => leavesOf(conversation, "sender");
  const texts = () => leavesOf(conversation, "text");
  const count = () => messages.filter(({ sender }) => sender !== "system").length;
  return {
    messagesCount: metrics.messages ?? draft.compute("/channel/messagesCount", senders(), count()),
    wordsCount:
      metrics.words ?? draft.compute("/channel/wordsCount", [...senders(), ...texts()], wordCount(messages)),
  };
}

/** What Smartsupp's hook did not tell of its own conversation was null there, and stays so. */
function isOwn({ origin }: Conversation): boolean {
  return origin.format === "smartsupp";
}

function leavesOf({ messages }: Conversation, name: "sender" | "text"): string[] {
  return messages.map((_, index) => `/messages/${index}/${name}`);
}

function timesOf(turns: readonly Turn[]): string[] {
  return turns.flatMap(({ asked, answered }) => [
    `/messages/${asked}/sentAt`,
    `/messages/${answered}/sentAt`,
  ]);
}
