import { digitsOf, isNumeric, type Json } from "../../../json/value.ts";
import type { Message, Sender } from "../../../model/conversation.ts";

/**
 * `messages[].from` and its three neighbours. Today it is `visitor:<id>`, `agent:<id>` or `system`; before
 * 16 November 2018 the bare id, and null for trigger and system (documented by revision). An id in front of which
 * no such word stands is a bare one.
 *
 * chatx adds two spellings that the documented ones leave room for, so that nothing of the model is lost: the word
 * alone when the id is not known, as `system` has none, and `bot:<id>` for a robot that has an id but no trigger.
 */

const WORDS = new Map<string, Sender>([
  ["visitor", "visitor"],
  ["agent", "agent"],
  ["bot", "bot"],
  ["system", "system"],
]);

/** The author's id without the word before it; undefined when there is none. */
export function idOf(from: Json | undefined): string | undefined {
  if (isNumeric(from)) return digitsOf(from);
  if (typeof from !== "string") return undefined;
  const colon = from.indexOf(":");
  if (colon < 0) return WORDS.has(from) ? undefined : from;
  return WORDS.has(from.slice(0, colon)) ? from.slice(colon + 1) : from;
}

/** What the word before the id says; null, which the old revisions have for trigger and system, says system. */
function wordOf(from: Json | undefined): Sender | undefined {
  if (from === null) return "system";
  if (typeof from !== "string") return undefined;
  const colon = from.indexOf(":");
  return WORDS.get(colon < 0 ? from : from.slice(0, colon));
}

export interface SenderFound {
  readonly sender: Sender;
  /** False for a type outside the vocabulary that is known. */
  readonly isTypeKnown: boolean;
  /** Whether `from` had a part in it. */
  readonly isByFrom: boolean;
}

/** Who sent a wire message. A message of unknown type is never taken for a system message: it may hold a text. */
export function senderOf(type: string, from: Json | undefined, triggeredBy: Json | undefined): SenderFound {
  if (type === "visitor" || type === "system") return { sender: type, isTypeKnown: true, isByFrom: false };
  const isTypeKnown = type === "agent";
  const word = wordOf(from);
  if (word === "visitor" && !isTypeKnown) return { sender: "visitor", isTypeKnown, isByFrom: true };
  if (typeof triggeredBy === "string") return { sender: "bot", isTypeKnown, isByFrom: false };
  if (word === "system" || word === "bot") return { sender: "bot", isTypeKnown, isByFrom: true };
  return { sender: "agent", isTypeKnown, isByFrom: !isTypeKnown && word === "agent" };
}

/** The `type` of a message: a robot's is an agent's on the wire. */
export function typeOf(sender: Sender): string {
  return sender === "bot" ? "agent" : sender;
}

/** The `from` of a message, which `idOf` and `senderOf` read back. */
export function fromOf(message: Message): string {
  const id = message.author?.id;
  if (id === undefined) return message.sender === "bot" ? "system" : message.sender;
  switch (message.sender) {
    case "bot":
      return `${message.trigger === undefined ? "bot" : "agent"}:${id}`;
    case "system":
      // Seen ids of agents are numbers, those of visitors are long words.
      return `${/^\d+$/.test(id) ? "agent" : "visitor"}:${id}`;
    default:
      return `${message.sender}:${id}`;
  }
}

/** Only a robot's message has a trigger: on an agent's the reader would take it for a robot's. */
export function triggeredByOf(message: Message): string | null {
  return message.sender === "agent" ? null : (message.trigger ?? null);
}
