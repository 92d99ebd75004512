import { parseTemplate, type Segment, TemplateError } from "./parse.ts";

/** A URL in which values stand in the path, the query or the fragment, never before them. */
export interface UrlTemplate {
  readonly segments: readonly Segment[];
}

/** Everything that decides where a URL leads must be literal: scheme, user, host and port. */
const LITERAL_START = /^https?:\/\/[^/?#\\@\s]+[/?#]/i;

/**
 * @param isKnown  Says whether a variable exists, and which one was meant where it does not.
 * @throws {TemplateError} For an unknown variable, or one in the scheme, user, host or port.
 */
export function parseUrlTemplate(
  template: string,
  isKnown: (path: readonly (string | number)[]) => true | { readonly nearest?: string },
): UrlTemplate {
  const segments = parseTemplate(template);
  const first = segments[0];
  const start = first?.kind === "text" ? LITERAL_START.exec(first.text) : null;
  const isWhole =
    segments.length === 1 && first?.kind === "text" && /^https?:\/\/[^/?#\\@\s]+$/i.test(first.text);
  if (start === null && !isWhole) {
    throw new TemplateError(
      "a URL starts with http:// or https:// and a literal host, then a /",
      template,
      0,
    );
  }
  for (const segment of segments) {
    if (segment.kind === "text") continue;
    const known = isKnown(segment.path);
    if (known === true) continue;
    const hint = known.nearest === undefined ? "" : `; did you mean $${known.nearest}?`;
    throw new TemplateError(`there is no variable $${segment.name}${hint}`, template, segment.offset);
  }
  const literal = segments.map((segment) => (segment.kind === "text" ? segment.text : "x")).join("");
  if (!URL.canParse(literal)) throw new TemplateError("this is no URL", template, 0);
  return { segments };
}

/**
 * The URL with every value percent-encoded, so that no value can add a segment, a parameter or a host.
 *
 * @returns The URL, or the name of the value that is missing or cannot stand there (empty, "." or "..").
 */
export function renderUrl(
  template: UrlTemplate,
  lookUp: (path: readonly (string | number)[]) => string | undefined,
): { readonly url: string } | { readonly missing: string } {
  let url = "";
  for (const segment of template.segments) {
    if (segment.kind === "text") {
      url += segment.text;
      continue;
    }
    const value = lookUp(segment.path) ?? segment.fallback;
    if (value === undefined || value === "" || value === "." || value === "..") {
      return { missing: segment.name };
    }
    url += encodeURIComponent(value).replace(
      /[!'()*]/g,
      (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  }
  return { url };
}
