import { isoInstant, once, z } from "../wire.ts";

/** Spellings of a message's side. The prose of the vendor's page names the first two, its example the third. */
const FERNDESK_ROLES = ["user", "agent", "support_agent"] as const;

const FerndeskMessage = once(() =>
  z
    .looseObject({
      id: z.string().meta({ title: "Message id", description: "Documented (by example: a string)." }),
      role: z.enum(FERNDESK_ROLES).meta({
        title: "Role",
        description:
          "Who wrote the message. Documented: the prose says user or agent, the example support_agent; which of the two spellings of the agent the vendor's reader takes is not known.",
      }),
      content: z.string().meta({ title: "Text", description: "Documented; plain text in the example." }),
      createdAt: isoInstant().meta({
        title: "Time of the message",
        description: "Documented as a timestamp; ISO 8601 with Z in the example.",
      }),
    })
    .meta({ title: "Message" }),
);

/** One conversation of a support endpoint's document. */
export const FerndeskConversation = once(() =>
  z
    .looseObject({
      id: z.string().meta({ title: "Conversation id", description: "Documented (by example: a string)." }),
      url: z.string().optional().meta({
        title: "Link to the conversation",
        description: "Seen in the documented example only; taken as optional (inferred).",
      }),
      lastMessageAt: isoInstant().meta({
        title: "Time of the last message",
        description: "Documented; in the example it equals the last message's createdAt.",
      }),
      messages: z.array(FerndeskMessage()).meta({ title: "Messages", description: "Documented." }),
    })
    .meta({ title: "Ferndesk conversation" }),
);

/** The whole answer of a support endpoint. */
export const FerndeskDocument = once(() =>
  z
    .looseObject({
      conversations: z
        .array(FerndeskConversation())
        .meta({ title: "Conversations", description: "Documented." }),
    })
    .meta({
      title: "Ferndesk support-endpoint document",
      description: "What Ferndesk reads from a custom support endpoint.",
    }),
);

export type FerndeskConversationWire = z.infer<ReturnType<typeof FerndeskConversation>>;
