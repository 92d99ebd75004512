import type { Conversation, Message, Sender } from "../../../model/conversation.ts";
import { msOf } from "../../../model/time.ts";

/**
 * What a hook's `channel` says of a conversation, worked out from its messages in their own order. The vendor's
 * definitions are used where it gives one (documented for the flags, by the example for firstResponse); the rest
 * is inferred.
 */

/** Where the visitor waits for an answer: index of the first message of a turn, and of the agent's answer. */
export interface Turn {
  readonly asked: number;
  readonly answered: number;
}

/** The visitor's turns that an agent, not a robot, answered. */
export function answeredTurns(messages: readonly Message[]): Turn[] {
  const turns: Turn[] = [];
  let asked: number | undefined;
  messages.forEach(({ sender }, index) => {
    if (sender === "visitor") asked ??= index;
    else if (sender === "agent" && asked !== undefined) {
      turns.push({ asked, answered: index });
      asked = undefined;
    }
  });
  return turns;
}

/** The mean wait over the turns in whole seconds, rounded down; null for none. A clock that ran back counts as no wait. */
export function meanWaitSeconds(messages: readonly Message[], turns: readonly Turn[]): number | null {
  if (turns.length === 0) return null;
  let sumMs = 0;
  for (const { asked, answered } of turns) {
    sumMs += Math.max(0, msOf(messages[answered]!.sentAt) - msOf(messages[asked]!.sentAt));
  }
  return Math.floor(sumMs / turns.length / 1000);
}

export function hasSender(conversation: Conversation, sender: Sender): boolean {
  return conversation.messages.some((message) => message.sender === sender);
}

/** Whether no agent wrote after the visitor's last message. */
export function isUnanswered(messages: readonly Message[]): boolean {
  const last = messages.findLast(({ sender }) => sender === "visitor" || sender === "agent");
  return last?.sender === "visitor";
}

/** Words of what people wrote, parted by white space. */
export function wordCount(messages: readonly Message[]): number {
  let words = 0;
  for (const { sender, text } of messages) {
    if (sender !== "visitor" && sender !== "agent") continue;
    for (const _ of text.matchAll(/\S+/g)) words++;
  }
  return words;
}

/** Index of the earliest message and of the latest; of several at one moment the first. -1 for no message. */
export function timeBounds(messages: readonly Message[]): {
  readonly earliest: number;
  readonly latest: number;
} {
  let earliest = messages.length === 0 ? -1 : 0;
  let latest = earliest;
  messages.forEach(({ sentAt }, index) => {
    if (msOf(sentAt) < msOf(messages[earliest]!.sentAt)) earliest = index;
    if (msOf(sentAt) > msOf(messages[latest]!.sentAt)) latest = index;
  });
  return { earliest, latest };
}
