import { type NameNode, Names } from "./names.ts";

const VALUE: NameNode = {};
const OPEN: NameNode = { isOpen: true };
const SECRET: NameNode = { isSecret: true };
function values(...names: string[]): [string, NameNode][] {
  return names.map((name) => [name, VALUE]);
}

function group(...members: [string, NameNode][]): NameNode {
  return { members: new Map(members), hasValue: false };
}

/** An object that is a value of its own too: `$conversation.visitor` in a JSON value position. */
function object(...members: [string, NameNode][]): NameNode {
  return { members: new Map(members) };
}

const AGENT = object(...values("id", "name", "email"));
const ATTACHMENT = object(...values("name", "mediaType", "url", "bytes"));

/** The neutral model, member for member; a test compares it with what the formats read. */
const CONVERSATION = object(
  ...values("id", "url", "status", "startedAt", "endedAt"),
  ["origin", object(...values("format", "account", "id"))],
  [
    "visitor",
    object(
      ...values("id", "name", "email", "phone", "note", "group", "ipAddress", "city", "countryCode"),
      ...values("country", "locale", "userAgent", "platform", "referrer"),
      ["variables", OPEN],
    ),
  ],
  ["agents", { items: AGENT }],
  ["rating", object(...values("score", "text"))],
  ["flags", object(...values("chat", "missed", "triggered", "offline", "completed", "dropped"))],
  [
    "metrics",
    object(
      ...values("durationSeconds", "averageResponseSeconds", "firstResponseSeconds", "messages", "words"),
    ),
  ],
  ["pages", { items: object(...values("url", "title")) }],
  ["topics", { items: VALUE }],
  ["custom", OPEN],
  [
    "messages",
    {
      items: object(
        ...values("id", "sender", "text", "sentAt", "trigger"),
        ["author", AGENT],
        ["attachments", { items: ATTACHMENT }],
      ),
    },
  ],
);

const TOKEN_RESPONSE = group(
  ["status", VALUE],
  ["headers", { hasValue: false, other: SECRET }],
  ["body", group(["JSON", { isOpen: true, isSecret: true }])],
);

/** Every root of the dialect that is the same in all templates. jtel's own names are documented by jtel. */
const ROOTS: readonly [string, NameNode][] = [
  ["payload", OPEN],
  ["conversation", CONVERSATION],
  ["record", group(...values("source", "line", "index"))],
  ["tokenResponse", TOKEN_RESPONSE],
  ["idempotencyKey", VALUE],
  ["uuid", VALUE],
  ["dateTime", VALUE],
  ["ClientsID", VALUE],
  ["chatConnector", group(...values("id", "name"))],
  ["pdata", OPEN],
  ["report", group(["encoded", group(["base64", VALUE])], ["bytes", VALUE])],
  ["xmlTemplate", group(["encoded", group(["base64", VALUE])])],
];

export interface KnownNames {
  /** Names given with `--var`. */
  readonly vars?: Iterable<string>;
  /** Names set in the environment; their values are secret. */
  readonly env?: Iterable<string>;
  /** Which headers of a captured request hold secrets, by their names. */
  readonly isSecretHeader?: (name: string) => boolean;
  /**
   * Roots that have no value here, and why, in words that follow the name: `["payload", "has no value in a token
   * request: it is made once for many records"]`.
   */
  readonly unavailable?: ReadonlyMap<string, string>;
  /** Roots of which more is known here than in general: the members of `pdata`. */
  readonly nodes?: ReadonlyMap<string, NameNode>;
}

/** The names of the dialect, for one use of it. */
export function knownNames(options: KnownNames = {}): Names {
  const roots = new Map(ROOTS);
  roots.set("var", { ...group(...values(...(options.vars ?? []))), isOptional: true });
  roots.set("env", { ...group(...values(...(options.env ?? []))), isOptional: true, isSecret: true });
  // Header names are in any case and not known beforehand.
  const headers: NameNode = { hasValue: false, other: VALUE, isSecretOther: options.isSecretHeader };
  roots.set("capture", group(...values("method", "url", "receivedAt"), ["headers", headers]));
  for (const [root, node] of options.nodes ?? []) roots.set(root, node);
  for (const [root, why] of options.unavailable ?? []) roots.set(root, { unavailable: why });
  return new Names(roots);
}
