import { stringifyJson } from "../json/stringify.ts";
import { digitsOf, isArray, isNumeric, isObject, type Json, typeName } from "../json/value.ts";
import { LONE_SURROGATE, NOT_XML } from "./characters.ts";
import type { Place, RenderProblem } from "./types.ts";

/** A value that cannot stand at its place. Becomes data (`RenderProblem`) before it leaves the room. */
export class ValueRefused extends Error {
  readonly problem: RenderProblem;

  constructor(code: RenderProblem["code"], name: string, reason: string) {
    super(reason);
    this.problem = { code, name, reason };
  }
}

/**
 * The text that goes into the template for a value. It can never end the place that it stands in.
 *
 * @param name  For the reason, where the value is refused.
 * @throws {ValueRefused}
 */
export function placed(value: Json, place: Place, name: string): string {
  if (place === "json-value") return jsonValue(value, name);
  const text = plainText(value, name);
  const refuse = (what: string) => {
    throw new ValueRefused("not-allowed", name, `the value of $${name} ${what}`);
  };
  switch (place) {
    case "json-string":
      return JSON.stringify(text).slice(1, -1);
    case "xml-text":
      return xmlText(text, refuse);
    case "xml-attribute":
      return xmlAttribute(text, refuse);
    case "text":
      return text;
    case "form-value":
    case "url-query":
      return percentEncoded(text);
    case "url-segment":
    case "url-fragment":
      // A URL parser takes "." and ".." out of a path, encoded ones too, and an empty segment names nothing.
      if (text === "" || text === "." || text === "..")
        refuse("is empty, a dot or two dots, which no path can hold");
      return percentEncoded(text);
    case "header-value":
    case "header-quoted":
    case "cookie-value":
      return headerText(text, place, refuse);
  }
}

type Refuse = (what: string) => void;

/** Strings, digits and booleans. Nothing else has one obvious spelling as text. */
function plainText(value: Json, name: string): string {
  if (typeof value === "string") {
    refuseLoneSurrogates(value, name);
    return value;
  }
  if (isNumeric(value)) return finiteDigits(value, name);
  if (typeof value === "boolean") return value ? "true" : "false";
  if (value === null) throw new ValueRefused("missing", name, `$${name} is null, which is no text`);
  throw new ValueRefused(
    "wrong-type",
    name,
    `$${name} is an ${typeName(value)}; only text, numbers and booleans can stand inside text`,
  );
}

function finiteDigits(value: Parameters<typeof digitsOf>[0], name: string): string {
  if (typeof value !== "number" || Number.isFinite(value)) return digitsOf(value);
  throw new ValueRefused("wrong-type", name, `$${name} is no finite number`);
}

function jsonValue(value: Json, name: string): string {
  refuseUnwritable(value, name);
  return stringifyJson(value);
}

/** What `parseJson` gives can always be written; values from elsewhere (variables, captures) are checked like it. */
function refuseUnwritable(value: Json, name: string): void {
  if (typeof value === "string") refuseLoneSurrogates(value, name);
  else if (typeof value === "number") finiteDigits(value, name);
  else if (isArray(value)) for (const item of value) refuseUnwritable(item, name);
  else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      refuseLoneSurrogates(key, name);
      refuseUnwritable(value[key]!, name);
    }
  }
}

function refuseLoneSurrogates(text: string, name: string): void {
  if (!LONE_SURROGATE.test(text)) return;
  throw new ValueRefused("not-allowed", name, `the value of $${name} holds half of a surrogate pair`);
}

/** Everything but letters, digits, `-`, `_`, `.` and `~` (RFC 3986 unreserved) as `%XX` of its UTF-8 bytes. */
export function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** References for what would end the text, or what a parser would change (it reads CR LF and CR as LF). */
const XML_REFERENCES = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&apos;"],
  ["\t", "&#9;"],
  ["\n", "&#10;"],
  ["\r", "&#13;"],
]);

function xmlText(text: string, refuse: Refuse): string {
  refuseNonXml(text, refuse);
  // A "]]" at the end could meet a literal ">" behind the variable. Counted by hand: /\]+$/ tries again at every bracket.
  let end = text.length;
  while (text[end - 1] === "]") end--;
  const start = text.slice(0, end).replace(/[&<>\r]/g, (unit) => XML_REFERENCES.get(unit)!);
  return start + "&#93;".repeat(text.length - end);
}

function xmlAttribute(text: string, refuse: Refuse): string {
  refuseNonXml(text, refuse);
  return text.replace(/[&<>"'\t\n\r]/g, (unit) => XML_REFERENCES.get(unit)!);
}

function refuseNonXml(text: string, refuse: Refuse): void {
  const at = text.search(NOT_XML);
  if (at >= 0) refuse(`holds ${codePoint(text, at)}, which XML 1.0 cannot`);
}

/** C0 with tab, DEL and C1: none of them belongs into a header, and CR or LF would start a new one. */
const NOT_HEADER = /[\u0000-\u001f\u007f-\u009f\u0100-\uffff]/;
/** Not a cookie-octet (RFC 6265). */
const NOT_COOKIE = /[^\u0021\u0023-\u002b\u002d-\u003a\u003c-\u005b\u005d-\u007e]/;
const ENDS_QUOTES = /["\\]/;

function headerText(text: string, place: Place, refuse: Refuse): string {
  const at = text.search(NOT_HEADER);
  if (at >= 0)
    refuse(`holds ${codePoint(text, at)}, which a header cannot: controls and what is beyond Latin-1`);
  const cookieAt = place === "cookie-value" ? text.search(NOT_COOKIE) : -1;
  if (cookieAt >= 0) refuse(`holds ${codePoint(text, cookieAt)}, which the value of a cookie cannot`);
  const quoteAt = place === "header-quoted" ? text.search(ENDS_QUOTES) : -1;
  if (quoteAt >= 0)
    refuse(`holds ${codePoint(text, quoteAt)}, which cannot stand between double quotes of a header`);
  return text;
}

function codePoint(text: string, at: number): string {
  return `U+${text.codePointAt(at)!.toString(16).toUpperCase().padStart(4, "0")}`;
}
