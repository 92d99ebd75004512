import { decodeUtf8, encodeUtf8 } from "../json/text.ts";
import { DECODINGS, undo } from "./decodings.ts";
import { percentEncoded } from "./place.ts";

/** Shorter ones occur by chance, and masking them would tear up everything. In UTF-16 units. */
export const SHORTEST_SECRET = 4;

/** Numbers of fewer digits are no secrets everywhere: masking them would mask every count in a report. */
export const SHORTEST_SECRET_NUMBER = 8;

/**
 * A secret, and what is secret in it: what stands behind its scheme (`Bearer …`), and, where that is Base64 of
 * `user:password` (RFC 7617), the pair and the password. Those that are long enough to be masked.
 */
export function secretsIn(secret: string): string[] {
  const behind = /^\S+\s+(.+)$/s.exec(secret)?.[1];
  const pair = pairIn(behind ?? secret);
  const password = pair?.slice(pair.indexOf(":") + 1);
  return [secret, behind, pair, password].filter(
    (one) => one !== undefined && one.length >= SHORTEST_SECRET,
  ) as string[];
}

function pairIn(text: string): string | undefined {
  if (!/^[A-Za-z0-9+/_-]{4,}={0,2}$/.test(text)) return undefined;
  const standard = text.replace(/=+$/, "").replaceAll("-", "+").replaceAll("_", "/");
  if (standard.length % 4 === 1) return undefined;
  const pair = decodeUtf8(Uint8Array.from(atob(standard), (unit) => unit.charCodeAt(0)));
  // Random bytes are hardly ever readable text with a colon in it.
  return pair !== undefined && /^[^\p{Cc}:]*:\P{Cc}+$/u.test(pair) ? pair : undefined;
}

/** A spelling of a secret to look for. */
export interface SecretForm {
  readonly text: string;
  /** Units before and behind it that hold bits of the secret too: Base64 digits shared with a neighbour. */
  readonly before: number;
  readonly after: number;
}

const STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/**
 * How a secret can be spelled in a text whose own escapes were undone: as it is, and inside of Base64 (at any
 * alignment, both alphabets) and hexadecimal, there also as its JSON-, XML- or percent-encoded form.
 */
export function formsOf(secret: string): SecretForm[] {
  const forms = new Map<string, SecretForm>([[secret, { text: secret, before: 0, after: 0 }]]);
  const add = (form: SecretForm) => {
    if (!forms.has(form.text)) forms.set(form.text, form);
  };
  // Forms write a space as "+", which a percent-decoder leaves alone.
  add({ text: secret.replaceAll(" ", "+"), before: 0, after: 0 });
  // Where only some of its characters are encoded, undoing that also undoes what looks encoded in the secret itself.
  for (const decoding of DECODINGS) {
    const undone = undo({ text: secret }, decoding)?.text ?? "";
    if (undone.length >= SHORTEST_SECRET) add({ text: undone, before: 0, after: 0 });
  }
  const spellings = new Set([
    secret,
    JSON.stringify(secret).slice(1, -1),
    xmlEscaped(secret),
    percentEncoded(secret),
  ]);
  for (const spelling of spellings) {
    const bytes = encodeUtf8(spelling);
    for (const alphabet of [STANDARD, URL_SAFE]) {
      for (const skipped of [0, 1, 2]) add(base64Form(bytes, skipped, alphabet));
    }
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    add({ text: hex, before: 0, after: 0 });
    add({ text: hex.toUpperCase(), before: 0, after: 0 });
  }
  return [...forms.values()];
}

function xmlEscaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&apos;");
}

/** The digits that depend on the secret alone when `skipped` bytes (modulo 3) stand before it. */
function base64Form(bytes: Uint8Array, skipped: number, alphabet: string): SecretForm {
  const digits: string[] = [];
  const end = (skipped + bytes.length) * 8;
  const first = Math.ceil((skipped * 8) / 6);
  const byteAt = (index: number) => bytes[index - skipped]!;
  for (let digit = first; (digit + 1) * 6 <= end; digit++) {
    const bit = digit * 6;
    const index = bit >> 3;
    const shift = bit & 7;
    const two = (byteAt(index) << 8) | (shift > 2 ? byteAt(index + 1) : 0);
    digits.push(alphabet[(two >> (10 - shift)) & 63]!);
  }
  return { text: digits.join(""), before: skipped === 0 ? 0 : 1, after: end % 6 === 0 ? 0 : 1 };
}
