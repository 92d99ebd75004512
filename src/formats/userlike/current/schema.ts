import { nearestName } from "../../../diagnostics/nearest.ts";
import { isArray, isObject, type JsonObject, member } from "../../../json/value.ts";
import {
  anyTime,
  described,
  once,
  openObject,
  optionalText,
  type Schema,
  text,
  truth,
  wholeNumber,
  z,
} from "../../wire.ts";
import { LegacyMessage, OperatorInBrief, ZONELESS } from "../common-schema.ts";
import { known, openShape } from "../known.ts";
import { pairFields } from "../pair-fields.ts";
import { CURRENT_PAIRS } from "../pairs.ts";
import { Contact, contactFields } from "./contact-schema.ts";

/**
 * The callbacks of today's API add-on. Their 18 names are documented; the bodies are not published in readable form.
 * What is known of them comes from two partial bodies; see fixtures/userlike/NOTES.md.
 */

const named = pairFields(CURRENT_PAIRS, "documented");

const TranscriptMessage = once(() =>
  described(
    z.looseObject({
      body: known(
        z.nullable(text()),
        "documented",
        "Text",
        "Text of the message. That it may be null is inferred.",
      ),
      operator_name: known(
        optionalText(),
        "documented",
        "Operator name",
        "Name of the operator who wrote the message; empty for the contact's own (seen).",
      ),
      id: known(
        z.nullish(z.union([text(), wholeNumber()])),
        "documented",
        "Message id",
        "A text of at most 256 characters; that it stands here is inferred.",
      ),
      created_at: known(z.nullish(anyTime()), "inferred", "Time of the message", ZONELESS),
      sent_at: known(
        z.nullish(anyTime()),
        "inferred",
        "Time of the message",
        "As in 2014; read where there is no created_at.",
      ),
      message: known(optionalText(), "inferred", "Text", "As in 2014; read where body is null."),
      name: known(optionalText(), "inferred", "Name of the writer", "As in the old REST API."),
      person: known(optionalText(), "inferred", "Name of the writer", "As in 2014."),
      display_name: known(optionalText(), "inferred", "Shown name of the writer", "As in the old REST API."),
      operator_id: known(
        z.nullish(z.union([wholeNumber(), text()])),
        "third-party",
        "Operator id",
        "As in the old REST API.",
      ),
      type: known(
        optionalText(),
        "inferred",
        "Direction",
        "As in 2014; read where there is no operator_name.",
      ),
    }),
    { title: "Message" },
  ),
);

const Topic = once(() =>
  z.looseObject({
    text: known(text(), "documented", "Topic", "One topic of the conversation."),
  }),
);

const channelId = (title: string) =>
  known(optionalText(), "seen", title, "Null in the published body; a text when set is inferred.");

const bodyTime = (title: string, text: string) =>
  known(z.nullish(anyTime()), "inferred", title, `${text} ${ZONELESS}`);

const conversationId = once(() =>
  known(
    wholeNumber(),
    "documented",
    "Conversation id",
    "A number; by it the callbacks of one conversation belong together.",
  ),
);

const conversationFields = once(() => ({
  accepts_messages: known(z.nullish(truth()), "seen", "Accepts messages", "A boolean."),
  addon_urls: known(z.nullish(openObject()), "seen", "Links of add-ons", "Empty in the published body."),
  channel_custom_contact_identifier: channelId("The contact's id in a custom channel"),
  channel_custom_conversation_identifier: channelId("The conversation's id in a custom channel"),
  contact: known(z.nullish(Contact()), "seen", "Contact", "Who wrote to the operators."),
  topics: known(z.nullish(z.array(Topic())), "documented", "Topics", "A list of objects with a text."),
  transcript: known(
    z.nullish(z.array(TranscriptMessage())),
    "documented",
    "Transcript",
    "The messages, in order; documented for the body of chat_session end.",
  ),
  custom: known(
    z.nullish(openObject()),
    "documented",
    "Custom data",
    "What the website handed to the messenger; any depth.",
  ),
  created_at: bodyTime("Start", "Start of the conversation."),
  ended_at: bodyTime("End", "End of the conversation."),
  first_message_sent_at: bodyTime("First message", "As the contact has it."),
  last_message_sent_at: bodyTime("Last message", "As the contact has it."),
  status: known(optionalText(), "inferred", "Status", "As in 2014."),
  messages: known(
    z.nullish(z.array(LegacyMessage())),
    "inferred",
    "Messages",
    "As in 2014; read where there is no transcript.",
  ),
  client_name: known(
    optionalText(),
    "inferred",
    "Contact's name",
    "As in 2014; read where contact has none.",
  ),
  client_email: known(
    optionalText(),
    "inferred",
    "Contact's e-mail address",
    "As in 2014; read where contact has none.",
  ),
  rate: known(z.nullish(z.number()), "inferred", "Rating", "As in 2014: a number up to 5."),
  rating: known(z.optional(z.unknown()), "inferred", "Rating", "Read where it is a number and rate is not."),
  feedback_message: known(optionalText(), "inferred", "Feedback", "As in 2014: the contact's words."),
  post_survey_option: known(
    optionalText(),
    "inferred",
    "Answer to the survey",
    "As in 2014, such as Very Satisfied.",
  ),
  operator_current: known(z.nullish(OperatorInBrief()), "inferred", "Operator at the end", "As in 2014."),
  operator_created: known(z.nullish(OperatorInBrief()), "inferred", "Operator at the start", "As in 2014."),
}));

