import { type Literal, literal, standsAt } from "./literal.ts";
import { skipText } from "./text.ts";

/** Of a number, so that a double holds it and prints it as it was read. */
const MOST_DIGITS = 15;

const QUOTE = 0x22;
const DIGIT_0 = 0x30;
const LETTER_E = 0x65;
const LETTER_N = 0x6e;

const TRUE = literal("true").lastWord;
const FALS = literal("fals").lastWord;
const NULL = literal("null").lastWord;

/**
 * Reads JSON scalars in a stretch of bytes. Each method takes the index where something should begin and returns where
 * it ends; -1 where something else stands.
 */
export class ValueReader {
  protected view: DataView = new DataView(new ArrayBuffer(0));
  protected end = 0;
  /** The last number that was read. */
  protected number = 0;
  private bytes: Uint8Array | undefined;

  /** Sets the bytes to read in, as far as `end`. */
  protected open(bytes: Uint8Array, end: number): void {
    if (bytes !== this.bytes) this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.bytes = bytes;
    this.end = end;
  }

  /** The byte at `at`; -1 before the beginning or behind the end. */
  protected byteAt(at: number): number {
    return at >= 0 && at < this.end ? this.view.getUint8(at) : -1;
  }

  /** Four bytes as a little-endian number; 0 where there are fewer. */
  private wordAt(at: number): number {
    return at + 4 <= this.end ? this.view.getInt32(at, true) : 0;
  }

  /** Which of some literals stands at `at`; -1 for none. */
  protected oneOf(literals: readonly Literal[], at: number): number {
    for (let k = 0; k < literals.length; k++) if (standsAt(literals[k]!, this.view, at, this.end)) return k;
    return -1;
  }

  /** A whole number without sign, of at most 15 digits; a zero in front of others ends it. */
  protected integer(at: number): number {
    const { view, end } = this;
    let value = 0;
    let next = at;
    while (next < end) {
      const digit = view.getUint8(next) - DIGIT_0;
      if (digit < 0 || digit > 9) break;
      next++;
      value = value * 10 + digit;
      if (value === 0) break;
    }
    this.number = value;
    return next === at || next - at > MOST_DIGITS ? -1 : next;
  }

  protected flag(at: number): number {
    const word = this.wordAt(at);
    if (word === TRUE) return at + 4;
    return word === FALS && this.byteAt(at + 4) === LETTER_E ? at + 5 : -1;
  }

  protected null(at: number): number {
    return this.wordAt(at) === NULL ? at + 4 : -1;
  }

  protected text(at: number): number {
    return skipText(this.view, at, this.end);
  }

  protected scalar(at: number): number {
    const byte = this.byteAt(at);
    if (byte === QUOTE) return this.text(at);
    if (byte >= DIGIT_0 && byte <= DIGIT_0 + 9) return this.integer(at);
    return byte === LETTER_N ? this.null(at) : this.flag(at);
  }
}
