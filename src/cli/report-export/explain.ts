import { quote } from "../../diagnostics/quote.ts";
import { eachText } from "../../formats/jtel/encoded.ts";
import type { EnclosedFile, InputRecord } from "../../input/types.ts";
import { decodeUtf8 } from "../../json/text.ts";
import type { JsonObject } from "../../json/value.ts";

/** A text of a payload that is something else in Base64, and what. */
export interface Encoded {
  readonly pointer: string;
  readonly kind: "pdf" | "xml";
  /** One clause; what it shows of the contents is clipped and safe to print. */
  readonly what: string;
}

/** How much of an XML text is shown. */
const SHOWN = 200;

/**
 * What the texts of a payload hold in Base64: PDFs, and XML as jtel's `$xmlTemplate.encoded.base64` puts it there.
 *
 * @param record  Opened by `lookInside`.
 */
export function encodedIn({ enclosed = [] }: InputRecord, document: JsonObject): Encoded[] {
  const pdfs = enclosed.map(
    (file): Encoded => ({ pointer: file.pointer, kind: "pdf", what: pdfWords(file) }),
  );
  const xml: Encoded[] = [];
  eachText(document, "", (text, pointer) => {
    const markup = markupIn(text);
    if (markup !== undefined)
      xml.push({ pointer, kind: "xml", what: `holds XML in Base64: ${quote(markup, SHOWN)}` });
  });
  return [...pdfs, ...xml];
}

function pdfWords({ attachment, lines, problem }: EnclosedFile): string {
  if (problem !== undefined) return `holds a PDF in Base64 that cannot be read: ${problem}`;
  if (attachment !== undefined) return "holds a PDF in Base64, with the conversation attached to it";
  const count = lines?.length ?? 0;
  return `holds a PDF in Base64, with no conversation attached: ${count} ${count === 1 ? "line" : "lines"} of text`;
}

/** The text that is Base64 of UTF-8 markup; undefined for any other. "P" begins a "<" in it, "77u/" is the mark before it. */
function markupIn(text: string): string | undefined {
  if (!/^\s*(?:77u\/)?P[A-H]/.test(text)) return undefined;
  const base64 = text.replace(/\s+/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  const decoded = decodeUtf8(Buffer.from(base64, "base64"))?.replace(/^\ufeff/, "");
  return decoded !== undefined && /^<[?!a-zA-Z]/.test(decoded) ? decoded : undefined;
}
