import { isoInstant, once, openObject, optionalText, optionalWholeNumber, truth, z } from "../../wire.ts";
import { known } from "../known.ts";

/**
 * The objects of REST API v2 as they come inside events. Members were seen in live data as a third party
 * transcribed it; enumerations are those of the vendor's own SDK. Nothing but ids and content is asked for.
 */

const seenText = (title: string, text: string) => known(optionalText(), "seen", title, text);
const seenTime = (title: string, text: string) => known(z.nullish(isoInstant()), "seen", title, text);
const seenFlag = (title: string, text: string) => known(z.nullish(truth()), "seen", title, text);
const seenIds = (title: string, text: string) => known(z.nullish(z.array(z.string())), "seen", title, text);
const seenCount = (title: string, text: string) => known(optionalWholeNumber(), "seen", title, text);
const sdkText = (title: string, text: string) => known(optionalText(), "documented", title, text);

const ConversationChannel = once(() =>
  z.looseObject({
    type: seenText("Channel type", "default, facebook_messenger, chat; open vocabulary."),
    id: seenText("Channel id", "Null for the default channel."),
  }),
);

const Location = once(() =>
  z.looseObject({
    ip: seenText("IP address", "Of the visitor."),
    code: seenText("Country code", "Two letters."),
    country: seenText("Country", "By name."),
    city: seenText("City", "By name."),
  }),
);

const LastMessage = once(() =>
  z.looseObject({
    text: seenText("Text", "Of the last message."),
    created_at: seenTime("Time", "Of the last message."),
  }),
);

export const Conversation = once(() =>
  z.looseObject({
    id: known(z.string(), "seen", "Conversation id", "Begins co."),
    ext_id: seenText("External id", "Given by the customer."),
    status: known(optionalText(), "third-party", "Status", "open, served, pending or closed."),
    unread: seenFlag("Unread", "By the agents."),
    created_at: seenTime("Start", "ISO 8601."),
    updated_at: seenTime("Last change", "Tells which of two events is the newer."),
    finished_at: seenTime("End", "Null while it is open."),
    channel: known(z.nullish(ConversationChannel()), "seen", "Channel", "Where it takes place."),
    contact_id: seenText("Contact id", "Begins ct."),
    visitor_id: seenText("Visitor id", "Begins vi."),
    agent_ids: seenIds("Agent ids", "Agents who take part."),
    assigned_ids: seenIds("Assigned agents", "Agents it is assigned to."),
    group_id: seenText("Group id", "Null for none."),
    rating_value: seenCount("Rating", "Null without one."),
    rating_text: seenText("Rating comment", "Null without one."),
    domain: seenText("Domain", "Of the customer's site."),
    referer: seenText("Referrer", "Spelt with one r."),
    is_offline: seenFlag("Is offline", "Nobody was there."),
    is_served: seenFlag("Is served", "An agent took it."),
    variables: known(
      z.nullish(openObject()),
      "seen",
      "Variables",
      "What the customer's site attached; flat.",
    ),
    location: known(z.nullish(Location()), "seen", "Location", "Of the visitor."),
    last_message: known(z.nullish(LastMessage()), "seen", "Last message", "A copy of its text and time."),
    tags: known(z.optional(z.unknown()), "seen", "Tags", "A list or an object with a list."),
  }),
);

const Content = once(() =>
  z.looseObject({
    type: known(
      z.string(),
      "documented",
      "Content type",
      "text, upload or rate_form; for events agent_join, agent_leave, agent_assign, agent_unassign or chat_close.",
    ),
    text: sdkText("Text", "Null where there is none."),
    data: known(z.optional(z.unknown()), "documented", "Data", "Depends on the type."),
  }),
);

/** Camel case in the vendor's SDK; that REST v2 spells it in snake case, like all else, is inferred. */
const Attachment = once(() =>
  z.looseObject({
    type: sdkText("Kind", "image or file."),
    file_name: known(optionalText(), "inferred", "File name", "fileName in the SDK."),
    file_type: known(optionalText(), "inferred", "Media type", "fileType in the SDK."),
    expire_at: known(optionalText(), "inferred", "Expiry of the link", "expireAt in the SDK."),
    fileName: sdkText("File name", "As the SDK spells it."),
    fileType: sdkText("Media type", "As the SDK spells it."),
    expireAt: sdkText("Expiry of the link", "As the SDK spells it."),
    url: sdkText("Link", "It expires."),
    size: known(z.nullish(z.number()), "documented", "Size", "In bytes."),
    width: known(z.nullish(z.number()), "documented", "Width", "Of an image, in pixels."),
    height: known(z.nullish(z.number()), "documented", "Height", "Of an image, in pixels."),
  }),
);

export const EventMessage = once(() =>
  z.looseObject({
    id: seenText("Message id", "Begins ms."),
    ext_id: seenText("External id", "Given by the channel."),
    created_at: seenTime("Time of the message", "ISO 8601."),
    updated_at: seenTime("Last change", "Tells which of two events is the newer."),
    type: sdkText("Message type", "message or event."),
    sub_type: sdkText("Sender", "contact, agent, trigger, system; bot was seen too."),
    conversation_id: seenText("Conversation id", "Begins co."),
    visitor_id: seenText("Visitor id", "Begins vi."),
    agent_id: seenText("Agent id", "Null when no agent wrote."),
    trigger_id: seenText("Trigger id", "Null without a trigger."),
    trigger_name: seenText("Trigger name", "Null without a trigger."),
    content: known(
      z.union([z.string(), Content(), z.null()]),
      "third-party",
      "Content",
      "An object in the SDK, a plain text in a third party's notes on webhooks.",
    ),
    is_reply: seenFlag("Is a reply", "To the other side."),
    is_first_reply: seenFlag("Is the first reply", "To the other side."),
    is_offline: seenFlag("Is offline", "Written while nobody was there."),
    is_offline_reply: seenFlag("Is an offline reply", "Answers an offline message."),
    response_time: seenCount("Response time", "Whole seconds."),
    attachments: known(z.nullish(z.array(Attachment())), "seen", "Attachments", "Files; empty for none."),
    page_url: seenText("Page", "Where the visitor was."),
    delivery_status: seenText("Delivery status", "Open vocabulary."),
    delivered_at: seenTime("Time of delivery", "Null until then."),
  }),
);

export const Contact = once(() =>
  z.looseObject({
    id: seenText("Contact id", "Begins ct."),
    created_at: seenTime("Creation", "ISO 8601."),
    updated_at: seenTime("Last change", "ISO 8601."),
    email: seenText("E-mail address", "Of the contact."),
    name: seenText("Name", "Of the contact."),
    phone: seenText("Phone number", "Of the contact."),
    properties: known(z.nullish(openObject()), "seen", "Properties", "The customer's own."),
    note: seenText("Note", "The agents' note."),
    banned_at: seenTime("Time of the ban", "Null without one."),
    banned_by: seenText("Banned by", "Null without one."),
    tags: known(z.optional(z.unknown()), "seen", "Tags", "A list or an object with a list."),
    gdpr_approved: seenFlag("Consent", "As the contact gave it."),
  }),
);
