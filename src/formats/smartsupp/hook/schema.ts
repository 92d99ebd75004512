import {
  described,
  epochMilliseconds,
  once,
  openObject,
  optionalText,
  optionalWholeNumber,
  text,
  truth,
  wholeNumber,
  z,
} from "../../wire.ts";
import { known } from "../known.ts";

/**
 * The body of the POST hook, one conversation. All that is known of it is the vendor's single example of 2015 in
 * five published revisions and a table of `channel`; see fixtures/smartsupp/NOTES.md. What the table does not
 * promise (visitor members, durations) may be null here, because missed and offline bodies were never shown.
 */

/** The years 0000 to 9999, said in JSON Schema too: a time in microseconds is outside. */
const time = () =>
  described(epochMilliseconds(), { minimum: -62_167_219_200_000, maximum: 253_402_300_799_999 });

const flag = (title: string, text: string) => known(truth(), "documented", title, text);

const count = (title: string, text: string) =>
  known(z.nullable(wholeNumber()), "documented", title, `${text} That it may be null is inferred.`);

const Channel = once(() =>
  z.looseObject({
    id: known(wholeNumber(), "documented", "Channel id", "The only id of the conversation in the body."),
    isChat: flag("Is a chat", "Visitor and agent both wrote."),
    isMissed: flag("Is missed", "No agent answered the visitor's last message."),
    isTriggered: flag("Is triggered", "The chat has at least one trigger message."),
    isOffline: flag("Is offline", "The visitor sent an offline message."),
    isCompleted: flag(
      "Is completed",
      "The chat was closed and every message answered; by whom is told in two ways, so the flag is opaque.",
    ),
    isDropped: flag("Is dropped", "The chat was dropped; what that means is not explained."),
    duration: count(
      "Duration",
      "Whole seconds; in the example the time from beginAt to endAt, rounded down.",
    ),
    avgResponse: count("Average response", "Whole seconds."),
    firstResponse: count(
      "First response",
      "Whole seconds; in the example from the visitor's first message to the first agent message that no trigger sent.",
    ),
    messagesCount: count(
      "Number of messages",
      "In the example it equals neither the length of messages nor that without system messages.",
    ),
    wordsCount: count("Number of words", "Which messages it counts is not known."),
    rating: known(
      z.nullable(wholeNumber()),
      "documented",
      "Rating",
      "Null when the visitor did not rate; 5 in the example.",
    ),
    ratingDesc: known(
      z.nullable(text()),
      "documented",
      "Rating comment",
      "Null when there is none; the example has an empty text beside a rating.",
    ),
  }),
);

const visitorText = (title: string, text: string) =>
  known(optionalText(), "seen", title, `${text} That it may be null or missing is inferred.`);

const Visitor = once(() =>
  z.looseObject({
    id: known(optionalWholeNumber(), "seen", "Visitor id", "A number, unlike the id in messages[].from."),
    name: visitorText("Name", "As the visitor gave it."),
    email: visitorText("E-mail address", "As the visitor gave it."),
    note: visitorText("Note", "The agents' note on the visitor."),
    group: known(optionalText(), "seen", "Group", "Null in the example; a text when set is inferred."),
    groupKey: known(
      optionalText(),
      "seen",
      "Group, older spelling",
      "The name of group in the revisions before 16 November 2018.",
    ),
    ipAddress: visitorText("IP address", "Of the visitor's browser."),
    city: visitorText("City", "The example holds a country here; it is taken as it comes."),
    countryCode: visitorText("Country code", "Two letters, such as CZ."),
    country: visitorText("Country", "The example holds a city here; it is taken as it comes."),
    userAgent: visitorText("User agent", "Of the visitor's browser."),
    platform: visitorText("Platform", "Of the visitor's browser, such as MacIntel."),
    referer: visitorText("Referrer", "Spelt with one r; an empty text when there is none."),
    variables: known(
      z.nullish(openObject()),
      "seen",
      "Variables",
      "What the customer's site attached: key to {label, value}; values are texts or numbers.",
    ),
  }),
);

const Path = once(() =>
  z.looseObject({
    url: known(optionalText(), "seen", "Address", "Of a page that the visitor saw."),
    title: known(optionalText(), "seen", "Page title", "Of that page."),
  }),
);

const HookMessage = once(() =>
  z.looseObject({
    type: known(
      text(),
      "seen",
      "Message type",
      "visitor, agent or system; an open vocabulary. A trigger's message is an agent's.",
    ),
    name: known(
      optionalText(),
      "seen",
      "Author's name",
      "Missing before the visitor gave one; an empty text for a trigger.",
    ),
    from: known(
      z.optional(z.union([text(), wholeNumber(), z.null()])),
      "documented",
      "Author",
      "visitor:<id>, agent:<id> or system; before 16 November 2018 the bare id, null for trigger and system.",
    ),
    content: known(
      text(),
      "seen",
      "Content",
      "The text; of a system message a dotted code such as agent.join or close.visitorClose.",
    ),
    sentAt: known(time(), "seen", "Time of the message", "Milliseconds since 1970, ascending."),
    triggeredBy: known(optionalText(), "seen", "Trigger", "Name of the trigger that sent the message."),
    email: known(
      optionalText(),
      "seen",
      "Author's e-mail address",
      "Only in revisions up to 15 November 2018, and null there.",
    ),
  }),
);

export const SmartsuppHook = once(() =>
  described(
    z.looseObject({
      accountId: known(wholeNumber(), "documented", "Account id", "Of the customer at Smartsupp."),
      beginAt: known(time(), "documented", "Start", "Milliseconds since 1970."),
      endAt: known(time(), "documented", "End", "Milliseconds since 1970."),
      channel: known(Channel(), "documented", "Channel", "The conversation's own facts."),
      visitor: known(Visitor(), "documented", "Visitor", "Members are known from the example only."),
      paths: known(z.array(Path()), "documented", "Pages", "Pages that the visitor saw."),
      messages: known(z.array(HookMessage()), "documented", "Messages", "In the order they were sent."),
    }),
    {
      title: "Smartsupp POST hook",
      description: "One conversation as Smartsupp's POST hook sends it, in every published revision.",
    },
  ),
);
