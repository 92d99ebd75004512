import { urlOf } from "../json/url.ts";
import { fill, type RenderContext, rendered } from "./fill.ts";
import { requireHexPair } from "./form-body.ts";
import { HoledText } from "./holed-text.ts";
import { type Part, partsBetween } from "./holes.ts";
import type { Names } from "./names.ts";
import { ValueRefused } from "./place.ts";
import type { Place, Rendered } from "./types.ts";

/** A URL in which values stand in segments of the path and values of the query, never before them. */
export interface UrlTemplate {
  /** Scheme, host and port, as written. */
  readonly origin: string;
  /** What stands between the slashes of the path; none where the URL ends with its origin. */
  readonly segments: readonly (readonly Part[])[];
  /** From the `?` on (or the `#`). */
  readonly tail: readonly Part[];
  /** What the rendered URL must agree with, as the URL standard reads it. */
  readonly expected: { readonly origin: string; readonly segmentCount: number };
}

export interface UrlRules {
  /** Whether a fragment may be there: yes for a link that is shown, no for a request, which never sends it. */
  readonly hasFragment: boolean;
}

const AUTHORITY = /^https?:\/\/([^/?#\\]*)/i;

/**
 * Checks a URL template.
 *
 * @throws {TemplateError} For a name that does not exist, a variable outside of path segments and query values, user
 * names, dot segments, and what is no http or https URL.
 */
export function compileUrl(template: string, names: Names, rules: UrlRules): UrlTemplate {
  const holed = new HoledText(template);
  const { text } = holed;
  const origin = literalOrigin(holed);
  const queryAt = indexOrEnd(text, /[?#]/, origin.length);
  const fragmentAt = indexOrEnd(text, /#/, origin.length);
  if (fragmentAt < text.length && !rules.hasFragment)
    throw holed.errorAt("a fragment is never sent", fragmentAt);
  refuseUnencoded(holed, origin.length);
  const places = placesInUrl(holed, queryAt, fragmentAt);
  const ranges = segmentRanges(text, origin.length, queryAt);
  for (const { start, end } of ranges) {
    if (holed.holeIn(start, end) === undefined && isDots(text.slice(start, end))) {
      throw holed.errorAt("a path holds no dot segments; write it as it is to be sent", start);
    }
  }
  const expected = urlOf(text);
  if (expected === undefined) throw holed.errorAt("this is no URL", 0);
  return {
    origin,
    segments: ranges.map(({ start, end }) => partsBetween(holed, start, end, places, names)),
    tail: partsBetween(holed, queryAt, text.length, places, names),
    expected: { origin: expected.origin, segmentCount: expected.pathname.split("/").length },
  };
}

/** Everything that decides where a URL leads is literal: scheme, user, host and port. */
function literalOrigin(holed: HoledText): string {
  const match = AUTHORITY.exec(holed.text);
  const hole = holed.holeIn(0, match?.[0].length ?? holed.text.length);
  if (hole !== undefined && (match === null || hole < match[0].length)) {
    throw holed.errorAt(
      "scheme, host and port of a URL are literal; a variable can stand in its path or query",
      hole,
    );
  }
  if (match === null || match[1] === "") {
    throw holed.errorAt("a URL starts with http:// or https:// and a literal host", 0);
  }
  const at = match[0].indexOf("@");
  if (at >= 0) throw holed.errorAt("a URL holds no user and password; send them in a header", at);
  return match[0];
}

function indexOrEnd(text: string, pattern: RegExp, from: number): number {
  const at = text.slice(from).search(pattern);
  return at < 0 ? text.length : from + at;
}

/** A URL parser drops line breaks and tabs, and takes `\` for a slash: neither can be meant. */
function refuseUnencoded(holed: HoledText, from: number): void {
  for (let at = from; at < holed.text.length; at++) {
    const unit = holed.text.charCodeAt(at);
    if (unit <= 0x20 || unit === 0x5c || (unit >= 0x7f && unit <= 0x9f)) {
      throw holed.errorAt(
        "a URL holds neither white space nor controls nor backslashes; write them as %XX",
        at,
      );
    }
    if (unit === 0x25) requireHexPair(holed, at);
  }
}

function placesInUrl(holed: HoledText, queryAt: number, fragmentAt: number): Map<number, Place> {
  const places = new Map<number, Place>();
  let isValue = false;
  for (let at = 0; at < holed.text.length; at++) {
    const unit = holed.text[at];
    if (!holed.holes.has(at)) {
      if (unit === "&") isValue = false;
      else if (unit === "=" && at > queryAt) isValue = true;
    } else if (at < queryAt) places.set(at, "url-segment");
    else if (at > fragmentAt) places.set(at, "url-fragment");
    else if (isValue) places.set(at, "url-query");
    else throw holed.errorAt("a variable cannot be part of a parameter's name", at);
  }
  return places;
}

function segmentRanges(text: string, pathAt: number, queryAt: number): { start: number; end: number }[] {
  const ranges: { start: number; end: number }[] = [];
  let start = pathAt + 1;
  if (start > queryAt) return ranges;
  for (;;) {
    const slash = text.indexOf("/", start);
    if (slash < 0 || slash >= queryAt) break;
    ranges.push({ start, end: slash });
    start = slash + 1;
  }
  ranges.push({ start, end: queryAt });
  return ranges;
}

/** What the URL standard takes for a single or double dot, encoded ones too. */
function isDots(segment: string): boolean {
  return /^(?:\.|%2e){1,2}$/i.test(segment);
}

/** The URL for one record. */
export function renderUrl(template: UrlTemplate, context: RenderContext): Rendered<string> {
  return rendered(() => urlText(template, context));
}

/**
 * The URL, read again with the URL standard and compared: same origin, same number of segments, each segment the value
 * that was put in.
 *
 * @throws {ValueRefused}
 */
export function urlText(template: UrlTemplate, context: RenderContext): string {
  const known = literals.get(template);
  if (known !== undefined) return known;
  const url = filledUrl(template, context);
  const isLiteral = [...template.segments.flat(), ...template.tail].every((part) => typeof part === "string");
  if (isLiteral) literals.set(template, url);
  return url;
}

/** The URLs of templates without variables: comparing one takes longer than the rest of a rendering. */
const literals = new WeakMap<UrlTemplate, string>();

function filledUrl(template: UrlTemplate, context: RenderContext): string {
  const { origin, segments, tail, expected } = template;
  const texts = segments.map((parts) => segmentText(parts, context));
  const path = texts.map((text) => `/${text}`).join("");
  const url = origin + path + joined(tail, context);
  const read = new URL(url);
  const readSegments = read.pathname.split("/");
  const isSame =
    read.origin === expected.origin &&
    read.username === "" &&
    read.password === "" &&
    readSegments.length === expected.segmentCount &&
    segments.every((parts, index) => !hasHole(parts) || isSameText(readSegments[index + 1]!, texts[index]!));
  if (isSame) return url;
  throw new ValueRefused("not-allowed", nameIn(template), "the values would change where the URL leads");
}

function segmentText(parts: readonly Part[], context: RenderContext): string {
  const text = joined(parts, context);
  const hole = parts.find((part) => typeof part !== "string");
  if (typeof hole !== "object" || !isDots(text)) return text;
  throw new ValueRefused(
    "not-allowed",
    hole.name,
    `the value of $${hole.name} makes a dot segment, which no path can hold`,
  );
}

function joined(parts: readonly Part[], context: RenderContext): string {
  return parts.map((part) => (typeof part === "string" ? part : fill(part, context))).join("");
}

function hasHole(parts: readonly Part[]): boolean {
  return parts.some((part) => typeof part !== "string");
}

/** The reader writes literal text that is not ASCII as %XX; what both decode to is the same. */
function isSameText(read: string, written: string): boolean {
  return read === written || decoded(read) === decoded(written);
}

/** A literal `%FF` is no UTF-8 and stays as it is. */
function decoded(segment: string): string {
  return segment.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}

function nameIn({ segments, tail }: UrlTemplate): string {
  const hole = [...segments.flat(), ...tail].find((part) => typeof part !== "string");
  return typeof hole === "object" ? hole.name : "url";
}
