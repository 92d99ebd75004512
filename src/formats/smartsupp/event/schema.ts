import type { JsonObject } from "../../../json/value.ts";
import { isObject, member } from "../../../json/value.ts";
import {
  described,
  isoInstant,
  once,
  openObject,
  optionalText,
  optionalWholeNumber,
  type Schema,
  z,
} from "../../wire.ts";
import { known } from "../known.ts";
import { Contact, Conversation, EventMessage } from "./objects.ts";

/**
 * The envelope of REST v2 webhooks and what each event carries in `data`. Envelope and most event names are
 * documented; the shape of `data` rests on a third party's receiver, so it asks for little.
 */

type Shape = Readonly<Record<string, Schema>>;

const messageMember = once<Shape>(() => ({
  message: known(EventMessage(), "third-party", "Message", "The message that the event is about."),
}));

const deliveredMessage = once<Shape>(() => ({
  message: known(
    z.extend(EventMessage(), {
      conversation_id: known(
        z.string(),
        "seen",
        "Conversation id",
        "Names the conversation, as the event has none.",
      ),
    }),
    "third-party",
    "Message",
    "The message that was or was not delivered.",
  ),
}));

const agentId = (text: string) => known(optionalText(), "third-party", "Agent id", text);

const presence = once<Shape>(() => ({
  conversation_id: known(z.string(), "third-party", "Conversation id", "Where the agent came or went."),
  agent_id: agentId("Who came or went."),
}));

/** An agent's id by the third party's receiver; the documentation does not tell the type. */
const assignment = (title: string) =>
  known(z.optional(z.unknown()), "documented", title, "Its type is not told.");

interface EventShape {
  readonly members: Shape;
  /** Whether `data` holds the conversation, and whether it always does. */
  readonly conversation: "always" | "maybe" | "never";
}

/** Every event of a conversation that a source names. */
const EVENTS = once(
  () =>
    new Map<string, EventShape>([
      ["conversation.opened", { members: {}, conversation: "always" }],
      [
        "conversation.closed",
        {
          members: {
            close_type: known(
              optionalText(),
              "documented",
              "Close type",
              "Who or what closed it; open vocabulary.",
            ),
            agent_id: agentId("Who closed it."),
          },
          conversation: "always",
        },
      ],
      ["conversation.closed_by_contact", { members: {}, conversation: "always" }],
      [
        "conversation.rated",
        {
          members: {
            rating_value: known(optionalWholeNumber(), "documented", "Rating", "What the contact gave."),
            rating_text: known(
              optionalText(),
              "documented",
              "Rating comment",
              "What the contact wrote to it.",
            ),
          },
          conversation: "always",
        },
      ],
      [
        "conversation.agent_assigned",
        {
          members: { assigned: assignment("Assigned agent"), assigned_by: assignment("Assigned by") },
          conversation: "maybe",
        },
      ],
      [
        "conversation.agent_unassigned",
        {
          members: { unassigned: assignment("Unassigned agent"), unassigned_by: assignment("Unassigned by") },
          conversation: "maybe",
        },
      ],
      ["conversation.agent_joined", { members: presence(), conversation: "never" }],
      ["conversation.agent_left", { members: presence(), conversation: "never" }],
      ["conversation.contact_replied", { members: messageMember(), conversation: "always" }],
      ["conversation.agent_replied", { members: messageMember(), conversation: "always" }],
      ["conversation.bot_replied", { members: messageMember(), conversation: "always" }],
      ["conversation.message_delivered", { members: deliveredMessage(), conversation: "never" }],
      ["conversation.message_delivery_failed", { members: deliveredMessage(), conversation: "never" }],
    ]),
);

export const knownEvents = once<readonly string[]>(() => [...EVENTS().keys()]);

/** Events of people, not of conversations; new names of these kinds are expected. */
export function isPeopleEvent(event: string): boolean {
  return event.startsWith("contact.") || event.startsWith("visitor.");
}

export function isKnownEvent(event: string): boolean {
  return EVENTS().has(event) || isPeopleEvent(event);
}

