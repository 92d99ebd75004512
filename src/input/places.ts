import type { Place } from "../diagnostics/finding.ts";
import { LINE_FEED } from "./bytes.ts";

/**
 * Turns ascending byte offsets into lines and columns while bytes go by. Nothing is counted before it is
 * asked for, and then only the line feeds and the characters of the last line: the scan itself pays nothing.
 */
export class PlaceTracker {
  private offset: number;
  private line: number;
  private column: number;
  /** Offset of a line feed at or after `offset`, or one before it when the next is not known yet. */
  private lineFeed = -1;
  /** There is no line feed from `offset` to here. */
  private searched = 0;

  constructor(start: Place = { offset: 0, line: 1, column: 1 }) {
    this.offset = start.offset;
    this.line = start.line;
    this.column = start.column;
  }

  /** Goes on to `offset` without counting columns: for a byte order mark, which editors do not show. */
  skipTo(offset: number): void {
    this.offset = offset;
  }

  /**
   * The place of `offset`, which must not be before any offset asked for so far.
   *
   * @param bytes  Holds at least everything from the last place asked for.
   * @param base   Offset of its first byte.
   */
  placeOf(offset: number, bytes: Uint8Array, base: number): Place {
    this.advance(offset, bytes, base);
    return { offset, line: this.line, column: this.column };
  }

  /** Counts up to `offset`, so that earlier bytes may be given up. */
  advance(offset: number, bytes: Uint8Array, base: number): void {
    while (this.lineFeedFrom(bytes, base) < offset) {
      this.offset = this.lineFeed + 1;
      this.line++;
      this.column = 1;
    }
    if (offset <= this.offset) return;
    this.column += utf16Units(bytes, this.offset - base, offset - base);
    this.offset = offset;
  }

  /** Whether a line feed stands from `from`, where counting is or goes to, up to `to`. */
  hasLineFeed(from: number, to: number, bytes: Uint8Array, base: number): boolean {
    this.advance(from, bytes, base);
    return this.lineFeedFrom(bytes, base) < to;
  }

  /** Offset of the first line feed at or after the current one; infinite where these bytes have none. */
  private lineFeedFrom(bytes: Uint8Array, base: number): number {
    if (this.lineFeed >= this.offset) return this.lineFeed;
    const from = Math.max(this.searched, this.offset) - base;
    const found = from < bytes.length ? bytes.indexOf(LINE_FEED, from) : -1;
    if (found < 0) {
      this.searched = Math.max(this.searched, base + bytes.length);
      return Number.POSITIVE_INFINITY;
    }
    this.lineFeed = base + found;
    return this.lineFeed;
  }
}

/**
 * Places of ascending byte offsets into `bytes`, in one pass.
 *
 * @param start  Place of the first byte.
 */
export function placesFrom(start: Place, bytes: Uint8Array, offsets: readonly number[]): Place[] {
  const tracker = new PlaceTracker(start);
  return offsets.map((offset) => tracker.placeOf(start.offset + offset, bytes, start.offset));
}

/** From this length on, looking at four bytes at once pays for the DataView. */
const LONG_RUN = 64;

/**
 * How many UTF-16 units the UTF-8 in [from, to) makes; of damaged bytes, each but a continuation counts one.
 */
function utf16Units(bytes: Uint8Array, from: number, to: number): number {
  let units = 0;
  let at = from;
  if (to - from >= LONG_RUN) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const lastWord = to - 4;
    while (at <= lastWord) {
      if ((view.getInt32(at, true) & 0x80808080) === 0) {
        units += 4;
        at += 4;
        continue;
      }
      for (const end = at + 4; at < end; at++) units += unitsOf(bytes[at]!);
    }
  }
  for (; at < to; at++) units += unitsOf(bytes[at]!);
  return units;
}

/** A lead byte of four-byte UTF-8 makes a surrogate pair, a continuation byte makes nothing. */
function unitsOf(byte: number): number {
  return byte < 0x80 ? 1 : byte < 0xc0 ? 0 : byte < 0xf0 ? 1 : 2;
}
