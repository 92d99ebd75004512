import { interleave } from "./interleave.mjs";
import { agent, agentText, moment, person, visitorText } from "./people.mjs";

/** @typedef {import("./random.mjs").Random} Random */

const SESSIONS_OF_UNIT = 4;

/**
 * Callbacks of a few Userlike sessions, mixed as they arrive. Each session is several snapshots of one growing
 * transcript: start, a callback for each message, end. Fields are those known of the current body, in its
 * alphabetical order.
 *
 * @param {Random} random
 * @param {number} index
 */
export function userlikeUnit(random, index) {
  const streams = Array.from({ length: SESSIONS_OF_UNIT }, (_, member) =>
    sessionSnapshots(random, index * SESSIONS_OF_UNIT + member),
  );
  return { records: interleave(random, streams), conversations: SESSIONS_OF_UNIT };
}

/** @param {Random} random @param {number} index */
function sessionSnapshots(random, index) {
  const visitor = person(random);
  const operator = agent(random).name;
  const startedAt = moment(random);
  const contactFacts = { id: 7_000_000 + index, visitor, startedAt, blocked: random.chance(1) };
  /** @type {{ body: string, operator_name: string }[]} */
  const transcript = [{ body: visitorText(random, visitor), operator_name: "" }];
  let lastAt = startedAt + random.between(1000, 20_000);
  const snapshot = (/** @type {string} */ event) =>
    JSON.stringify({
      _event: event,
      _type: "chat_session",
      accepts_messages: event !== "end",
      addon_urls: {},
      channel_custom_contact_identifier: null,
      channel_custom_conversation_identifier: null,
      contact: contact(contactFacts, lastAt),
      custom: { basket: { items: index % 7, total: (index % 500) + 0.5 }, plan: "pro" },
      id: 1_000_000 + index,
      topics: event === "end" ? [{ text: "Rückgabe" }] : [],
      transcript,
    });
  const records = [snapshot("start")];
  for (let left = random.between(2, 6); left > 0; left--) {
    lastAt += random.between(1000, 60_000);
    const byOperator = random.chance(50);
    const body = byOperator ? agentText(random) : visitorText(random, visitor);
    transcript.push({ body, operator_name: byOperator ? operator : "" });
    records.push(snapshot(byOperator ? "message_sent" : "message_received"));
  }
  records.push(snapshot("end"));
  return records;
}

/**
 * @param {{ id: number, visitor: import("./people.mjs").Person, startedAt: number, blocked: boolean }} facts
 * @param {number} lastAt
 */
function contact({ id, visitor, startedAt, blocked }, lastAt) {
  return {
    city: visitor.city,
    company: null,
    contact_by_email: true,
    contact_by_phone: false,
    contact_by_userlike_channels: true,
    contact_by_userlike_messenger: true,
    country: visitor.country,
    created_at: new Date(startedAt).toISOString(),
    custom_field_data: {},
    email: visitor.email,
    email_verified: false,
    external_customer_id: null,
    first_message_sent_at: new Date(startedAt + 500).toISOString(),
    gender: null,
    id,
    imports: [],
    instagram_username: null,
    is_blocked: blocked,
    is_mobile_number_verified: false,
    last_import_date: null,
    last_import_relevant_update: null,
    last_message_sent_at: new Date(lastAt).toISOString(),
    loc_lat: 50.9375,
    loc_lon: 6.9603,
    locale: visitor.locale,
    mobile_number: null,
    name: visitor.name,
    phone_number: null,
    position: null,
  };
}
