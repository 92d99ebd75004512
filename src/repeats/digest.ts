/** Of a key, in words of 32 bits: so few that a million are small, so many that no two of them are ever the same. */
export const KEY_WORDS = 3;

/** Loaded with the first use: a single record needs none. */
let crypto: typeof import("node:crypto") | undefined;

/** As text with a character a byte: making a Buffer takes longer than hashing a short id. */
export function sha256(data: Uint8Array | string): string {
  crypto ??= process.getBuiltinModule("node:crypto");
  return crypto.hash("sha256", data, "binary");
}

/** Puts the first words of a SHA-256 into `words`; the third is never 0, which marks an empty slot. */
export function digest(data: Uint8Array | string, words: Uint32Array): void {
  const bytes = sha256(data);
  for (let k = 0; k < KEY_WORDS; k++) words[k] = wordAt(bytes, k * 4);
  if (words[2] === 0) words[2] = 1;
}

function wordAt(bytes: string, at: number): number {
  const low = bytes.charCodeAt(at) | (bytes.charCodeAt(at + 1) << 8);
  return low | (bytes.charCodeAt(at + 2) << 16) | (bytes.charCodeAt(at + 3) << 24);
}
