import { nearestName } from "../../../diagnostics/nearest.ts";
import { type JsonObject, member } from "../../../json/value.ts";
import {
  anyTime,
  described,
  once,
  openObject,
  optionalText,
  optionalWholeNumber,
  type Schema,
  truth,
  wholeNumber,
  z,
} from "../../wire.ts";
import { LegacyMessage, OperatorInBrief } from "../common-schema.ts";
import { known, openShape } from "../known.ts";
import { pairFields } from "../pair-fields.ts";
import { LEGACY_PAIRS } from "../pairs.ts";

/**
 * The callbacks of 2014. Twelve real bodies are published, so most facts are seen; that a member which was never
 * null may be null or missing is inferred throughout. See fixtures/userlike-legacy/NOTES.md.
 */

const named = pairFields(LEGACY_PAIRS, "seen");

const text = (title: string, note = "A text.") => known(optionalText(), "seen", title, note);
const flag = (title: string, note = "A boolean.") => known(z.nullish(truth()), "seen", title, note);
const count = (title: string) => known(optionalWholeNumber(), "seen", title, "A number.");
const unset = (title: string) =>
  known(z.optional(z.unknown()), "seen", title, "Only null was seen; what it is when set is not known.");

const ZONELESS_TIME = "YYYY-MM-DD HH:MM:SS without a zone.";

const idAndName = (title: string, note: string) =>
  known(z.nullish(z.looseObject({ id: count("Number"), name: text("Name") })), "seen", title, note);

/** Members that a chat and an offline message have in common. */
const common = once(() => ({
  id: known(wholeNumber(), "seen", "Id", "A number; chats and offline messages count apart (inferred)."),
  status: text("Status", "Only new was seen."),
  created_at: known(anyTime(), "seen", "Start", ZONELESS_TIME),
  client_name: text("Contact's name"),
  client_email: text("Contact's e-mail address"),
  topic: text("Topic", "Null or a text."),
  chat_widget: idAndName("Widget", "The widget that the contact wrote in."),
  custom: known(z.nullish(openObject()), "seen", "Custom data", "The website's own data; any depth."),
  browser_name: text("Browser"),
  browser_os: text("Operating system"),
  browser_version: text("Browser version", "A text, such as 8."),
  loc_city: text("City", "Null or a text."),
  loc_country: text("Country", "Null or a name in English."),
  loc_lat: known(z.nullish(z.number()), "seen", "Latitude", "Degrees."),
  loc_lon: known(z.nullish(z.number()), "seen", "Longitude", "Degrees."),
  page_impressions: count("Page impressions"),
  visits: count("Visits"),
  url: text("Page", "Where the contact was when writing."),
  marked_read: flag("Is marked as read"),
  data_privacy: flag("Data privacy", "A boolean; null in offline messages."),
}));

const additional = once(() =>
  (["01", "02", "03"] as const).flatMap((number) => [
    [`client_additional${number}_name`, unset(`Name of additional field ${number}`)] as const,
    [`client_additional${number}_value`, unset(`Value of additional field ${number}`)] as const,
  ]),
);

const Note = once(() =>
  z.looseObject({
    body: known(optionalText(), "third-party", "Text", "In the old REST API."),
    operator_id: known(optionalWholeNumber(), "third-party", "Operator id", "In the old REST API."),
    name: known(optionalText(), "third-party", "Name of the writer", "In the old REST API."),
    sent_at: known(optionalText(), "third-party", "Time of the note", "In the old REST API."),
  }),
);

