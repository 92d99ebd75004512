import { CARRIED, droppedLeaf, LEAF } from "./hook-leaves.ts";
import { type Literal, literal } from "./literal.ts";

/** What a member's value may be, and what is done with it. */
export const FLAG = 0;
export const INTEGER_OR_NULL = 1;
export const TEXT_OR_NULL = 2;
export const ACCOUNT_ID = 3;
export const BEGIN_AT = 4;
export const END_AT = 5;
export const CHANNEL_ID = 6;
export const CHANNEL = 7;
export const VISITOR = 8;
export const VARIABLES = 9;
export const PATHS = 10;
export const MESSAGES = 11;
export const TYPE = 12;
export const FROM = 13;
export const CONTENT = 14;
const SENT_AT = 15;
export const TRIGGERED_BY = 16;
export const SCALAR = 17;

interface Member {
  /** With its quotes and colon. */
  readonly key: Literal;
  readonly value: number;
  /** Where its leaf is counted when it is read. */
  readonly leaf: number;
  readonly isOptional: boolean;
}

/** An object whose members come in this order. */
export interface Shape {
  readonly members: readonly Member[];
  /** Index of the last member that must be there; -1 for none. */
  readonly lastRequired: number;
  /** The leaf that an empty object is. */
  readonly emptyLeaf: number;
}

type Row = readonly [key: string, value: number, leaf: number];

function shape(emptyLeaf: number, rows: readonly Row[], optional: readonly string[]): Shape {
  const members = rows.map(([key, value, leaf]) => {
    return { key: literal(`"${key}":`), value, leaf, isOptional: optional.includes(key) };
  });
  return { members, lastRequired: members.findLastIndex(({ isOptional }) => !isOptional), emptyLeaf };
}

/** Rows whose leaves are dropped. */
function dropped(parent: string, keys: readonly string[], value: number): Row[] {
  return keys.map((key) => [key, value, droppedLeaf(`${parent}${key}`)]);
}

const FLAGS = ["isChat", "isMissed", "isTriggered", "isOffline", "isCompleted", "isDropped"];
const METRICS = ["duration", "avgResponse", "firstResponse", "messagesCount", "wordsCount", "rating"];

export const CHANNEL_SHAPE: Shape = shape(
  CARRIED,
  [
    ["id", CHANNEL_ID, CARRIED],
    ...dropped("channel.", FLAGS, FLAG),
    ...dropped("channel.", METRICS, INTEGER_OR_NULL),
    ...dropped("channel.", ["ratingDesc"], TEXT_OR_NULL),
  ],
  [],
);

/** In the revisions before 16 November 2018 `groupKey` stands for `group`. */
const VISITOR_TEXTS = [
  ...["name", "email", "note", "groupKey", "group", "ipAddress", "city", "countryCode", "country"],
  ...["userAgent", "platform", "referer"],
];

export const VISITOR_SHAPE: Shape = shape(
  LEAF.noVisitor,
  [
    ...dropped("visitor.", ["id"], INTEGER_OR_NULL),
    ...dropped("visitor.", VISITOR_TEXTS, TEXT_OR_NULL),
    ["variables", VARIABLES, LEAF.variables],
  ],
  ["id", ...VISITOR_TEXTS, "variables"],
);

/** One of `variables` as the vendor shows it. Their leaves are counted by `VariableKeys`. */
export const PAIR_SHAPE: Shape = shape(
  CARRIED,
  [
    ["label", SCALAR, CARRIED],
    ["value", SCALAR, CARRIED],
  ],
  [],
);

export const PATH_SHAPE: Shape = shape(LEAF.noPath, dropped("paths[].", ["url", "title"], TEXT_OR_NULL), [
  "url",
  "title",
]);

/** `email` is only there in revisions up to 15 November 2018. */
export const MESSAGE_SHAPE: Shape = shape(
  CARRIED,
  [
    ["type", TYPE, CARRIED],
    ["name", TEXT_OR_NULL, LEAF.name],
    ["from", FROM, LEAF.from],
    ["content", CONTENT, CARRIED],
    ["sentAt", SENT_AT, CARRIED],
    ["triggeredBy", TRIGGERED_BY, LEAF.triggeredBy],
    ["email", TEXT_OR_NULL, LEAF.email],
  ],
  ["name", "from", "triggeredBy", "email"],
);

export const HOOK_SHAPE: Shape = shape(
  CARRIED,
  [
    ["accountId", ACCOUNT_ID, CARRIED],
    ["beginAt", BEGIN_AT, LEAF.beginAt],
    ["endAt", END_AT, LEAF.endAt],
    ["channel", CHANNEL, CARRIED],
    ["visitor", VISITOR, CARRIED],
    ["paths", PATHS, CARRIED],
    ["messages", MESSAGES, CARRIED],
  ],
  [],
);

export const AGENT_TYPE = 1;
export const SYSTEM_TYPE = 2;

/** `type` by its number; a visitor's is 0. */
export const TYPES: readonly Literal[] = ['"visitor"', '"agent"', '"system"'].map((text) => literal(text));

/** Contents of system messages that nobody reports. */
export const SYSTEM_CODES: readonly Literal[] = [literal('"agent.join"'), literal('"close.visitorClose"')];

/** A `from` that makes a robot's message of an agent's without a trigger. */
export const BOT_WORDS: readonly Literal[] = ['"system"', '"system:', '"bot"', '"bot:'].map((text) =>
  literal(text),
);
