import { interleave } from "./interleave.mjs";
import { agent, moment, page, person, visitorText } from "./people.mjs";

/** @typedef {import("./random.mjs").Random} Random */

const SESSIONS_OF_UNIT = 3;

/**
 * Callbacks of 2014: three chats (`chat_meta` start, sometimes rating, receive), one offline message, and now and
 * then an operator event, which is no conversation and is skipped by a conversion.
 *
 * @param {Random} random
 * @param {number} index
 */
export function userlikeLegacyUnit(random, index) {
  const streams = Array.from({ length: SESSIONS_OF_UNIT }, (_, member) =>
    chatCallbacks(random, index * SESSIONS_OF_UNIT + member),
  );
  streams.push([offlineMessage(random, index)]);
  if (random.chance(20)) streams.push([operatorEvent(random)]);
  return { records: interleave(random, streams), conversations: SESSIONS_OF_UNIT + 1 };
}

/** @param {Random} random @param {number} index */
function chatCallbacks(random, index) {
  const facts = {
    index,
    visitor: person(random),
    operator: operator(random),
    startedAt: Math.floor(moment(random) / 1000),
    url: page(random).url,
    uuid: `${random.token(12)}.L${random.token(20)}+F/${random.token(30)}`,
    visits: random.between(1, 30),
    rate: random.between(1, 5),
  };
  /** @type {{ message: string, person: string, sent_at: string, type: string }[]} */
  const messages = [];
  let seconds = 3;
  const say = () => {
    messages.push({
      message: visitorText(random, facts.visitor),
      person: facts.visitor.name,
      sent_at: wallTime(facts.startedAt + seconds),
      type: "co",
    });
    seconds += random.between(2, 90);
  };
  say();
  const records = [chatMeta(facts, "start", messages, seconds)];
  for (let left = random.between(0, 5); left > 0; left--) say();
  if (random.chance(30)) records.push(chatMeta(facts, "rating", messages, seconds));
  records.push(chatMeta(facts, "receive", messages, seconds));
  return records;
}

/**
 * @param {{ index: number, visitor: import("./people.mjs").Person, operator: ReturnType<typeof operator>,
 *   startedAt: number, url: string, uuid: string, visits: number, rate: number }} facts
 * @param {string} event
 * @param {readonly object[]} messages
 * @param {number} seconds
 */
function chatMeta(facts, event, messages, seconds) {
  const ended = event === "receive";
  return JSON.stringify({
    _event: event,
    _type: "chat_meta",
    browser_name: "Safari",
    browser_os: "Mac OS X",
    browser_version: "8",
    chat_widget: { id: 9, name: "Testwidget" },
    chat_widget_goal: { id: null, name: null },
    client_additional01_name: null,
    client_additional01_value: null,
    client_additional02_name: null,
    client_additional02_value: null,
    client_additional03_name: null,
    client_additional03_value: null,
    client_email: facts.visitor.email,
    client_name: facts.visitor.name,
    client_uuid: facts.uuid,
    created_at: wallTime(facts.startedAt),
    custom: { basket: { item01: { desc: "Kamera", price: 139.99 } }, ref: "newsletter" },
    data_privacy: false,
    duration: clockTime(seconds),
    ended_at: ended ? wallTime(facts.startedAt + seconds) : null,
    feedback_message: null,
    id: 500_000 + facts.index,
    inital_url: "https://shop.example.com/",
    loc_city: null,
    loc_country: null,
    loc_lat: null,
    loc_lon: null,
    marked_read: false,
    messages,
    notes: [],
    operator_created: facts.operator,
    operator_created_id: facts.operator.id,
    operator_current: facts.operator,
    operator_current_id: facts.operator.id,
    page_impressions: 2,
    post_survey_option: null,
    rate: event === "start" ? null : facts.rate,
    referrer: null,
    status: "new",
    topic: null,
    url: facts.url,
    visits: facts.visits,
    was_proactive: false,
  });
}

/** @param {Random} random @param {number} index */
function offlineMessage(random, index) {
  const visitor = person(random);
  return JSON.stringify({
    _event: "receive",
    _type: "offline_message",
    browser_name: "Chrome",
    browser_os: "Windows",
    browser_version: "32",
    chat_widget: { id: 2, name: "Website" },
    client_email: visitor.email,
    client_name: visitor.name,
    created_at: wallTime(Math.floor(moment(random) / 1000)),
    custom: {},
    data_privacy: null,
    id: 900_000_000 + index,
    loc_city: visitor.city,
    loc_country: visitor.country,
    loc_lat: 50.9333000183105,
    loc_lon: 6.94999980926514,
    marked_read: true,
    message: visitorText(random, visitor),
    page_impressions: random.between(1, 9),
    screenshot_oid: null,
    screenshot_url: null,
    status: "new",
    topic: "Support",
    url: page(random).url,
    visits: 1,
  });
}

/** @param {Random} random */
function operatorEvent(random) {
  const { id, name, first_name, last_name, email, operator_group } = operator(random);
  return JSON.stringify({
    _event: random.pick(["online", "offline", "away", "back"]),
    _type: "operator",
    dashboard_url: "https://chat.example.com/dashboard",
    email,
    first_name,
    id,
    is_active: true,
    jid: `operator${id}@chat.example.com`,
    lang: "de",
    last_name,
    locale: "de_DE",
    name,
    operator_group,
    operator_group_id: operator_group.id,
    role: "a",
    role_name: "Admin",
    timezone: "Europe/Berlin",
    url_image: "//chat.example.com/operator.png",
    username: `operator${id}`,
  });
}

/** @param {Random} random */
function operator(random) {
  const { id, name } = agent(random);
  const [first = "", last = ""] = name.split(" ");
  return {
    email: `operator${id}@example.com`,
    first_name: first,
    id,
    last_name: last,
    name,
    operator_group: { id: 14, name: "Kundendienst" },
  };
}

/** The zone-less form of the legacy body. @param {number} epochSeconds */
function wallTime(epochSeconds) {
  return new Date(epochSeconds * 1000).toISOString().slice(0, 19).replace("T", " ");
}

/** @param {number} seconds Less than a day. */
function clockTime(seconds) {
  return new Date(seconds * 1000).toISOString().slice(11, 19);
}