const ChatMeta = once(() =>
  described(
    z
      .looseObject({
        ...named("chat_meta"),
        ...common(),
        ended_at: known(z.nullish(anyTime()), "seen", "End", `${ZONELESS_TIME} Null while the chat runs.`),
        duration: text("Duration", "HH:MM:SS from created_at to ended_at; runs on while the chat is open."),
        client_uuid: text("Contact's id", "A text that may contain full stops, plus signs and slashes."),
        ...Object.fromEntries(additional()),
        messages: known(
          z.nullish(z.array(LegacyMessage())),
          "seen",
          "Messages",
          "The messages so far, in order.",
        ),
        messages_and_events: known(
          z.nullish(z.array(LegacyMessage())),
          "third-party",
          "Messages and events",
          "In the old REST API; read where there are no messages.",
        ),
        notes: known(
          z.nullish(z.array(Note())),
          "seen",
          "Notes",
          "The operators' own; only an empty list was seen.",
        ),
        organization: known(
          z.nullish(z.looseObject({ id: count("Number"), name: text("Name") })),
          "third-party",
          "Organization",
          "In the old REST API.",
        ),
        operator_created: known(
          z.nullish(OperatorInBrief()),
          "seen",
          "First operator",
          "Whose chat it was at the start; another than operator_current after a forward.",
        ),
        operator_created_id: count("Id of the first operator"),
        operator_current: known(
          z.nullish(OperatorInBrief()),
          "seen",
          "Present operator",
          "Whose chat it is now.",
        ),
        operator_current_id: count("Id of the present operator"),
        chat_widget_goal: idAndName("Goal", "An object whose members are null when no goal was reached."),
        rate: known(z.nullish(z.number()), "seen", "Rating", "Null or a number; 5 was seen."),
        post_survey_option: text("Answer to the survey", "Null or a text, such as Very Satisfied."),
        feedback_message: text("Feedback", "Null or the contact's words."),
        referrer: text("Referrer", "Only null was seen; a text when set is inferred."),
        inital_url: text("First page", "Where the visit began; the misspelling is Userlike's."),
        was_proactive: flag("Was proactive", "Whether the widget addressed the contact by itself."),
      })
      .check(
        z.refine((body) => Array.isArray(body.messages) || Array.isArray(body.messages_and_events), {
          path: ["messages"],
          error: "a list of messages",
        }),
      ),
    {
      title: "Userlike chat_meta callback",
      anyOf: [
        { required: ["messages"], properties: { messages: { type: "array" } } },
        { required: ["messages_and_events"], properties: { messages_and_events: { type: "array" } } },
      ],
    },
  ),
);

const OfflineMessage = once(() =>
  described(
    z.looseObject({
      ...named("offline_message"),
      ...common(),
      message: known(z.string(), "seen", "Text", "The one message of the contact."),
      has_screenshot: known(z.nullish(truth()), "third-party", "Has a screenshot", "In the old REST API."),
      screenshot_oid: unset("Screenshot id"),
      screenshot_url: unset("Screenshot link"),
    }),
    { title: "Userlike offline_message callback" },
  ),
);

const Operator = once(() =>
  described(
    z.looseObject({
      ...named("operator"),
      ...OperatorInBrief().shape,
      username: text("User name"),
      jid: text("Jabber id"),
      role: text("Role", "A letter; a was seen."),
      role_name: text("Name of the role", "Admin was seen."),
      is_active: flag("Is active"),
      lang: text("Language"),
      locale: text("Locale"),
      timezone: text("Time zone", "An IANA name."),
      dashboard_url: text("Link to the operator's settings"),
      url_image: text("Portrait", "A link without a scheme."),
      operator_group_id: count("Id of the operator group"),
    }),
    { title: "Userlike operator callback of 2014" },
  ),
);

const ChatWidget = once(() =>
  openShape(
    described(z.looseObject({ ...named("chat_widget") }), {
      title: "Userlike chat_widget callback",
      description:
        "157 flat members were seen, all of them settings of the widget; they are not listed here.",
    }),
  ),
);

const OtherType = once(() =>
  openShape(z.looseObject({ _type: z.enum([...LEGACY_PAIRS.keys()]), _event: z.string() })),
);

const SHAPES = new Map<string, () => Schema>([
  ["chat_meta", ChatMeta],
  ["offline_message", OfflineMessage],
  ["operator", Operator],
  ["chat_widget", ChatWidget],
]);

/** All shapes of the format, for the published JSON Schema. */
export const UserlikeLegacyBody = once(() =>
  described(z.union([ChatMeta(), OfflineMessage(), Operator(), ChatWidget()]), {
    title: "Userlike callback of 2014",
    description: "Any of the callbacks that Userlike's API add-on sent in 2014.",
  }),
);

/** The one shape that a body claims to be by its `_type`, or by the type that it almost spells. */
export function shapeOf(document: JsonObject): Schema {
  const type = member(document, "_type");
  if (typeof type !== "string") return ChatMeta();
  const near = SHAPES.get(type) ?? SHAPES.get(nearestName(type, SHAPES.keys()) ?? "");
  return (near ?? OtherType)();
}
