import { hexWordOf } from "../hex-word.ts";
import type { RecordedState } from "./format.ts";

/**
 * Reads the outcomes of a journal from its bytes: a resumed run reads a line for every message, and making a text of
 * each and taking that apart would be most of the time before it sends anything.
 *
 * Takes what `sealOutcome` writes and nothing else:
 *
 *     {"sequence":1,"identity":"…","state":"delivered","attempts":1,"status":200,"code":"…"
 */
export class OutcomeReader {
  /** Of the outcome that was read last. */
  sequence = 0;
  state: RecordedState = "delivered";
  /** As four words of eight hexadecimal digits. */
  readonly identity = new Uint32Array(4);
  private bytes: Uint8Array = new Uint8Array(0);
  private at = 0;
  private end = 0;

  /** Whether bytes [start, end), a line without its seal, are an outcome; its members are then here. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    if (!this.skip(SEQUENCE)) return false;
    const sequence = this.number(16);
    if (sequence < 1 || !Number.isSafeInteger(sequence)) return false;
    this.sequence = sequence;
    if (!this.skip(IDENTITY) || !this.readIdentity() || !this.skip(STATE) || !this.readState()) return false;
    if (!this.skip(ATTEMPTS) || this.number(16) < 0) return false;
    if (this.skip(STATUS) && this.number(4) < 0) return false;
    if (this.skip(CODE) && !this.skipCode()) return false;
    return this.at === end;
  }

  private skip(expected: Uint8Array): boolean {
    const { bytes, at } = this;
    if (at + expected.length > this.end) return false;
    for (let k = 0; k < expected.length; k++) if (bytes[at + k] !== expected[k]) return false;
    this.at = at + expected.length;
    return true;
  }

  /** A whole number of at least one and at most `most` digits, or -1. */
  private number(most: number): number {
    const { bytes, at } = this;
    const last = Math.min(this.end, at + most);
    let value = 0;
    let k = at;
    for (; k < last; k++) {
      const digit = bytes[k]! - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    this.at = k;
    return k === at ? -1 : value;
  }

  private readIdentity(): boolean {
    const { bytes, identity } = this;
    if (this.at + 32 > this.end) return false;
    for (let word = 0; word < 4; word++) {
      const value = hexWordOf(bytes, this.at + word * 8);
      if (value < 0) return false;
      identity[word] = value;
    }
    this.at += 32;
    return true;
  }

  private readState(): boolean {
    for (const [state, spelling] of STATES) {
      if (!this.skip(spelling)) continue;
      this.state = state;
      return true;
    }
    return false;
  }

  /** The rest of a code and its quote: 1 to 64 of `\w . : / -`. */
  private skipCode(): boolean {
    const { bytes, at } = this;
    let k = at;
    while (k < this.end && IS_CODE[bytes[k]!] === 1) k++;
    if (k === at || k - at > 64 || bytes[k] !== QUOTE) return false;
    this.at = k + 1;
    return true;
  }
}

const ZERO = 0x30;
const QUOTE = 0x22;
const SEQUENCE = ascii('{"sequence":');
const IDENTITY = ascii(',"identity":"');
const STATE = ascii('","state":"');
const ATTEMPTS = ascii('","attempts":');
const STATUS = ascii(',"status":');
const CODE = ascii(',"code":"');
const STATES = (["delivered", "failed", "unknown", "held"] as const).map(
  (state) => [state, ascii(state)] as const,
);
const IS_CODE = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(/[\w.:/-]/.test(String.fromCharCode(byte))),
);

function ascii(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}
