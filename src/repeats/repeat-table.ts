/** Loaded with the first table: a single record needs none. */
let crypto: typeof import("node:crypto") | undefined;

/** As text with a character a byte: making a Buffer takes longer than hashing a short id. */
function sha256(data: Uint8Array | string): string {
  crypto ??= process.getBuiltinModule("node:crypto");
  return crypto.hash("sha256", data, "binary");
}

const NEVER = (): void => undefined;
const KEY_WORDS = 3;
const WORDS = 5;

/**
 * Remembers conversations by hash: 96 bits of the id's SHA-256 and 64 bits of the content's, 20 bytes an entry in
 * one array outside the heap, so that a million conversations cost some 40 MB and no garbage.
 */
export class RepeatTable {
  private capacity = 1 << 10;
  private size = 0;
  private words = new Uint32Array(this.capacity * WORDS);
  private first: (() => unknown) | undefined;
  /** Of the id and of the content that are looked up. */
  private readonly key = new Uint32Array(KEY_WORDS);
  private readonly mark = new Uint32Array(KEY_WORDS);

  /** Whether the id came before, and if so whether with the same content. The first content stands. */
  seen(id: string, content: Uint8Array | string): "new" | "same" | "differs" {
    if (this.size === 0 && this.first === undefined) {
      // `slice` of a Buffer is no copy, and the bytes are only valid during the call.
      const copy = typeof content === "string" ? content : new Uint8Array(content);
      this.first = () => this.seen(id, copy);
      return "new";
    }
    this.settleFirst();
    const { mark } = this;
    digest(content, mark);
    const first = this.remember(id, mark[0]!, mark[1]!);
    if (first === undefined) return "new";
    return first[0] === mark[0] && first[1] === mark[1] ? "same" : "differs";
  }

  /** Remembers a number (up to 2^53) under an id. @returns The number that stands there already. */
  numberOf(id: string, number: number): number | undefined {
    if (this.size === 0 && this.first === undefined) {
      this.first = () => this.numberOf(id, number);
      return undefined;
    }
    this.settleFirst();
    const first = this.remember(id, number >>> 0, Math.floor(number / 2 ** 32));
    return first === undefined ? undefined : first[0] + first[1] * 2 ** 32;
  }

  /** The first entry is only hashed when there is a second to compare it with. */
  private settleFirst(): void {
    const first = this.first;
    if (first === undefined) return;
    this.first = NEVER;
    if (first !== NEVER) first();
  }

  private remember(id: string, low: number, high: number): readonly [number, number] | undefined {
    const { key } = this;
    digest(id, key);
    if (this.size * 4 > this.capacity * 3) this.grow();
    const at = this.slotOf(key);
    const words = this.words;
    if (words[at + KEY_WORDS - 1] === 0) {
      words.set(key, at);
      words[at + 3] = low;
      words[at + 4] = high;
      this.size++;
      return undefined;
    }
    return [words[at + 3]!, words[at + 4]!];
  }

  /** Whether the same content came before under this id; of one id any number of contents are remembered. */
  seenContent(id: string, content: Uint8Array): boolean {
    return this.seen(`${sha256(content)} ${id}`, "") !== "new";
  }

  /** First word of the id's slot, or of the empty slot where it belongs. */
  private slotOf(key: Uint32Array): number {
    const words = this.words;
    let slot = key[0]! & (this.capacity - 1);
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
    this.words = new Uint32Array(this.capacity * WORDS);
    for (let at = 0; at < old.length; at += WORDS) {
      if (old[at + 2] === 0) continue;
      this.words.set(old.subarray(at, at + WORDS), this.slotOf(old.subarray(at, at + KEY_WORDS)));
    }
  }
}

/** Puts the first words of a SHA-256 into `words`; the third is never 0, which marks an empty slot. */
function digest(data: Uint8Array | string, words: Uint32Array): void {
  const bytes = sha256(data);
  for (let k = 0; k < KEY_WORDS; k++) words[k] = wordAt(bytes, k * 4);
  if (words[2] === 0) words[2] = 1;
}

function wordAt(bytes: string, at: number): number {
  const low = bytes.charCodeAt(at) | (bytes.charCodeAt(at + 1) << 8);
  return low | (bytes.charCodeAt(at + 2) << 16) | (bytes.charCodeAt(at + 3) << 24);
}
