import { hexWord } from "../hex-word.ts";
import type { RecordedState } from "./format.ts";

const WORDS = 6;
const STATES: readonly (RecordedState | undefined)[] = [undefined, "delivered", "failed", "unknown", "held"];
const STATE_BITS = 3;
const STATE_MASK = (1 << STATE_BITS) - 1;

/**
 * What became of each message, by its sequence number: 24 bytes an entry in one array outside the heap, so that a
 * million messages cost some 50 MB and no garbage. It grows with the entries, not with the numbers: a sequence of 2^53
 * takes no more room than 1.
 */
export class OutcomeTable {
  private capacity: number;
  private entries = 0;
  private words: Uint32Array;

  /** @param expected  Number of entries for which there shall be room from the start. */
  constructor(expected = 0) {
    this.capacity = 1 << 10;
    while (expected * 4 >= this.capacity * 3) this.capacity *= 2;
    this.words = new Uint32Array(this.capacity * WORDS);
  }

  get size(): number {
    return this.entries;
  }

  /**
   * Remembers an outcome. What is delivered stays delivered; otherwise the later outcome stands.
   *
   * @param identity  As four words of eight hexadecimal digits; see `identityWords`. Copied.
   * @returns differs: another identity stands at this sequence; nothing is changed.
   */
  put(sequence: number, identity: Uint32Array, state: RecordedState): "taken" | "differs" {
    if (this.entries * 4 >= this.capacity * 3) this.grow();
    const at = this.slotOf(sequence);
    const words = this.words;
    if (words[at + 1] === 0) {
      words[at] = sequence >>> 0;
      words.set(identity, at + 2);
      this.entries++;
    } else if (!this.isAt(at, identity)) {
      return "differs";
    }
    if (this.stateAt(at) !== "delivered") {
      words[at + 1] = (Math.floor(sequence / 2 ** 32) << STATE_BITS) | STATES.indexOf(state);
    }
    return "taken";
  }

  /** The state of a message; undefined: it has none; differs: another message stands at its sequence. */
  stateOf(sequence: number, identity: Uint32Array): RecordedState | "differs" | undefined {
    const at = this.slotOf(sequence);
    if (this.words[at + 1] === 0) return undefined;
    return this.isAt(at, identity) ? this.stateAt(at) : "differs";
  }

  private stateAt(at: number): RecordedState | undefined {
    return STATES[this.words[at + 1]! & STATE_MASK];
  }

  private isAt(at: number, identity: Uint32Array): boolean {
    const { words } = this;
    for (let k = 0; k < 4; k++) if (words[at + 2 + k] !== identity[k]) return false;
    return true;
  }

  /** First word of the sequence's slot, or of the empty slot where it belongs. Sequences mostly count up, so they hardly collide. */
  private slotOf(sequence: number): number {
    const words = this.words;
    const low = sequence >>> 0;
    const high = Math.floor(sequence / 2 ** 32);
    let slot = low & (this.capacity - 1);
    for (;;) {
      const at = slot * WORDS;
      const mark = words[at + 1]!;
      if (mark === 0 || (words[at] === low && mark >>> STATE_BITS === high)) return at;
      slot = (slot + 1) & (this.capacity - 1);
    }
  }

  private grow(): void {
    const old = this.words;
    this.capacity *= 2;
    this.words = new Uint32Array(this.capacity * WORDS);
    for (let at = 0; at < old.length; at += WORDS) {
      const mark = old[at + 1]!;
      if (mark === 0) continue;
      const sequence = (mark >>> STATE_BITS) * 2 ** 32 + old[at]!;
      this.words.set(old.subarray(at, at + WORDS), this.slotOf(sequence));
    }
  }
}

/** An identity, 32 hexadecimal digits, as four words. @param into  What is filled and given back. */
export function identityWords(identity: string, into = new Uint32Array(4)): Uint32Array {
  for (let k = 0; k < 4; k++) into[k] = hexWord(identity, k * 8);
  return into;
}
