import {
  anyTime,
  described,
  once,
  optionalText,
  optionalWholeNumber,
  text,
  wholeNumber,
  z,
} from "../wire.ts";
import { known } from "./known.ts";

/** Shapes of 2014 that are also read where they turn up in a body of today. */

export const ZONELESS = "YYYY-MM-DD HH:MM:SS without a zone in 2014, ISO 8601 with Z today.";

const Group = once(() =>
  z.looseObject({
    id: known(optionalWholeNumber(), "seen", "Group id", "Number of the operator group."),
    name: known(optionalText(), "seen", "Group name", "As the customer calls it."),
  }),
);

const operatorText = (title: string, text: string) => known(optionalText(), "seen", title, text);

/** An operator as a conversation names him or her. */
export const OperatorInBrief = once(() =>
  z.looseObject({
    id: known(
      z.nullish(z.union([wholeNumber(), text()])),
      "seen",
      "Operator id",
      "A number; that a text is taken too is inferred.",
    ),
    name: operatorText("Name", "First and last name together."),
    first_name: operatorText("First name", "First name of the operator."),
    last_name: operatorText("Last name", "May be an empty text."),
    email: operatorText("E-mail address", "Address of the operator."),
    operator_group: known(z.nullish(Group()), "seen", "Operator group", "The group that the operator is in."),
  }),
);

const restText = (title: string, text: string) => known(optionalText(), "third-party", title, text);

/** One message of a `messages` or `messages_and_events` list, in the callbacks' or the old REST API's spelling. */
export const LegacyMessage = once(() =>
  described(
    z
      .looseObject({
        id: known(
          z.nullish(z.union([text(), wholeNumber()])),
          "inferred",
          "Message id",
          "Read where it turns up.",
        ),
        message: known(optionalText(), "seen", "Text", "Text of the message, in callbacks."),
        body: restText("Text", "Text of the message, in the old REST API."),
        person: known(
          optionalText(),
          "seen",
          "Name of the writer",
          "In callbacks; equals client_name for the contact.",
        ),
        name: restText("Name of the writer", "In the old REST API."),
        display_name: restText("Shown name of the writer", "In the old REST API."),
        operator_name: known(
          optionalText(),
          "inferred",
          "Operator name",
          "As in today's transcript: empty for the contact.",
        ),
        operator_id: known(
          z.nullish(z.union([wholeNumber(), text()])),
          "third-party",
          "Operator id",
          "In the old REST API.",
        ),
        sent_at: known(z.nullish(anyTime()), "seen", "Time of the message", ZONELESS),
        sent_at_time: known(
          z.optional(z.unknown()),
          "third-party",
          "Clock time",
          "In the old REST API; its form is not known.",
        ),
        created_at: known(
          z.nullish(anyTime()),
          "inferred",
          "Time of the message",
          "Read where it stands in place of sent_at.",
        ),
        type: known(
          optionalText(),
          "seen",
          "Direction",
          "Only co (contact to operator) was ever seen; oc (operator to contact) is inferred.",
        ),
        event: known(
          optionalText(),
          "third-party",
          "Event",
          "Name of what happened, in messages_and_events of the old REST API.",
        ),
      })
      .check(
        z.refine((item) => [item.message, item.body, item.event].some((text) => text !== undefined), {
          path: ["message"],
          error: "a text; the old REST API calls it body",
        }),
      ),
    {
      title: "Message",
      anyOf: [{ required: ["message"] }, { required: ["body"] }, { required: ["event"] }],
    },
  ),
);
