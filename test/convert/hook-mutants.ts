export type Random = () => number;

const below = (random: Random, limit: number) => Math.floor(random() * limit);
export const pick = <T>(random: Random, items: readonly T[]): T => items[below(random, items.length)]!;

/** A short body of one of the revisions, with texts and numbers of all kinds that are plainly valid. */
function body(random: Random, id: number): string {
  const isOld = random() < 0.3;
  const text = () =>
    pick(random, ["", "Hello", "Dobrý den", 'a/b \\ "c"', "line\nline\ttab", "🙂 ok", "\u007f\u2028"]);
  const maybe = (value: unknown) => (random() < 0.3 ? null : value);
  let sentAt = 1714558800000 + below(random, 2) * 120 + below(random, 1e9);
  const beginAt = sentAt;
  const froms = isOld
    ? { visitor: ["k7Qz2m", "visitor"], agent: [12, null, "bot:1", "x"], system: [null, 12] }
    : {
        visitor: ["visitor:k7", "k"],
        agent: ["agent:12", "system", "bot", "systems"],
        system: ["system", "agent:1"],
      };
  const messages = Array.from({ length: 1 + below(random, 4) }, (_, index) => {
    const type = index === 0 ? "visitor" : pick(random, ["visitor", "agent", "agent", "system"] as const);
    sentAt += below(random, 5) * 250;
    return {
      type,
      ...(random() < 0.3 ? {} : { name: maybe(text()) }),
      ...(random() < 0.1 ? {} : { from: pick(random, froms[type]) }),
      content: type === "system" ? pick(random, ["agent.join", "close.visitorClose"]) : text(),
      sentAt,
      ...(random() < 0.1 ? {} : { triggeredBy: random() < 0.8 ? null : text() }),
      ...(isOld && random() < 0.5 ? { email: null } : {}),
    };
  });
  const visitor = {
    id: maybe(8812),
    name: maybe(text()),
    ...(random() < 0.2 ? {} : { email: null, note: text() }),
    ...(isOld ? { groupKey: maybe("b2b") } : { group: maybe("b2b") }),
    ...(random() < 0.2 ? {} : { city: "Uppsala", countryCode: "SE", userAgent: "X (Y)", referer: "" }),
    ...(random() < 0.2 ? {} : { variables: pick(random, VARIABLES) }),
  };
  const channel = {
    id,
    ...Object.fromEntries(
      ["isChat", "isMissed", "isTriggered", "isOffline", "isCompleted", "isDropped"].map((key) => [
        key,
        random() < 0.5,
      ]),
    ),
    ...{ duration: 638, avgResponse: maybe(5), firstResponse: maybe(0), messagesCount: 6, wordsCount: 30 },
    ...{ rating: maybe(4), ratingDesc: maybe(text()) },
  };
  const paths = Array.from({ length: below(random, 3) }, () => ({
    url: "https://example.com/",
    title: text(),
  }));
  const json = JSON.stringify({
    accountId: pick(random, [0, 4711, 123456789012345]),
    beginAt,
    endAt: sentAt,
    channel,
    visitor: random() < 0.05 ? {} : visitor,
    paths: random() < 0.05 ? [{}] : paths,
    messages,
  });
  // As PHP spells it, where nothing but text is beyond ASCII.
  return random() < 0.7
    ? json
    : json.replaceAll("/", "\\/").replace(/[^\0-\x7f]/g, (unit) => `\\u${hex(unit)}`);
}

const VARIABLES = [
  null,
  {},
  { orderId: { label: "Order", value: 30077 }, plan: { label: "Plan", value: "é" } },
  { a: 1, b: "x", c: null },
];

const hex = (unit: string) => unit.charCodeAt(0).toString(16).padStart(4, "0");

const NUMBERS = [
  "0",
  "01",
  "-1",
  "-0",
  "1e3",
  "1.5",
  "1.0",
  "99999999999999",
  "999999999999999",
  "9999999999999999",
];
const TIMES = [
  "253402300799999",
  "253402300800000",
  "1714558800000",
  "1714558800100",
  "1714558800010",
  "951782400000",
];
const ESCAPES = [
  ...[
    "\\u00e9",
    "\\u00E9",
    "\\ud83d\\ude42",
    "\\uD83D\\uDE42",
    "\\ud83d",
    "\\ude42",
    "\\ud83d\\u0041",
    "\\ud83d\\n",
  ],
  ...[
    "\\/",
    "\\n",
    "\\r",
    "\\t",
    "\\b",
    "\\f",
    '\\"',
    "\\\\",
    "\\x",
    "\\",
    "\\u12",
    "\\u00g0",
    "\\U0041",
    "\\u",
  ],
  ...[
    "\\u0000",
    "\\u0008",
    "\\u000b",
    "\\u001F",
    "\\u0022",
    "\\u005c",
    "\\u002f",
    "\\u007f",
    "\\u2028",
    "\\u0061",
  ],
  ...["\t", "\x00", "\x1f", "\x7f", "\u2028", "é", "€", "🙂", "\ufeff", " ", '"'],
];
const VALUES = [
  "null",
  "true",
  "false",
  "0",
  '""',
  '"x"',
  "{}",
  "[]",
  "[null]",
  '"system"',
  '"bot:1"',
  '"visitor"',
  '"agent"',
];
/** Bytes that are no UTF-8, or only part of some. */
const RAW = [
  "\xff",
  "\xc0\x80",
  "\xed\xa0\x80",
  "\xf4\x90\x80\x80",
  "\xc3",
  "\xa9",
  "\xf0\x9f\x99",
  "\xc3\xa9",
  "\xe2\x82\xac",
];

