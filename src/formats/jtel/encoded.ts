import { step } from "../../json/pointer.ts";
import { isArray, isObject, type Json } from "../../json/value.ts";

/** A text in a body that is a PDF in Base64. */
export interface EncodedPdf {
  /** JSON Pointer of the text in the body. */
  readonly pointer: string;
  /** The text without the head of a `data:` URL and without white space. */
  readonly base64: string;
}

/** `%PDF-` in Base64 begins so, whatever version follows. */
const PDF_HEAD = "JVBERi0";
const DATA_URL = /^data:[a-z]+\/[a-z0-9.+-]+(?:;[^,;]*)*;base64,/i;

/** The PDFs of a body, in its order. A body holds one as a rule; jtel leaves its place to the customer. */
export function findPdfs(body: Json): EncodedPdf[] {
  const found: EncodedPdf[] = [];
  eachText(body, "", (text, pointer) => {
    const base64 = pdfIn(text);
    if (base64 !== undefined) found.push({ pointer, base64 });
  });
  return found;
}

/** Whether a body holds a PDF; stops at the first. */
export function firstPdfPointer(body: Json): string | undefined {
  let first: string | undefined;
  eachText(body, "", (text, pointer) => {
    if (first === undefined && isPdfHead(text)) first = pointer;
  });
  return first;
}

/** The Base64 of a PDF that the text is; undefined for any other text. */
function pdfIn(text: string): string | undefined {
  return isPdfHead(text) ? text.replace(DATA_URL, "").replace(/\s+/g, "") : undefined;
}

function isPdfHead(text: string): boolean {
  if (text.length < PDF_HEAD.length) return false;
  if (text.startsWith(PDF_HEAD)) return true;
  const head = text.slice(0, 200).trimStart();
  return head.startsWith("data:")
    ? head.replace(DATA_URL, "").trimStart().startsWith(PDF_HEAD)
    : head.startsWith(PDF_HEAD);
}

/** Calls `visit` for every text, in document order. */
export function eachText(value: Json, pointer: string, visit: (text: string, pointer: string) => void): void {
  if (typeof value === "string") visit(value, pointer);
  else if (isArray(value)) {
    for (const [index, item] of value.entries()) eachText(item, pointer + step(index), visit);
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) eachText(value[key]!, pointer + step(key), visit);
  }
}

/**
 * What is wrong with Base64 text, in one clause; undefined where it can be decoded. Both alphabets are taken, padding may
 * be missing (jtel documents neither).
 */
export function base64Fault(base64: string): string | undefined {
  const bad = /[^A-Za-z0-9+/_=-]/.exec(base64);
  if (bad !== null) return `Base64, which has no ${JSON.stringify(bad[0])}`;
  const digits = base64.replace(/={1,2}$/, "");
  if (digits.includes("=")) return 'Base64, which has "=" at its end only';
  return digits.length % 4 === 1 ? "whole Base64: it is cut off" : undefined;
}
