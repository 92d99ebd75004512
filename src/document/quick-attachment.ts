import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";
import { decodeUtf8 } from "../json/text.ts";
import { ATTACHMENT_NAME } from "./attachment.ts";

/** The head of the attachment as `renderReport` has it written. */
const HEAD =
  /\/Type \/EmbeddedFile\n\/Params <<\n(?:\/\w+ \([^()\\\n]*\)\n)*?\/CheckSum \(([0-9a-f]{32})\)\n\/Size (\d{1,9})\n>>\n\/Subtype \/application#2Fjson\n\/Length (\d{1,9})\n\/Filter \/FlateDecode\n>>\nstream\n/g;

const END = "\nendstream";
const LARGEST = 64 * 1024 ** 2;

/**
 * The attached conversation of a report that chatx itself wrote and nobody changed, without the thread that
 * `readReport` starts for each file. Whatever looks otherwise, in whatever way, is left to that.
 *
 * @returns The text, as `ReportRead.attachment`; undefined where the file has to be read in full.
 */
export function quickAttachment(pdf: Uint8Array): string | undefined {
  const text = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength).toString("latin1");
  // A second end is that of a later change, which may have replaced the attachment.
  const isWhole =
    text.startsWith("%PDF-1.7\n") && text.indexOf("%%EOF") === text.trimEnd().length - "%%EOF".length;
  const heads = isWhole && text.includes(`(${ATTACHMENT_NAME})`) ? [...text.matchAll(HEAD)] : [];
  const [head] = heads;
  if (head === undefined || heads.length !== 1) return undefined;
  const [, checkSum, size, length] = head;
  const start = head.index + head[0].length;
  const end = start + Number(length);
  if (Number(size) > LARGEST || !text.startsWith(END, end)) return undefined;
  const bytes = inflated(pdf.subarray(start, end), Number(size));
  if (bytes === undefined || createHash("md5").update(bytes).digest("hex") !== checkSum) return undefined;
  return decodeUtf8(bytes);
}

/** Undefined for what does not inflate to just so many bytes. */
function inflated(bytes: Uint8Array, size: number): Uint8Array | undefined {
  try {
    const result = inflateSync(bytes, { maxOutputLength: Math.max(1, size) });
    return result.length === size ? result : undefined;
  } catch {
    return undefined;
  }
}
