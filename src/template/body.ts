import { encodeUtf8 } from "../json/text.ts";
import { fillBytes, type RenderContext, rendered } from "./fill.ts";
import { placesInForm } from "./form-body.ts";
import { HoledText } from "./holed-text.ts";
import { type Part, partsOf } from "./holes.ts";
import { placesInJson } from "./json-body.ts";
import type { Names } from "./names.ts";
import { TemplateError } from "./parse.ts";
import { type DeclaredSyntax, lookAtBody, syntaxOfContentType } from "./syntax.ts";
import type { Hole, Place, Rendered } from "./types.ts";
import { placesInXml } from "./xml-body.ts";

/** What a body is written in; it decides how values are placed. */
export type BodySyntax = "json" | "xml" | "form" | "text";

/** A checked body: literal stretches as bytes that are copied, and variables between them. */
export interface BodyTemplate {
  readonly syntax: BodySyntax;
  /** As given, else that of the syntax. */
  readonly contentType: string;
  readonly pieces: readonly (Uint8Array | Hole)[];
}

const CONTENT_TYPES: Readonly<Record<BodySyntax, string>> = {
  json: "application/json",
  xml: "application/xml",
  form: "application/x-www-form-urlencoded",
  text: "text/plain; charset=utf-8",
};

/**
 * Checks a body template and finds the place of every variable.
 *
 * @param contentType  Decides the syntax: JSON, XML, form or plain text. Without one the template itself is looked at.
 * @throws {TemplateError} For a body that is not of its syntax, a name that does not exist, a variable where none
 * can stand, a content type whose syntax chatx does not know (unless the template has no variables), and one of another
 * charset (unless the body is ASCII alone, and the same in it).
 */
export function compileBody(template: string, names: Names, contentType?: string): BodyTemplate {
  const withoutMark = template.startsWith("\ufeff") ? template.slice(1) : template;
  const holed = new HoledText(withoutMark);
  const declared = contentType === undefined ? undefined : syntaxOfContentType(contentType);
  refuseType(declared, holed);
  const isOpaque = declared !== undefined && declared.kind !== "known";
  const syntax = declared?.kind === "known" ? declared.syntax : isOpaque ? "text" : lookAtBody(holed);
  const type = contentType ?? CONTENT_TYPES[syntax];
  const parts = partsInSyntax(holed, syntax, names, contentType === undefined);
  return {
    syntax,
    contentType: type,
    pieces: parts.map((part) => (typeof part === "string" ? encodeUtf8(part) : part)),
  };
}

/** @throws {TemplateError} Where the content type says that the body is something else than what it will be. */
function refuseType(declared: DeclaredSyntax | undefined, holed: HoledText): void {
  if (declared === undefined || declared.kind === "known") return;
  const hole = holed.holeIn(0, holed.text.length);
  if (hole !== undefined) throw holed.errorAt(declared.problem, hole);
  if (declared.kind === "refused") return;
  const at = declared.holdsAscii ? holed.text.search(/[^\u0000-\u007f]/) : 0;
  if (at >= 0) throw holed.errorAt(declared.problem, at);
}

function partsInSyntax(holed: HoledText, syntax: BodySyntax, names: Names, isGuess: boolean): Part[] {
  try {
    const source = syntax === "form" ? withoutLastLineBreak(holed) : holed;
    return partsOf(source, PLACES[syntax](source), names);
  } catch (error) {
    if (!isGuess || syntax === "text" || !(error instanceof TemplateError)) throw error;
    // Somebody who writes plain text that begins with "[" must learn why it is read as JSON.
    if (!/template is no JSON|element/.test(error.problem)) throw error;
    throw error.in("the template", `; plain text needs the content type text/plain`);
  }
}

const PLACES: Readonly<Record<BodySyntax, (holed: HoledText) => Map<number, Place>>> = {
  json: placesInJson,
  xml: placesInXml,
  form: placesInForm,
  text: (holed) => new Map([...holed.holes.keys()].map((index) => [index, "text"])),
};

/** The line break that editors end a file with is no part of its last value. */
function withoutLastLineBreak(holed: HoledText): HoledText {
  return new HoledText(holed.template.replace(/\r?\n$/, ""));
}

/**
 * The body for one record, in UTF-8. Takes time and memory in proportion to its length.
 *
 * @returns A fresh array, or which variable is missing or cannot stand where it is named.
 */
export function renderBody(template: BodyTemplate, context: RenderContext): Rendered<Uint8Array> {
  return rendered(() => bodyBytes(template, context));
}

/** @throws {ValueRefused} */
export function bodyBytes({ pieces }: BodyTemplate, context: RenderContext): Uint8Array {
  const filled = pieces.map((piece) => (piece instanceof Uint8Array ? piece : fillBytes(piece, context)));
  let length = 0;
  for (const bytes of filled) length += bytes.length;
  const body = new Uint8Array(length);
  let at = 0;
  for (const bytes of filled) {
    body.set(bytes, at);
    at += bytes.length;
  }
  return body;
}