const IN_STRING = /"(?:[^"\\]|\\.)*"/g;
const NUMBER = /(?<=[:[])\d+/g;
const MEMBER = /"\w+":(?:"(?:[^"\\]|\\.)*"|\d+|null|true|false)/g;
const TIME = /(?<="(?:beginAt|endAt|sentAt)":)\d+/g;

/** Replaces one of the places that a pattern fits. */
function replaceOne(
  line: string,
  pattern: RegExp,
  random: Random,
  change: (found: string) => string,
): string {
  const matches = [...line.matchAll(pattern)];
  if (matches.length === 0) return line;
  const match = pick(random, matches);
  return line.slice(0, match.index) + change(match[0]) + line.slice(match.index + match[0].length);
}

/** Text is a byte a character here, so that a mutation can break UTF-8. */
const mutations: readonly ((line: string, random: Random) => string)[] = [
  (line, random) => insertAt(line, below(random, line.length), 1, String.fromCharCode(below(random, 128))),
  (line, random) =>
    insertAt(line, below(random, line.length), 1, String.fromCharCode(128 + below(random, 128))),
  (line, random) => insertAt(line, below(random, line.length), below(random, 3), pick(random, RAW)),
  (line, random) => insertAt(line, below(random, line.length), 1, ""),
  (line, random) =>
    insertAt(line, below(random, line.length), 0, pick(random, [" ", "\n", ",", "}", '"', "{", "]"])),
  (line, random) => line.slice(0, below(random, line.length)),
  (line, random) => replaceOne(line, NUMBER, random, () => pick(random, NUMBERS)),
  (line, random) => replaceOne(line, TIME, random, () => pick(random, TIMES)),
  (line, random) =>
    replaceOne(line, TIME, random, (time) =>
      String(Number(time) + pick(random, [-1e9, -500, -1, 1, 500, 86_400_000])),
    ),
  plantEscape,
  plantEscape,
  (line, random) =>
    replaceOne(line, MEMBER, random, (member) => `${member.split(":")[0]}:${pick(random, VALUES)}`),
  (line, random) => replaceOne(line, MEMBER, random, (member) => `${member},${member}`),
  (line, random) =>
    replaceOne(line, MEMBER, random, (member) => `"${pick(random, ["x", "id", "name", "é"])}":1,${member}`),
  (line, random) =>
    replaceOne(
      line,
      /"\w+":/g,
      random,
      (key) => `"${pick(random, ["name", "from", "email", "group"])}${key.slice(-2)}`,
    ),
  (line, random) =>
    replaceOne(line, new RegExp(`(${MEMBER.source}),(${MEMBER.source})`, "g"), random, swapped),
  (line, random) => replaceOne(line, /(?:,"\w+":(?:null|"[^"]*"))/g, random, () => ""),
  (line, random) =>
    replaceOne(line, /agent\.join|close\.visitorClose/g, random, () =>
      pick(random, ["agent.leave", "", "agent.join "]),
    ),
  (line, random) =>
    replaceOne(line, /(?<="type":")\w+/g, random, () =>
      pick(random, ["visitor", "agent", "system", "bot", ""]),
    ),
  (line, random) => replaceOne(line, /\{"type":.*?\}/g, random, (message) => `${message},${message}`),
  (line) => line,
];

function insertAt(line: string, at: number, length: number, text: string): string {
  return line.slice(0, at) + text + line.slice(at + length);
}

function swapped(members: string): string {
  const [first, second] = [...members.matchAll(MEMBER)].map(([member]) => member);
  return `${second},${first}`;
}

function plantEscape(line: string, random: Random): string {
  return replaceOne(line, IN_STRING, random, (text) => {
    const planted = Buffer.from(pick(random, ESCAPES), "utf8").toString("latin1");
    return insertAt(text, 1 + below(random, text.length - 1), 0, planted);
  });
}

const LINES = 260;
/** Enough for all names of fields to have come once, so that most of the others need not go the plain way for that. */
const WARM_UP_LINES = 20;

/** Hook bodies, most of them changed in one place, as JSON Lines or as a list. Bytes are characters here. */
export function mutants(random: Random, batch: number): string {
  const lines = Array.from({ length: LINES }, (_, index) => {
    const line = Buffer.from(body(random, batch * LINES + index), "utf8").toString("latin1");
    return index < WARM_UP_LINES ? line : pick(random, mutations)(line, random);
  });
  const isList = random() < 0.25;
  return isList ? `[${lines.join(pick(random, [",", ",\n"]))}]` : lines.join("\n");
}
