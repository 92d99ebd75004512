import type { Conversation, Message } from "../../model/conversation.ts";
import { latest } from "../../model/time.ts";
import type { Edge, WriteContext, WriteResult } from "../types.ts";

/**
 * One conversation as Ferndesk reads it. `lastMessageAt` is the greatest `createdAt` of the messages written, and
 * missing when there is none (convert writes no such conversation).
 */
export function encodeFerndesk(conversation: Conversation, context: WriteContext): WriteResult {
  const messageIndex: number[] = [];
  const written: Message[] = [];
  for (const message of conversation.messages) {
    const isKept = message.sender !== "system" || context.systemMessages === "agent";
    messageIndex.push(isKept ? written.length : -1);
    if (isKept) written.push(message);
  }
  const lastMessageAt = latest(written.map((message) => message.sentAt));
  return {
    value: {
      id: conversation.id,
      ...(conversation.url === undefined ? {} : { url: conversation.url }),
      ...(lastMessageAt === undefined ? {} : { lastMessageAt }),
      messages: written.map((message) => ({
        id: message.id,
        role: message.sender === "visitor" ? "user" : context.agentRole,
        content: message.text,
        createdAt: message.sentAt,
      })),
    },
    messageIndex,
    edges: lastEdges(conversation, messageIndex, lastMessageAt),
  };
}

function lastEdges(
  conversation: Conversation,
  messageIndex: readonly number[],
  lastMessageAt?: string,
): Edge[] {
  return conversation.messages.flatMap((message, index) =>
    messageIndex[index] !== -1 && message.sentAt === lastMessageAt
      ? [{ from: `/messages/${index}/sentAt`, to: "/lastMessageAt" }]
      : [],
  );
}