function envelope(title: string, event: Schema, data: Schema): Schema {
  return described(
    z.looseObject({
      type: known(z.literal("event_callback"), "documented", "Type", "The same for every event."),
      event: known(event, "documented", "Event", "What happened."),
      timestamp: known(isoInstant(), "documented", "Time of the event", "ISO 8601 with milliseconds and Z."),
      account_id: known(
        z.string(),
        "documented",
        "Account id",
        "A text of digits, unlike the hook's number.",
      ),
      app_id: known(z.optional(z.string()), "documented", "App id", "The app whose webhook it is."),
      data: known(data, "documented", "Data", "What the event is about."),
    }),
    { title },
  );
}

interface Variants {
  /** The conversation in `data.conversation`. */
  readonly nested: Schema;
  /** The conversation's fields in `data` itself, as the third party's receiver accepts them. */
  readonly direct: Schema;
}

function variantsOf(name: string, { members, conversation }: EventShape): Variants {
  const inner = conversation === "maybe" ? z.nullish(Conversation()) : Conversation();
  const told = known(inner, "third-party", "Conversation", "The conversation as it is now.");
  const nestedMembers: Shape = conversation === "never" ? members : { conversation: told, ...members };
  const nested = envelope(name, z.literal(name), z.looseObject(nestedMembers));
  if (conversation === "never") return { nested, direct: nested };
  const direct = envelope(
    `${name}, conversation in data`,
    z.literal(name),
    z.extend(Conversation(), members),
  );
  return { nested, direct };
}

const shapes = once(
  () => new Map([...EVENTS()].map(([name, shape]) => [name, once(() => variantsOf(name, shape))])),
);

const contactEvent = once(() =>
  envelope(
    "contact event",
    z.string().check(z.regex(/^contact\./)),
    z.looseObject({
      contact: known(z.optional(Contact()), "third-party", "Contact", "A person; not a conversation."),
    }),
  ),
);

const visitorEvent = once(() =>
  envelope("visitor event", z.string().check(z.regex(/^visitor\./)), openObject()),
);

/**
 * Any other event: what is known of conversations and messages is checked where it turns up. The walk over unknown
 * fields does not look into `lazy`: there is nothing to compare the rest of these with.
 */
const otherName = once(() =>
  described(
    z
      .string()
      .check(z.refine((event) => !isKnownEvent(event), { error: "an event without a shape of its own" })),
    { not: { anyOf: [{ enum: knownEvents() }, { pattern: "^(contact|visitor)\\." }] } },
  ),
);

const otherMembers = once<Shape>(() => ({
  conversation: known(
    z.nullish(Conversation()),
    "inferred",
    "Conversation",
    "As in the events that are known.",
  ),
  conversation_id: known(optionalText(), "inferred", "Conversation id", "As in the events that are known."),
  agent_id: known(optionalText(), "inferred", "Agent id", "As in the events that are known."),
  message: known(z.nullish(EventMessage()), "inferred", "Message", "As in the events that are known."),
}));

const other = once<Variants>(() => ({
  nested: envelope(
    "other event",
    otherName(),
    z.lazy(() => z.looseObject(otherMembers())),
  ),
  direct: envelope(
    "other event, conversation in data",
    otherName(),
    z.lazy(() => z.extend(Conversation(), otherMembers())),
  ),
}));

/** The shape of the event that a document names, in the spelling of `data` that it uses. */
export function eventShapeOf(document: JsonObject): Schema {
  const event = member(document, "event");
  if (typeof event !== "string") return other().nested;
  if (event.startsWith("contact.")) return contactEvent();
  if (event.startsWith("visitor.")) return visitorEvent();
  const { nested, direct } = (shapes().get(event) ?? other)();
  return isDirect(document) ? direct : nested;
}

/** Whether the conversation's fields lie in `data` itself: it has an id and no conversation. */
export function isDirect(document: JsonObject): boolean {
  const data = member(document, "data");
  return !isObject(member(data, "conversation")) && typeof member(data, "id") === "string";
}

/** All shapes. */
export const SmartsuppEvent = once(() =>
  described(
    z.union([
      ...[...shapes().values(), other].flatMap((variants) => [...new Set(Object.values(variants()))]),
      contactEvent(),
      visitorEvent(),
    ]),
    {
      title: "Smartsupp webhook event",
      description: "One event of Smartsupp's REST v2 webhooks.",
    },
  ),
);
