const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const NO_DIGIT = 255;
const VALUE_OF: Uint8Array = digitValues();

function digitValues(): Uint8Array {
  const values = new Uint8Array(128).fill(NO_DIGIT);
  for (let value = 0; value < ALPHABET.length; value++) values[ALPHABET.charCodeAt(value)] = value;
  return values;
}

/**
 * Decodes standard Base64 (RFC 4648, section 4), strictly but for the padding, which may be missing.
 *
 * @returns Undefined where a character is not of the alphabet, the length is impossible, or left-over bits are set.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const length = text.length - (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0);
  if (length % 4 === 1 || (length !== text.length && text.length % 4 !== 0)) return undefined;
  const bytes = new Uint8Array(Math.floor((length * 3) / 4));
  let bits = 0;
  let bitCount = 0;
  let written = 0;
  for (let at = 0; at < length; at++) {
    const unit = text.charCodeAt(at);
    const value = unit < 128 ? VALUE_OF[unit]! : NO_DIGIT;
    if (value === NO_DIGIT) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    bitCount += 6;
    if (bitCount >= 8) {
      bitCount -= 8;
      bytes[written++] = bits >> bitCount;
    }
  }
  return (bits & ((1 << bitCount) - 1)) === 0 ? bytes : undefined;
}

/** Index of the character in which the byte at `offset` begins. */
export function base64Index(offset: number): number {
  return Math.floor(offset / 3) * 4 + (offset % 3);
}
