import { parseJson } from "../json/parse.ts";
import { pointerOf } from "../json/pointer.ts";
import { stringifyJson } from "../json/stringify.ts";
import { isArray, isNumeric, isObject, type Json, type JsonObject, typeName } from "../json/value.ts";
import type { Conversation } from "./conversation.ts";
import { parseTime } from "./time.ts";

/**
 * The neutral conversation as JSON text and back, exactly: numbers keep their digits, instants their fractions, texts
 * every code unit. The text says what it is and in which version: `{"chatx":"conversation","version":1,
 * "conversation":{…}}`, with the members of `Conversation` under their own names.
 */
const CONVERSATION_JSON_VERSION = 1;

/** What is wrong with a text that should be a conversation, in one clause without a full stop. */
export type ConversationFromJson =
  | { readonly ok: true; readonly conversation: Conversation }
  | { readonly ok: false; readonly problem: string };

/** One line of JSON text without a line feed; the same conversation gives the same text. */
export function conversationToJson(conversation: Conversation): string {
  return stringifyJson(conversationDocument(conversation));
}

/** The same as plain data. */
export function conversationDocument(conversation: Conversation): JsonObject {
  return {
    chatx: "conversation",
    version: CONVERSATION_JSON_VERSION,
    conversation: conversation as unknown as JsonObject,
  };
}

/** Reads what `conversationToJson` wrote; every member is checked, one that the model does not know is a problem. */
export function conversationFromJson(text: string): ConversationFromJson {
  const parsed = parseJson(text);
  if (!parsed.ok) return { ok: false, problem: `it is no JSON (${parsed.problem.code})` };
  if (parsed.duplicateKeys.length > 0) return { ok: false, problem: "a key comes twice in it" };
  const { value } = parsed;
  if (!isObject(value) || value.chatx !== "conversation") {
    return { ok: false, problem: 'it has no member "chatx" that says "conversation"' };
  }
  if (value.version !== CONVERSATION_JSON_VERSION) {
    return { ok: false, problem: `it is not of version ${CONVERSATION_JSON_VERSION}` };
  }
  const problem = DOCUMENT(value, []);
  if (problem !== undefined) return { ok: false, problem };
  return { ok: true, conversation: value.conversation as unknown as Conversation };
}

type Path = readonly (string | number)[];

/** Gives what is wrong with a value, or undefined. */
type Check = (value: Json, path: Path) => string | undefined;

function wrong(path: Path, wanted: string, found: Json): string {
  return `${pointerOf(path)} should be ${wanted} and is ${typeName(found)}`;
}

const text: Check = (value, path) => (typeof value === "string" ? undefined : wrong(path, "text", value));
const flag: Check = (value, path) => (typeof value === "boolean" ? undefined : wrong(path, "boolean", value));
const numeric: Check = (value, path) => (isNumeric(value) ? undefined : wrong(path, "a number", value));
const anyObject: Check = (value, path) => (isObject(value) ? undefined : wrong(path, "an object", value));

const instant: Check = (value, path) => {
  const time = typeof value === "string" ? parseTime(value) : undefined;
  // Only the one spelling that the model uses: two texts are equal exactly when the moments are.
  return time?.kind === "instant" && time.instant === value ? undefined : wrong(path, "an instant", value);
};

const SENDERS = new Set<Json>(["visitor", "agent", "bot", "system"]);
const sender: Check = (value, path) =>
  SENDERS.has(value) ? undefined : `${pointerOf(path)} should be one of ${[...SENDERS].join(", ")}`;

function listOf(check: Check): Check {
  return (value, path) => {
    if (!isArray(value)) return wrong(path, "a list", value);
    for (const [index, item] of value.entries()) {
      const problem = check(item, [...path, index]);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

/** An object with these members and no others; the names in `required` must be there. */
function objectOf(members: Readonly<Record<string, Check>>, required: readonly string[] = []): Check {
  const checks = new Map(Object.entries(members));
  return (value, path) => {
    if (!isObject(value)) return wrong(path, "an object", value);
    const missing = required.find((name) => !Object.hasOwn(value, name));
    if (missing !== undefined) return `${pointerOf([...path, missing])} is missing`;
    for (const name of Object.keys(value)) {
      const check = checks.get(name);
      if (check === undefined) return `${pointerOf([...path, name])} is a member that chatx does not know`;
      const problem = check(value[name]!, [...path, name]);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

const AGENT = objectOf({ id: text, name: text, email: text });

const MESSAGE = objectOf(
  {
    id: text,
    sender,
    text,
    sentAt: instant,
    author: AGENT,
    trigger: text,
    attachments: listOf(objectOf({ name: text, mediaType: text, url: text, bytes: numeric })),
  },
  ["id", "sender", "text", "sentAt"],
);

const VISITOR = objectOf({
  ...{ id: text, name: text, email: text, phone: text, note: text, group: text, ipAddress: text, city: text },
  ...{ countryCode: text, country: text, locale: text, userAgent: text, platform: text, referrer: text },
  variables: anyObject,
});

const FLAGS = { chat: flag, missed: flag, triggered: flag, offline: flag, completed: flag, dropped: flag };

const METRICS = {
  ...{ durationSeconds: numeric, averageResponseSeconds: numeric, firstResponseSeconds: numeric },
  ...{ messages: numeric, words: numeric },
};

const CONVERSATION = objectOf(
  {
    id: text,
    origin: objectOf({ format: text, account: text, id: text }, ["format"]),
    ...{ url: text, status: text, startedAt: instant, endedAt: instant },
    visitor: VISITOR,
    agents: listOf(AGENT),
    rating: objectOf({ score: numeric, text }),
    flags: objectOf(FLAGS),
    metrics: objectOf(METRICS),
    pages: listOf(objectOf({ url: text, title: text })),
    topics: listOf(text),
    custom: anyObject,
    messages: listOf(MESSAGE),
  },
  ["id", "origin", "messages"],
);

const DOCUMENT = objectOf(
  {
    chatx: text,
    version: numeric,
    conversation: CONVERSATION,
  },
  ["conversation"],
);
