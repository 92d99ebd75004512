import { described, isoInstant, once, text, z } from "../wire.ts";

/** Spellings of a message's side. The prose of the vendor's page names the first two, its example the third. */
const FERNDESK_ROLES = ["user", "agent", "support_agent"] as const;

const FerndeskMessage = once(() =>
  described(
    z.looseObject({
      id: described(text(), { title: "Message id", description: "Documented (by example: a string)." }),
      role: described(z.enum(FERNDESK_ROLES), {
        title: "Role",
        description:
          "Who wrote the message. Documented: the prose says user or agent, the example support_agent; which of the two spellings of the agent the vendor's reader takes is not known.",
      }),
      content: described(text(), {
        title: "Text",
        description: "Documented; plain text in the example.",
      }),
      createdAt: described(isoInstant(), {
        title: "Time of the message",
        description: "Documented as a timestamp; ISO 8601 with Z in the example.",
      }),
    }),
    { title: "Message" },
  ),
);

/** One conversation of a support endpoint's document. */
export const FerndeskConversation = once(() =>
  described(
    z.looseObject({
      id: described(text(), {
        title: "Conversation id",
        description: "Documented (by example: a string).",
      }),
      url: described(z.optional(text()), {
        title: "Link to the conversation",
        description: "Seen in the documented example only; taken as optional (inferred).",
      }),
      lastMessageAt: described(isoInstant(), {
        title: "Time of the last message",
        description: "Documented; in the example it equals the last message's createdAt.",
      }),
      messages: described(z.array(FerndeskMessage()), { title: "Messages", description: "Documented." }),
    }),
    { title: "Ferndesk conversation" },
  ),
);

/** The whole answer of a support endpoint. */
export const FerndeskDocument = once(() =>
  described(
    z.looseObject({
      conversations: described(z.array(FerndeskConversation()), {
        title: "Conversations",
        description: "Documented.",
      }),
    }),
    {
      title: "Ferndesk support-endpoint document",
      description: "What Ferndesk reads from a custom support endpoint.",
    },
  ),
);

export type FerndeskConversationWire = z.infer<ReturnType<typeof FerndeskConversation>>;
