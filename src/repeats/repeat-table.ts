import { digest, KEY_WORDS, sha256 } from "./digest.ts";
import { Segment } from "./segment.ts";

const NEVER = (): void => undefined;
/** Each grows for itself, so that growing never needs room for two whole tables. */
const SEGMENTS = 64;

/**
 * Remembers conversations by hash: 96 bits of the id's SHA-256 and 64 bits of the content's, 20 bytes an entry,
 * outside the heap.
 */
export class RepeatTable {
  /** Made when they are needed: most inputs hold few conversations, and buffers outside the heap are dear to make. */
  private readonly segments: (Segment | undefined)[] = Array.from({ length: SEGMENTS }, () => undefined);
  private size = 0;
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
    const at = key[0]! % SEGMENTS;
    this.segments[at] ??= new Segment();
    const known = this.segments[at].remember(key, low, high);
    if (known === undefined) this.size++;
    return known;
  }

  /** Whether the same content came before under this id; of one id any number of contents are remembered. */
  seenContent(id: string, content: Uint8Array): boolean {
    return this.seen(`${sha256(content)} ${id}`, "") !== "new";
  }
}
