/**
 * Eight hexadecimal digits of a text as an unsigned number. It is asked for several times a message, and a call into
 * Node for the same takes ten times as long.
 *
 * @param text  Lower- or upper-case digits; anything else gives some other number.
 */
export function hexWord(text: string, at: number): number {
  let word = 0;
  // Digits have bit 6 clear and their value in the low bits; letters have it set, and A is 1 in them.
  for (let k = at; k < at + 8; k++) {
    const unit = text.charCodeAt(k);
    word = (word << 4) | ((unit & 15) + (unit >> 6) * 9);
  }
  return word >>> 0;
}

const VALUES = Int8Array.from({ length: 256 }, (_, byte) =>
  "0123456789abcdef".indexOf(String.fromCharCode(byte)),
);

/** The same of bytes, checked: -1 where they are not eight lower-case digits. The caller knows that eight bytes are there. */
export function hexWordOf(bytes: Uint8Array, at: number): number {
  let word = 0;
  for (let k = at; k < at + 8; k++) {
    const value = VALUES[bytes[k]!]!;
    if (value < 0) return -1;
    word = (word << 4) | value;
  }
  return word >>> 0;
}
