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
  private capacity = 1 << 10;
  private entries = 0;
  private words = new Uint32Array(this.capacity * WORDS);
  private readonly wanted = new Uint32Array(4);

  get size(): number {
    return this.entries;
  }

  /**
   * Remembers an outcome. What is delivered stays delivered; otherwise the later outcome stands.
   *
   * @returns differs: another identity stands at this sequence; nothing is changed.
   */
  put(sequence: number, identity: string, state: RecordedState): "taken" | "differs" {
    if (this.entries * 4 >= this.capacity * 3) this.grow();
    const at = this.slotOf(sequence);
    const words = this.words;
    this.readIdentity(identity);
    if (words[at + 1] === 0) {
      words[at] = sequence >>> 0;
      words.set(this.wanted, at + 2);
      this.entries++;
    } else if (!this.isWanted(at)) {
      return "differs";
    }
    if (this.stateAt(at) !== "delivered") {
      words[at + 1] = (Math.floor(sequence / 2 ** 32) << STATE_BITS) | STATES.indexOf(state);
    }
    return "taken";
  }

  /** The state of a message; undefined: it has none; differs: another message stands at its sequence. */
  stateOf(sequence: number, identity: string): RecordedState | "differs" | undefined {
    const at = this.slotOf(sequence);
    if (this.words[at + 1] === 0) return undefined;
    this.readIdentity(identity);
    return this.isWanted(at) ? this.stateAt(at) : "differs";
  }

  private stateAt(at: number): RecordedState | undefined {
    return STATES[this.words[at + 1]! & STATE_MASK];
  }

  private readIdentity(identity: string): void {
    for (let k = 0; k < 4; k++) this.wanted[k] = hexWord(identity, k * 8);
  }

  private isWanted(at: number): boolean {
    const { words, wanted } = this;
    for (let k = 0; k < 4; k++) if (words[at + 2 + k] !== wanted[k]) return false;
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