const callback = (type: string, title: string) =>
  described(
    z.looseObject({
      ...named(type),
      id: conversationId(),
      ...conversationFields(),
    }),
    { title },
  );

const ChatSession = once(() => callback("chat_session", "Userlike chat_session callback"));
const ConversationEnded = once(() => callback("conversation", "Userlike conversation callback"));

/** Captured bodies of add-ons that send no `_type` (seen twice). */
const noType = once(() => ({
  _type: known(z.optional(z.never()), "seen", "Callback type", "Missing in the two published bodies."),
  _event: known(z.optional(text()), "inferred", "Event", "Missing in the two published bodies."),
}));

const UntypedWithTranscript = once(() =>
  described(
    z.looseObject({ ...noType(), ...conversationFields(), id: conversationId() }).check(
      z.refine((body) => Array.isArray(body.transcript) || Array.isArray(body.messages), {
        path: ["transcript"],
        error: "a list of messages",
      }),
    ),
    {
      title: "Userlike conversation without _type",
      anyOf: [
        { required: ["transcript"], properties: { transcript: { type: "array" } } },
        { required: ["messages"], properties: { messages: { type: "array" } } },
      ],
    },
  ),
);

export const UntypedPart = once(() =>
  described(
    z.looseObject({
      ...noType(),
      ...conversationFields(),
      id: z.optional(conversationId()),
      contact: known(Contact(), "seen", "Contact", "Who writes to the operators."),
      accepts_messages: known(truth(), "seen", "Accepts messages", "A boolean."),
    }),
    { title: "Userlike part of a conversation without _type" },
  ),
);

const Operator = once(() =>
  described(
    z.looseObject({
      ...named("operator"),
      ...OperatorInBrief().shape,
      username: known(optionalText(), "inferred", "User name", "As in 2014."),
      locale: known(optionalText(), "inferred", "Locale", "As in 2014."),
      timezone: known(optionalText(), "inferred", "Time zone", "As in 2014: an IANA name."),
      is_active: known(z.nullish(truth()), "inferred", "Is active", "As in 2014."),
    }),
    { title: "Userlike operator callback" },
  ),
);

const ContactCallback = once(() =>
  described(
    z.looseObject({
      ...named("contact"),
      ...contactFields(),
      contact: known(z.nullish(Contact()), "inferred", "Contact", "Whether it is nested is not known."),
    }),
    { title: "Userlike contact callback" },
  ),
);

const UmWidget = once(() =>
  openShape(
    described(z.looseObject({ ...named("um_widget") }), {
      title: "Userlike um_widget callback",
    }),
  ),
);

const OtherType = once(() =>
  openShape(z.looseObject({ _type: z.enum([...CURRENT_PAIRS.keys()]), _event: text() })),
);

const SHAPES = new Map<string, () => Schema>([
  ["chat_session", ChatSession],
  ["conversation", ConversationEnded],
  ["operator", Operator],
  ["contact", ContactCallback],
  ["um_widget", UmWidget],
]);

/** All shapes of the format, for the published JSON Schema. */
export const UserlikeBody = once(() =>
  described(
    z.union([
      ChatSession(),
      ConversationEnded(),
      Operator(),
      ContactCallback(),
      UmWidget(),
      UntypedWithTranscript(),
      UntypedPart(),
    ]),
    {
      title: "Userlike API add-on callback",
      description: "Any of the 18 documented callbacks, or a captured body of an add-on without _type.",
    },
  ),
);

/** The one shape that a body claims to be: by its `_type`, else by the members that the published bodies have. */
export function shapeOf(document: JsonObject): Schema {
  const type = member(document, "_type");
  if (typeof type === "string") {
    const near = SHAPES.get(type) ?? SHAPES.get(nearestName(type, SHAPES.keys()) ?? "");
    return (near ?? OtherType)();
  }
  if (type === undefined) {
    if (hasMessageList(document)) return UntypedWithTranscript();
    if (isPart(document)) return UntypedPart();
  }
  return ChatSession();
}

export function hasMessageList(document: JsonObject): boolean {
  return isArray(member(document, "transcript")) || isArray(member(document, "messages"));
}

/** The published body of the Lime CRM add-on, cut before its id and transcript, looks like this (seen). */
export function isPart(document: JsonObject): boolean {
  return isObject(member(document, "contact")) && member(document, "accepts_messages") !== undefined;
}
