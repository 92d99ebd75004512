import type { EncodedReport } from "../formats/types.ts";

/** A PDF as a body carries it. */
export function encodedReport(pdf: Uint8Array): EncodedReport {
  const base64 = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength).toString("base64");
  return { base64, bytes: pdf.length };
}
