import { nearestName } from "../diagnostics/nearest.ts";
import type { Conversation } from "../model/conversation.ts";
import { parseUrlTemplate, renderUrl } from "../template/url.ts";

/** What `--url-template` may name. */
const NAMES = [
  "conversation.id",
  "conversation.origin.format",
  "conversation.origin.account",
  "conversation.origin.id",
  "conversation.visitor.id",
  "conversation.visitor.email",
];

/**
 * The function behind `--url-template`.
 *
 * @returns For a conversation its URL, or undefined where a value of the template is missing in it.
 * @throws {TemplateError} For a template that cannot be used.
 */
export function urlFromTemplate(template: string): (conversation: Conversation) => string | undefined {
  const parsed = parseUrlTemplate(template, (path) => {
    const name = path.join(".");
    if (NAMES.includes(name)) return true;
    const nearest = nearestName(name, NAMES) ?? NAMES.find((known) => known.endsWith(`.${path.at(-1)}`));
    return nearest === undefined ? {} : { nearest };
  });
  return (conversation) => {
    const result = renderUrl(parsed, (path) => textAt({ conversation }, path));
    return "url" in result ? result.url : undefined;
  };
}

function textAt(root: unknown, path: readonly (string | number)[]): string | undefined {
  let at = root;
  for (const part of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<string | number, unknown>)[part];
  }
  return typeof at === "string" ? at : undefined;
}
