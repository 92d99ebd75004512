import type { Conversation } from "../../model/conversation.ts";
import { type Instant, latest } from "../../model/time.ts";

/** Events by how far a conversation has come; both generations' names (order inferred). */
const PROGRESS: readonly string[] = [
  "start",
  "message_received",
  "message_sent",
  "forward",
  "unread",
  "receive",
  "end",
  "ended",
  "rating",
  "feedback",
  "survey",
  "goal",
];

/**
 * How one snapshot ranks among those of its conversation, as text to compare: more messages, then an end, then a
 * later event, then a later time. An end counts before the event because a rating may come while the chat runs.
 */
export function rankOf(conversation: Conversation, event: string | undefined): string {
  const count = String(conversation.messages.length).padStart(10, "0");
  const isEnded = conversation.endedAt === undefined ? 0 : 1;
  const progress = String(PROGRESS.indexOf(event ?? "") + 1).padStart(2, "0");
  const times = conversation.messages.map((message) => message.sentAt);
  if (conversation.startedAt !== undefined) times.push(conversation.startedAt);
  if (conversation.endedAt !== undefined) times.push(conversation.endedAt);
  return `${count} ${isEnded} ${progress} ${fixedWidth(latest(times))}`;
}

/** Instants have fractions of any length up to 18 digits. */
function fixedWidth(instant: Instant | undefined): string {
  if (instant === undefined) return "";
  return instant.slice(0, 19) + instant.slice(20, -1).padEnd(18, "0");
}
