const FNV_PRIME = 0x01000193;
const HIGH_BITS = 0x1fffff;

/** Murmur3's finalizer: every bit of the input reaches every bit of the result. */
function mix(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** FNV-1a over UTF-16 code units, so that unpaired surrogates count as what they are. */
function hashFrom(seed: number, text: string): number {
  let hash = seed;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    hash = Math.imul(hash ^ (unit & 0xff), FNV_PRIME);
    hash = Math.imul(hash ^ (unit >>> 8), FNV_PRIME);
  }
  return mix(hash ^ text.length);
}

/**
 * A number to stand in for a vendor id that the conversation does not have, made of a text alone: the same text
 * gives the same number on every machine and in every run. Not a secret and not proof against a forger.
 *
 * @returns An integer from 1 to 2^53 - 1, so that it stays exact in every JSON reader.
 */
export function inventedId(text: string): number {
  const low = hashFrom(0x811c9dc5, text);
  const high = hashFrom(0x9747b28c, text) & HIGH_BITS;
  return Math.max(1, high * 0x100000000 + low);
}
