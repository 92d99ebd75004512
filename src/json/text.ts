/**
 * Bytes to text, strictly. Nothing is replaced: bytes that are not UTF-8 are a problem with a place.
 * The offsets of this file are byte offsets; those of `parse.ts` and `locate.ts` count UTF-16 units.
 */

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** The text of UTF-8 bytes; undefined where they are not valid UTF-8 (see `invalidUtf8Offset`). */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Byte offset of the first byte that breaks UTF-8 (RFC 3629, table 3-7 of Unicode); -1 where all is valid. */
export function invalidUtf8Offset(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at]!;
    if (lead < 0x80) {
      at++;
      continue;
    }
    const length = sequenceLength(lead);
    if (length === 0) return at;
    for (let k = 1; k < length; k++) {
      const byte = bytes[at + k];
      if (byte === undefined) return at;
      const [low, high] = k === 1 ? secondByteRange(lead) : CONTINUATION;
      if (byte < low || byte > high) return at;
    }
    at += length;
  }
  return -1;
}

const CONTINUATION: readonly [number, number] = [0x80, 0xbf];

function sequenceLength(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

/** The second byte's range shuts out overlong forms, surrogates and code points above U+10FFFF. */
function secondByteRange(lead: number): readonly [number, number] {
  switch (lead) {
    case 0xe0:
      return [0xa0, 0xbf];
    case 0xed:
      return [0x80, 0x9f];
    case 0xf0:
      return [0x90, 0xbf];
    case 0xf4:
      return [0x80, 0x8f];
    default:
      return CONTINUATION;
  }
}

/** How many bytes the UTF-16 units [from, to) of a text take as UTF-8. The range must not cut a surrogate pair. */
export function utf8Length(text: string, from = 0, to: number = text.length): number {
  let bytes = 0;
  for (let at = from; at < to; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit >= 0xd800 && unit <= 0xdbff) {
      bytes += 4;
      at++;
    } else bytes += 3;
  }
  return bytes;
}
