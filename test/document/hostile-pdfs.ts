import { deflateSync } from "node:zlib";

/** PDF files as an attacker would make them: small, valid enough to be opened, and meant to keep the reader busy. */

interface Stream {
  readonly dictionary?: string;
  readonly bytes: Buffer;
}

/** A file of these objects, numbered from 1; the first is the catalogue. */
function pdfOf(objects: readonly (string | Stream)[]): Buffer {
  const parts: Buffer[] = [Buffer.from("%PDF-1.7\n")];
  const offsets: number[] = [];
  let length = parts[0]!.length;
  const push = (part: Buffer) => {
    parts.push(part);
    length += part.length;
  };
  for (const [index, object] of objects.entries()) {
    offsets.push(length);
    push(Buffer.from(`${index + 1} 0 obj\n`));
    if (typeof object === "string") push(Buffer.from(object));
    else {
      push(Buffer.from(`<< ${object.dictionary ?? ""} /Length ${object.bytes.length} >>\nstream\n`));
      push(object.bytes);
      push(Buffer.from("\nendstream"));
    }
    push(Buffer.from("\nendobj\n"));
  }
  const xref = length;
  const entries = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  push(Buffer.from(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries}`));
  push(Buffer.from(`trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${xref}\n%%EOF\n`));
  return Buffer.concat(parts);
}

const FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>";
const page = (more = "") =>
  `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> ${more} >> >>`;

/** One page with this content; more objects follow from number 6. */
function onePage(content: Stream, resources = "", more: readonly (string | Stream)[] = []): Buffer {
  const pages = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>";
  return pdfOf(["<< /Type /Catalog /Pages 2 0 R >>", pages, page(resources), content, FONT, ...more]);
}

export function textPage(text: string): Buffer {
  return onePage({ bytes: Buffer.from(`BT /F1 12 Tf 20 100 Td (${text}) Tj ET`) });
}

/** A page whose content inflates to many megabytes. */
export function inflatingPage(megabytes: number): Buffer {
  const content = Buffer.alloc(megabytes * 1024 ** 2, "q Q ");
  return onePage({ dictionary: "/Filter /FlateDecode", bytes: deflateSync(content) });
}

/** Forms that draw the next one ten times each: ten to the power of `depth` in all. */
export function formsInForms(depth: number): Buffer {
  const forms = Array.from({ length: depth }, (_, level): Stream => {
    const next = level + 1 < depth ? `/Resources << /XObject << /X ${7 + level} 0 R >> >>` : "";
    const draw = level + 1 < depth ? "/X Do ".repeat(10) : "BT ET";
    return { dictionary: `/Type /XObject /Subtype /Form /BBox [0 0 1 1] ${next}`, bytes: Buffer.from(draw) };
  });
  return onePage({ bytes: Buffer.from("/X Do") }, "/XObject << /X 6 0 R >>", forms);
}

/** Pages whose list contains itself. */
export function circularPages(): Buffer {
  return pdfOf([
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 1000000 >>",
  ]);
}

/** A page without anything on it, as a scan without its picture. */
export function emptyPage(): Buffer {
  return onePage({ bytes: Buffer.from("") });
}
