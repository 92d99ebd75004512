import type { DiagnosticCode } from "../../diagnostics/diagnostic.ts";
import type { Finding } from "../../diagnostics/finding.ts";

const LIBRARY = "let a JSON library of the server's language write the answer, in place of joining texts";
const FIELDS =
  "a conversation has id, lastMessageAt and messages; a message has id, role, content and createdAt; url may be left out";
const TIME = "write times in ISO 8601 with a zone, such as 2026-03-02T09:05:00Z";

/**
 * What to do about faults of the format, said to whoever runs an endpoint: the catalogue speaks to whoever holds a
 * captured file.
 */
const HINTS = new Map<DiagnosticCode, string>([
  ["json/syntax", LIBRARY],
  ["json/trailing-comma", LIBRARY],
  ["json/bad-escape", LIBRARY],
  ["json/control-character", LIBRARY],
  ["json/lone-surrogate", "cut texts between characters, not in the middle of an emoji"],
  ["json/too-deep", "no part of Ferndesk's document is nested so deep; see where the data come from"],
  ["json/unexpected-end", "the answer stops too early: look for a crash in the server's log at this time"],
  ["json/byte-order-mark", "take the marks out of the files that the answer is joined from"],
  ["json/invalid-utf8", "write the answer in UTF-8; the data may come from a database in another charset"],
  ["json/duplicate-key", "write every key once"],
  [
    "json/duplicate-list",
    "write the key once, with all conversations in one list: Ferndesk may well see the last one alone",
  ],
  ["format/not-an-object", FIELDS],
  ["schema/missing-field", FIELDS],
  ["schema/wrong-value", FIELDS],
  ["schema/wrong-type", "ids and texts are strings in quotes, numbers too; messages is a list"],
  ["schema/unknown-field", "Ferndesk has no such field; leave it out"],
  ["meaning/duplicate-id", "give every conversation, and every message in it, an id of its own"],
  ["meaning/last-message-at", "take the createdAt of the last message"],
  ["meaning/times-not-ascending", "order messages from the oldest to the newest"],
  ["meaning/no-messages", "leave conversations without messages out"],
]);

/** The finding with the hint that fits an endpoint; a misspelt name keeps the one that names the right spelling. */
export function withEndpointHint(finding: Finding): Finding {
  if (finding.hint?.startsWith("did you mean")) return finding;
  const hint = valueHint(finding) ?? HINTS.get(finding.code);
  return hint === undefined ? finding : { ...finding, hint };
}

/** Of a value that is wrong, what the field wants. */
function valueHint({ code, pointer }: Finding): string | undefined {
  if (code !== "schema/wrong-value" && code !== "schema/wrong-type") return undefined;
  if (pointer.endsWith("/role")) return 'write "user" for the visitor and "agent" for your side';
  return /At$/.test(pointer) ? TIME : undefined;
}
