import type { BodySyntax } from "./body.ts";
import type { HoledText } from "./holed-text.ts";

export type DeclaredSyntax =
  | { readonly kind: "known"; readonly syntax: BodySyntax }
  /** Values cannot be placed safely in it. */
  | { readonly kind: "refused"; readonly problem: string }
  /** Text cannot be written in it at all, but for ASCII where that is the same in it. */
  | { readonly kind: "other-charset"; readonly problem: string; readonly holdsAscii: boolean };

/** What a content type says of the body's syntax. */
export function syntaxOfContentType(contentType: string): DeclaredSyntax {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1]?.toLowerCase() ?? "utf-8";
  if (charset !== "utf-8" && charset !== "utf8") {
    const problem = `what templates give is UTF-8; the content type promises ${charset}`;
    return { kind: "other-charset", problem, holdsAscii: !/^(?:utf|ucs|iso-10646-ucs)/.test(charset) };
  }
  const type = contentType.split(";", 1)[0]!.trim().toLowerCase();
  const syntax = syntaxOfMediaType(type);
  if (syntax === undefined) {
    return {
      kind: "refused",
      problem: `variables can be placed in JSON, XML, form and plain text bodies; chatx does not know the rules of ${type || "an empty content type"}`,
    };
  }
  return { kind: "known", syntax };
}

function syntaxOfMediaType(type: string): BodySyntax | undefined {
  if (type === "application/json" || type === "text/json" || type.endsWith("+json")) return "json";
  // XHTML is read by HTML parsers too, whose scripts and styles know other rules.
  if (type === "application/xhtml+xml") return undefined;
  if (type === "application/xml" || type === "text/xml" || type.endsWith("+xml")) return "xml";
  if (type === "application/x-www-form-urlencoded") return "form";
  if (type === "text/plain") return "text";
  return undefined;
}

/** What a template looks like. A single variable and nothing else is JSON, as that is what is sent by default. */
export function lookAtBody(holed: HoledText): BodySyntax {
  const text = holed.text.trim();
  const start = holed.text.length - holed.text.trimStart().length;
  if (text.length === 1 && holed.holes.has(start)) return "json";
  if (/^[[{"]/.test(text)) return "json";
  if (text.startsWith("<")) return "xml";
  return isForm(holed, text, start) ? "form" : "text";
}

/** `name=value` pairs without white space, the names free of variables. */
function isForm(holed: HoledText, text: string, start: number): boolean {
  const firstName = /^[A-Za-z0-9_.*[\]%+~-]+=/.exec(text)?.[0];
  if (firstName === undefined || /[^\u0021-\u007e]/.test(text)) return false;
  return holed.holeIn(start, start + firstName.length) === undefined;
}
