import type { Literal } from "./literal.ts";

const START_BYTES = 1 << 16;
/** A buffer larger than this is given up again: one huge record must not cost memory for good. */
const KEPT_BYTES = 1 << 22;

/** Bytes that are being written. It grows only in `reserve`; what writes without it has reserved before. */
export class Output {
  bytes: Uint8Array = new Uint8Array(START_BYTES);
  view = new DataView(this.bytes.buffer);
  length = 0;

  clear(length: number): void {
    if (this.bytes.length > KEPT_BYTES) this.use(new Uint8Array(START_BYTES));
    this.length = length;
  }

  /** Makes room for so many bytes more. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = new Uint8Array((this.length + count) * 2);
    grown.set(this.bytes.subarray(0, this.length));
    this.use(grown);
  }

  put({ bytes, length, words, lastWord }: Literal): void {
    const { view, length: to } = this;
    if (length < 4) {
      this.bytes.set(bytes, to);
    } else {
      for (let k = 0; k < words.length; k++) view.setInt32(to + k * 4, words[k]!, true);
      view.setInt32(to + length - 4, lastWord, true);
    }
    this.length = to + length;
  }

  /** Text of ASCII characters. */
  putAscii(text: string): void {
    const { bytes, length: to } = this;
    for (let k = 0; k < text.length; k++) bytes[to + k] = text.charCodeAt(k);
    this.length = to + text.length;
  }

  /** What stands from `from` once more; up to three bytes behind it are written over. */
  putAgain(from: number, length: number): void {
    const { view, length: to } = this;
    for (let k = 0; k < length; k += 4) view.setInt32(to + k, view.getInt32(from + k, true), true);
    this.length = to + length;
  }

  /** A whole number from 0 to 2^31 - 1 in decimal digits. */
  putCount(value: number): void {
    if (value >= 10) this.putCount((value / 10) | 0);
    this.bytes[this.length++] = 0x30 + (value % 10);
  }

  private use(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }
}
