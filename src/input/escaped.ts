import { BACKSLASH } from "./bytes.ts";

/**
 * Where the bytes of a decoded JSON string stand in its spelling. A byte within a character that an escape
 * spells is at the start of that escape.
 *
 * @param bytes    Holds the string as it is spelled.
 * @param start    Index right after its opening quote.
 * @param offsets  Ascending byte offsets into the decoded string as UTF-8.
 * @returns Indexes into `bytes`, in the same order.
 */
export function spelledAt(bytes: Uint8Array, start: number, offsets: readonly number[]): number[] {
  let at = start;
  let decoded = 0;
  return offsets.map((offset) => {
    while (decoded < offset) {
      if (bytes[at] !== BACKSLASH) {
        at++;
        decoded++;
        continue;
      }
      const one = escapeAt(bytes, at);
      if (decoded + one.decoded > offset) break;
      at += one.spelled;
      decoded += one.decoded;
    }
    return at;
  });
}

/**
 * Bytes that an escape takes as it is spelled, and as UTF-8. The string was parsed, so the escape is valid.
 */
function escapeAt(bytes: Uint8Array, at: number): { spelled: number; decoded: number } {
  if (bytes[at + 1] !== 0x75) return { spelled: 2, decoded: 1 };
  const unit = Number.parseInt(String.fromCharCode(...bytes.subarray(at + 2, at + 6)), 16);
  if (unit >= 0xd800 && unit <= 0xdbff) return { spelled: 12, decoded: 4 };
  return { spelled: 6, decoded: unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3 };
}
