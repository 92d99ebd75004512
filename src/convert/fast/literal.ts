/** A stretch of bytes that is compared and written four at a time. */
export interface Literal {
  readonly bytes: Uint8Array;
  readonly length: number;
  /** The bytes as little-endian words; what is left over is in `lastWord`. */
  readonly words: Int32Array;
  /** The last four bytes; they overlap the word before them. Unused where there are fewer than four. */
  readonly lastWord: number;
}

const encoder = new TextEncoder();

/** @param content  Text, or bytes that are copied. */
export function literal(content: string | Uint8Array): Literal {
  const bytes = typeof content === "string" ? encoder.encode(content) : content.slice();
  const view = new DataView(bytes.buffer);
  const words = new Int32Array(bytes.length >> 2);
  for (let k = 0; k < words.length; k++) words[k] = view.getInt32(k * 4, true);
  const lastWord = bytes.length < 4 ? 0 : view.getInt32(bytes.length - 4, true);
  return { bytes, length: bytes.length, words, lastWord };
}

/** Whether the literal stands at `at` and ends before or at `end`. */
export function standsAt(wanted: Literal, view: DataView, at: number, end: number): boolean {
  const { length, words } = wanted;
  if (at + length > end) return false;
  if (length < 4) return shortStandsAt(wanted.bytes, view, at);
  for (let k = 0; k < words.length; k++) if (view.getInt32(at + k * 4, true) !== words[k]) return false;
  return view.getInt32(at + length - 4, true) === wanted.lastWord;
}

function shortStandsAt(bytes: Uint8Array, view: DataView, at: number): boolean {
  for (let k = 0; k < bytes.length; k++) if (view.getUint8(at + k) !== bytes[k]) return false;
  return true;
}
