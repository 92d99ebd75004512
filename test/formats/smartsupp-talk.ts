import type { Conversation, Message, Sender } from "../../src/model/conversation.ts";
import { type Instant, parseTime } from "../../src/model/time.ts";

export function instant(text: string): Instant {
  const parsed = parseTime(text);
  if (parsed?.kind !== "instant") throw new Error(`no instant: ${text}`);
  return parsed.instant;
}

/** A conversation of another vendor: nothing but an id and messages, each as [time of 3 June 2024, sender, text]. */
export function talk(
  ...lines: readonly (readonly [time: string, sender: Sender, text: string])[]
): Conversation {
  const messages = lines.map(
    ([time, sender, text], index): Message => ({
      id: `m${index}`,
      sender,
      text,
      sentAt: instant(`2024-06-03T${time}Z`),
    }),
  );
  return { id: "conversation 7", origin: { format: "ferndesk", id: "conversation 7" }, messages };
}

/** Minutes apart, so that a change of one minute changes no order. */
export const longTalk = talk(
  ["09:00:00", "bot", "Welcome to the shop"],
  ["09:10:00.250", "visitor", "Good morning"],
  ["09:20:00", "visitor", "My order is late"],
  ["09:30:01", "system", "agent.join"],
  ["09:40:00", "bot", "An agent is here"],
  ["09:50:00.999", "agent", "Let me see"],
  ["10:00:00", "agent", "It left yesterday"],
  ["10:10:00", "visitor", "Thanks a lot"],
  ["10:20:30", "agent", "You are welcome"],
  ["10:30:00", "visitor", "Bye"],
  ["10:40:00", "system", "close.visitorClose"],
);
