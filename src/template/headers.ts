import { fill, type RenderContext, rendered } from "./fill.ts";
import { HoledText } from "./holed-text.ts";
import { type Part, partsOf } from "./holes.ts";
import type { Names } from "./names.ts";
import { TemplateError } from "./parse.ts";
import { ValueRefused } from "./place.ts";
import type { Place, Rendered } from "./types.ts";

export interface HeaderTemplate {
  /** As written; a template never takes it from a value. */
  readonly name: string;
  readonly parts: readonly Part[];
}

/** RFC 9110, token. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** They say where a message ends or what becomes of its connection: the transport writes them, nobody else. */
const FRAMING = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Whether a header, in whatever case, is the transport's to write. */
export function isFraming(name: string): boolean {
  return FRAMING.has(name.toLowerCase());
}

/**
 * Checks header templates (`Name: value` as text, or name and value).
 *
 * @returns In the order given.
 * @throws {TemplateError} For a name that is no token, frames the message or comes twice, a value that no header can
 * hold, and a variable in a name or in Content-Type.
 */
export function compileHeaders(
  headers: readonly (string | readonly [name: string, value: string])[],
  names: Names,
): HeaderTemplate[] {
  const seen = new Set<string>();
  return headers.map((header) => {
    const [name, value] = typeof header === "string" ? splitHeader(header) : header;
    checkName(name, seen);
    return { name, parts: compileValue(name, value, names) };
  });
}

function splitHeader(header: string): readonly [string, string] {
  const colon = header.indexOf(":");
  if (colon >= 0) return [header.slice(0, colon).trim(), header.slice(colon + 1)];
  throw new TemplateError('a header is written "Name: value"', header, 0, "the header");
}

function checkName(name: string, seen: Set<string>): void {
  const fail = (problem: string, offset = 0) => {
    throw new TemplateError(problem, name, offset, "a header's name");
  };
  const dollar = name.indexOf("$");
  if (dollar >= 0) fail("a variable cannot be part of a header's name", dollar);
  if (!NAME.test(name))
    fail("this is no header name (letters, digits and !#%&'*+.^_`|~-)", name.search(NOT_NAME));
  const lower = name.toLowerCase();
  if (isFraming(name))
    fail(`${name} frames the message or belongs to the connection; chatx writes it itself`);
  if (seen.has(lower)) fail(`${name} comes twice; write one header with both values`);
  seen.add(lower);
}

const NOT_NAME = /[^!#$%&'*+.^_`|~0-9A-Za-z-]|^$/;
export const NOT_VALUE = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u0100-\uffff]/;

function compileValue(name: string, rawValue: string, names: Names): Part[] {
  const value = rawValue.replace(/^[ \t]+|[ \t]+$/g, "");
  try {
    const holed = new HoledText(value);
    const bad = holed.text.search(NOT_VALUE);
    if (bad >= 0) throw holed.errorAt("a header holds neither controls nor characters beyond Latin-1", bad);
    const first = holed.holeIn(0, holed.text.length);
    if (first !== undefined && name.toLowerCase() === "content-type") {
      throw holed.errorAt("a content type is literal: it decides how values are placed", first);
    }
    return partsOf(holed, placesInHeader(name, holed), names);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw error.in(`header ${name}`);
  }
}

function placesInHeader(name: string, holed: HoledText): Map<number, Place> {
  const isCookie = name.toLowerCase() === "cookie";
  const places = new Map<number, Place>();
  let isQuoted = false;
  for (let at = 0; at < holed.text.length; at++) {
    if (holed.holes.has(at)) {
      places.set(at, isCookie ? "cookie-value" : isQuoted ? "header-quoted" : "header-value");
    } else if (holed.text[at] === '"') isQuoted = !isQuoted;
    else if (isQuoted && holed.text[at] === "\\" && !holed.holes.has(at + 1)) at++;
  }
  return places;
}

/** The headers for one record, in order. */
export function renderHeaders(
  templates: readonly HeaderTemplate[],
  context: RenderContext,
): Rendered<[name: string, value: string][]> {
  return rendered(() => headerLines(templates, context));
}

/** @throws {ValueRefused} */
export function headerLines(
  templates: readonly HeaderTemplate[],
  context: RenderContext,
): [name: string, value: string][] {
  return templates.map(({ name, parts }) => [name, headerValue(name, parts, context)]);
}

function headerValue(header: string, parts: readonly Part[], context: RenderContext): string {
  const texts = parts.map((part) => (typeof part === "string" ? part : fill(part, context)));
  const value = texts.join("");
  if (value.trim() === value || !/^[ \t]|[ \t]$/.test(value)) return value;
  // The receiver strips blanks at both ends, so the value would not arrive as it is.
  const hole = parts.find((part) => typeof part !== "string");
  const name = typeof hole === "object" ? hole.name : header;
  throw new ValueRefused(
    "not-allowed",
    name,
    `header ${header} would begin or end with a blank, which is lost on the way`,
  );
}
