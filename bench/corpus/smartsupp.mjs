import { agent, agentText, ipAddress, moment, page, person, userAgent, visitorText } from "./people.mjs";

/** @typedef {import("./random.mjs").Random} Random */

const ACCOUNTS = [208, 4711, 881987];
const CLOSING_DELAY_MS = 30_000;

/**
 * One body of Smartsupp's POST hook, in its current revision. Sizes spread as in real exports: about 4.1 KB on
 * average, 2.4 KB at the 5th and 7.6 KB at the 95th percentile. Only the two documented system codes are used: any
 * other would be a warning for each conversation, and the benchmark would measure the printing of warnings.
 *
 * @param {Random} random
 * @param {number} index
 */
export function smartsuppUnit(random, index) {
  const payload = conversation(random, index);
  const text = JSON.stringify(payload);
  return { records: [random.chance(25) ? likePhp(text) : text], conversations: 1 };
}

/** @param {Random} random @param {number} index */
function conversation(random, index) {
  const visitor = person(random);
  const beginAt = moment(random);
  const { messages, endAt } = exchange(random, visitor, beginAt);
  const written = messages.filter((message) => message.type !== "system");
  return {
    accountId: random.pick(ACCOUNTS),
    beginAt,
    endAt,
    channel: channel(random, 100_000 + index, Math.floor((endAt - beginAt) / 1000), written),
    visitor: visitorObject(random, visitor, index),
    paths: Array.from({ length: random.between(1, 6) }, () => page(random)),
    messages,
  };
}

/**
 * @param {Random} random
 * @param {number} id
 * @param {number} duration Seconds.
 * @param {readonly { type: string, content: string, triggeredBy: string | null }[]} written
 */
function channel(random, id, duration, written) {
  const rated = random.chance(30);
  const response = Math.floor(duration / (written.length + 1));
  return {
    id,
    isChat: written.some((message) => message.type === "agent"),
    isMissed: written.at(-1)?.type === "visitor",
    isTriggered: written.some((message) => message.triggeredBy !== null),
    isOffline: false,
    isCompleted: written.at(-1)?.type === "agent",
    isDropped: random.chance(3),
    duration,
    avgResponse: response,
    firstResponse: response,
    messagesCount: written.length,
    wordsCount: written.reduce((sum, message) => sum + message.content.split(/\s+/).length, 0),
    rating: rated ? random.between(1, 5) : null,
    ratingDesc: rated ? (random.chance(50) ? "" : "Rychlá a milá odpověď") : null,
  };
}

/** @param {Random} random @param {import("./people.mjs").Person} visitor @param {number} index */
function visitorObject(random, visitor, index) {
  return {
    id: 20_000 + index,
    name: visitor.name,
    email: random.chance(80) ? visitor.email : null,
    note: random.chance(20) ? "VIP zákazník" : "",
    group: random.chance(10) ? "b2b" : null,
    ipAddress: ipAddress(random),
    city: visitor.city,
    countryCode: visitor.countryCode,
    country: visitor.country,
    userAgent: userAgent(random),
    platform: random.pick(["MacIntel", "Win32", "Linux x86_64", "iPhone"]),
    referer: random.chance(50) ? "" : "https://search.example.com/?q=obchod",
    variables: {
      chatId: { label: "Chat ID", value: index },
      chatPackage: { label: "Balíček", value: random.pick(["free", "pro"]) },
      userId: { label: "User ID", value: String(random.between(1000, 9999)) },
    },
  };
}

/**
 * @param {Random} random
 * @param {import("./people.mjs").Person} visitor
 * @param {number} beginAt
 */
function exchange(random, visitor, beginAt) {
  const helper = agent(random);
  const visitorKey = `visitor:${random.token(49)}`;
  const agentKey = `agent:${helper.id}`;
  let sentAt = beginAt;
  // The first line has no `name`: the visitor has not given one yet (seen in the documented example).
  const messages = [line({ type: "visitor" }, visitorKey, visitorText(random, visitor), sentAt)];
  if (random.chance(20)) {
    sentAt += random.between(2000, 9000);
    messages.push(
      line({ type: "agent", name: "" }, "system", "Jak vám mohu pomoci?", sentAt, "Po 10 sekundách"),
    );
  }
  sentAt += random.between(1000, CLOSING_DELAY_MS);
  messages.push(line({ type: "system", name: helper.name }, agentKey, "agent.join", sentAt));
  for (let left = messageCount(random); left > 0; left--) {
    sentAt += random.between(900, 90_000);
    messages.push(
      random.chance(52)
        ? line({ type: "agent", name: helper.name }, agentKey, agentText(random), sentAt)
        : line({ type: "visitor", name: visitor.name }, visitorKey, visitorText(random, visitor), sentAt),
    );
  }
  sentAt += random.between(1000, CLOSING_DELAY_MS);
  messages.push(line({ type: "system", name: visitor.name }, "system", "close.visitorClose", sentAt));
  return { messages, endAt: sentAt };
}

/** Few messages in most conversations, many in some. @param {Random} random */
function messageCount(random) {
  const tail = random.below(1000) * random.below(1000) * random.below(1000);
  return random.between(3, 7) + Math.floor(tail / 22_000_000);
}

/**
 * @param {{ type: string, name?: string }} who
 * @param {string} from
 * @param {string} content
 * @param {number} sentAt
 * @param {string | null} triggeredBy
 */
function line(who, from, content, sentAt, triggeredBy = null) {
  return { ...who, from, content, sentAt, triggeredBy };
}

/** The spelling of PHP's `json_encode`: `\/`, and `\uXXXX` for everything beyond ASCII. @param {string} text */
function likePhp(text) {
  return text
    .replaceAll("/", "\\/")
    .replace(/[\u007f-\uffff]/g, (unit) =>
      unit === "\u007f" ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
}
