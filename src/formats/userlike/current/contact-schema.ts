import {
  described,
  isoInstant,
  once,
  openObject,
  optionalText,
  optionalWholeNumber,
  truth,
  wholeNumber,
  z,
} from "../../wire.ts";
import { known } from "../known.ts";

/**
 * The contact of a conversation. The first 29 members of a real body of 2024 are published, in alphabetical order,
 * cut after `position` (seen); what follows comes from the browser API's types (inferred).
 */

const text = (title: string, note = "Null in the published body; a text when set is inferred.") =>
  known(optionalText(), "seen", title, note);

const flag = (title: string) => known(z.nullish(truth()), "seen", title, "A boolean.");

const time = (title: string) =>
  known(z.nullish(isoInstant()), "seen", title, "ISO 8601 with milliseconds and Z.");

const unset = (title: string) =>
  known(
    z.optional(z.unknown()),
    "seen",
    title,
    "Null in the published body; what it is when set is not known.",
  );

const coordinate = (title: string) => known(z.nullish(z.number()), "seen", title, "Degrees.");

const later = (title: string) =>
  known(
    optionalText(),
    "inferred",
    title,
    "From the browser API's types; past the published part of the body.",
  );

export const contactFields = once(() => ({
  city: text("City"),
  company: text("Company"),
  contact_by_email: flag("May be contacted by e-mail"),
  contact_by_phone: flag("May be contacted by phone"),
  contact_by_userlike_channels: flag("May be contacted by other channels"),
  contact_by_userlike_messenger: flag("May be contacted in the messenger"),
  country: text("Country", "Null in the published body; whether a name or a code when set is not known."),
  created_at: time("Time the contact was made"),
  custom_field_data: known(
    z.nullish(openObject()),
    "seen",
    "Custom fields",
    "The customer's own fields of a contact; empty in the published body.",
  ),
  email: text(
    "E-mail address",
    "Null in the one published body, a text in the other (documented as an example).",
  ),
  email_verified: flag("E-mail address is verified"),
  external_customer_id: known(
    z.nullish(z.union([z.string(), wholeNumber()])),
    "seen",
    "Customer id in another system",
    "Null in the published body; a text when set is inferred.",
  ),
  first_message_sent_at: time("Time of the contact's first message"),
  gender: text("Gender", "Null in the published body; the browser API documents m, f and d."),
  id: known(optionalWholeNumber(), "seen", "Contact id", "A number."),
  imports: known(
    z.nullish(z.array(z.unknown())),
    "seen",
    "Imports",
    "Empty in the published body; items unknown.",
  ),
  instagram_username: text("Instagram name"),
  is_blocked: flag("Is blocked"),
  is_mobile_number_verified: flag("Mobile number is verified"),
  last_import_date: unset("Time of the last import"),
  last_import_relevant_update: unset("Last update that matters to imports"),
  last_message_sent_at: time("Time of the contact's last message"),
  loc_lat: coordinate("Latitude"),
  loc_lon: coordinate("Longitude"),
  locale: text("Locale", "Such as en_US."),
  mobile_number: text("Mobile number"),
  name: text("Name", "Null in the one published body, a text in the other (documented as an example)."),
  phone_number: text("Phone number"),
  position: text("Position"),
  postal_code: later("Postal code"),
  salutation: known(
    optionalText(),
    "inferred",
    "Salutation",
    "From the browser API's types: mr, ms, pr or prof; past the published part of the body.",
  ),
  street: later("Street"),
}));

export const Contact = once(() => described(z.looseObject(contactFields()), { title: "Contact" }));
