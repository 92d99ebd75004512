import { digest, KEY_WORDS } from "../../../repeats/digest.ts";

const words = new Uint32Array(KEY_WORDS);

/** 64 bits that tell a payload from every other: the first words of its SHA-256. */
export function payloadHash(payload: Uint8Array): readonly [number, number] {
  digest(payload, words);
  return [words[0]!, words[1]!];
}
