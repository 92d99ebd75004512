import type { DiagnosticArgs } from "../diagnostics/diagnostic.ts";

/** What the first bytes of a source tell: gzip, or why it cannot be read. */
export type Signature =
  | { readonly code: "gzip" }
  | { readonly code: "input/compressed"; readonly args: DiagnosticArgs["input/compressed"] }
  | { readonly code: "input/not-utf8"; readonly args: DiagnosticArgs["input/not-utf8"] };

/** So many first bytes are enough for `signatureOf`; a shorter source is told by what there is. */
export const SIGNATURE_BYTES = 6;

/**
 * Knows gzip, other compressions, and UTF-16 and UTF-32 with or without a byte order mark. Without one the
 * NUL bytes around an ASCII character give them away: JSON begins with two of those, and never with NUL.
 *
 * @param bytes  The start of the source; more than `SIGNATURE_BYTES` do not matter.
 * @returns Undefined for what may be UTF-8.
 */
export function signatureOf(bytes: Uint8Array): Signature | undefined {
  const starts = (...magic: number[]) =>
    bytes.length >= magic.length && magic.every((byte, k) => bytes[k] === byte);
  if (starts(0x1f, 0x8b)) return { code: "gzip" };
  if (starts(0x28, 0xb5, 0x2f, 0xfd)) return compressed("zstd-compressed");
  if (starts(0x50, 0x4b, 0x03, 0x04)) return compressed("zip-compressed");
  if (starts(0x42, 0x5a, 0x68)) return compressed("bzip2-compressed");
  if (starts(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) return compressed("xz-compressed");
  const encoding = wideEncoding(bytes, starts);
  return encoding === undefined ? undefined : { code: "input/not-utf8", args: { encoding } };
}

function compressed(kind: string): Signature {
  return { code: "input/compressed", args: { kind } };
}

function wideEncoding(bytes: Uint8Array, starts: (...magic: number[]) => boolean): string | undefined {
  // UTF-32LE's mark begins with UTF-16LE's, so it is asked first.
  if (starts(0xff, 0xfe, 0, 0)) return "UTF-32LE";
  if (starts(0, 0, 0xfe, 0xff)) return "UTF-32BE";
  if (starts(0xff, 0xfe)) return "UTF-16LE";
  if (starts(0xfe, 0xff)) return "UTF-16BE";
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes;
  if (bytes.length >= 4 && first !== 0 && second === 0 && third === 0 && fourth === 0) return "UTF-32LE";
  if (bytes.length >= 4 && first === 0 && second === 0 && third === 0 && fourth !== 0) return "UTF-32BE";
  if (bytes.length >= 2 && first !== 0 && second === 0) return "UTF-16LE";
  if (bytes.length >= 2 && first === 0 && second !== 0) return "UTF-16BE";
  return undefined;
}
