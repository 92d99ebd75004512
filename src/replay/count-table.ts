import { hexWord } from "./hex-word.ts";

const KEY_WORDS = 3;
const WORDS = 4;

/**
 * Counts by hash: 96 bits of a SHA-256 and a count, 16 bytes an entry in one array outside the heap. A million
 * different contents cost some 34 MB and no garbage; that two of them share 96 bits has a chance of 1 in 10^17.
 */
export class CountTable {
  private capacity = 1 << 10;
  private entries = 0;
  private words = new Uint32Array(this.capacity * WORDS);

  /** Counts one more under this key. @param digest  At least 24 hexadecimal digits, evenly spread, such as a SHA-256. @returns The count, from 1. */
  add(digest: string): number {
    if (this.entries * 4 > this.capacity * 3) this.grow();
    const [first, second, third] = [hexWord(digest, 0), hexWord(digest, 8), marked(hexWord(digest, 16))];
    const at = this.slotOf(first, second, third);
    const count = this.words[at + KEY_WORDS]! + 1;
    if (count === 1) {
      this.words[at] = first;
      this.words[at + 1] = second;
      this.words[at + 2] = third;
      this.entries++;
    }
    this.words[at + KEY_WORDS] = count;
    return count;
  }

  has(digest: string): boolean {
    const at = this.slotOf(hexWord(digest, 0), hexWord(digest, 8), marked(hexWord(digest, 16)));
    return this.words[at + KEY_WORDS] !== 0;
  }

  get size(): number {
    return this.entries;
  }

  /** First word of the key's slot, or of the empty slot where it belongs. */
  private slotOf(first: number, second: number, third: number): number {
    const words = this.words;
    for (let slot = first & (this.capacity - 1); ; slot = (slot + 1) & (this.capacity - 1)) {
      const at = slot * WORDS;
      if (words[at + 2] === 0) return at;
      if (words[at] === first && words[at + 1] === second && words[at + 2] === third) return at;
    }
  }

  private grow(): void {
    const old = this.words;
    this.capacity *= 2;
    this.words = new Uint32Array(this.capacity * WORDS);
    for (let at = 0; at < old.length; at += WORDS) {
      if (old[at + 2] === 0) continue;
      this.words.set(old.subarray(at, at + WORDS), this.slotOf(old[at]!, old[at + 1]!, old[at + 2]!));
    }
  }
}

/** The third word is never 0: that marks an empty slot. */
function marked(word: number): number {
  return word === 0 ? 1 : word;
}
