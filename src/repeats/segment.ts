import { KEY_WORDS } from "./digest.ts";

/** Of an entry: its key and two words of what is remembered under it. */
const WORDS = KEY_WORDS + 2;

/** A hash table of fixed-size entries in one array outside the heap, with linear probing. */
export class Segment {
  private capacity = 16;
  private size = 0;
  private words = tableOf(this.capacity);

  /** Remembers two words under a key whose third word is not 0. @returns The words that stand there already. */
  remember(key: Uint32Array, low: number, high: number): readonly [number, number] | undefined {
    if (this.size * 4 > this.capacity * 3) this.grow();
    const at = this.slotOf(key);
    const words = this.words;
    if (words[at + 2] !== 0) return [words[at + 3]!, words[at + 4]!];
    words.set(key, at);
    words[at + 3] = low;
    words[at + 4] = high;
    this.size++;
    return undefined;
  }

  /** First word of the key's slot, or of the empty slot where it belongs. */
  private slotOf(key: Uint32Array): number {
    const words = this.words;
    let slot = key[1]! & (this.capacity - 1);
    for (;;) {
      const at = slot * WORDS;
      if (words[at + 2] === 0) return at;
      if (words[at] === key[0] && words[at + 1] === key[1] && words[at + 2] === key[2]) return at;
      slot = (slot + 1) & (this.capacity - 1);
    }
  }

  private grow(): void {
    const old = this.words;
    this.capacity *= 2;
    this.words = tableOf(this.capacity);
    for (let at = 0; at < old.length; at += WORDS) {
      if (old[at + 2] === 0) continue;
      this.words.set(old.subarray(at, at + WORDS), this.slotOf(old.subarray(at, at + KEY_WORDS)));
    }
    // Given back at once: it lies outside the heap, where nothing presses the collector to look for it.
    (old.buffer as ResizableBuffer).resize(0);
  }
}

/** ArrayBuffer as it is since V8 11.1; the type library of ES2023 does not know it. */
type ResizableBuffer = ArrayBuffer & { resize(bytes: number): void };
const ResizableBuffer = ArrayBuffer as unknown as new (
  bytes: number,
  options: { readonly maxByteLength: number },
) => ResizableBuffer;

function tableOf(capacity: number): Uint32Array {
  const bytes = capacity * WORDS * Uint32Array.BYTES_PER_ELEMENT;
  return new Uint32Array(new ResizableBuffer(bytes, { maxByteLength: bytes }));
}
