import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  isOpener,
  isSpace,
  LINE_FEED,
  OPEN_BRACE,
  QUOTE,
  RECORD_SEPARATOR,
} from "./bytes.ts";
import { ARRAY, OBJECT, type Structure } from "./structure.ts";

/** Where broken text ends. */
export const STILL_BROKEN = 0;
/** At the comma, or the closing bracket, of the container. */
export const ENDS_IN_CONTAINER = 1;
/** At a line that starts another record. */
export const ENDS_AT_LINE = 2;
/** At the next text of the top level. */
const ENDS_AT_TEXT = 3;
/** At a record separator, or at the end of the input. */
export const ENDS_FOR_GOOD = 4;

const OUTSIDE = 0;
const STRING = 1;
const ESCAPE = 2;
const BALANCED = 3;
const GARBAGE = 4;

const NEVER = -(2 ** 30);

/**
 * Finds the end of a broken value: at the top level where its brackets are balanced and another text follows,
 * or at the next line that starts like a record; in a container at the comma or bracket of the container's
 * own depth. Strings end at the end of their line at the latest, so that one missing quote does not swallow
 * the rest.
 */
export class Recovery {
  /** Where reading goes on. */
  at = 0;
  /** Where the broken value ends; white space before it is not cut off yet. */
  end = 0;
  private readonly structure: Structure;
  private state = OUTSIDE;
  private indent = -1;
  private isMultiline = false;
  private isBlank = false;
  private lineStart = NEVER;
  /** Depth beyond what the stack of brackets is kept for. */
  private excess = 0;

  constructor(structure: Structure) {
    this.structure = structure;
  }

  /**
   * @param indent  Indentation of a line that may start another record; -1 for none.
   * @param isMultiline  Whether the value stands in a list that goes over several lines.
   * @param line  Index of the line's start, where only white space stands between it and `at`; -1 for none.
   */
  begin(at: number, indent: number, isMultiline: boolean, line: number): void {
    this.at = at;
    this.indent = indent;
    this.isMultiline = isMultiline;
    this.isBlank = line >= 0;
    this.lineStart = line >= 0 ? line : NEVER;
    this.excess = 0;
    const { base, depth } = this.structure;
    this.state = base === 0 && depth === 0 ? GARBAGE : OUTSIDE;
  }

  shift(by: number): void {
    this.at -= by;
    this.end -= by;
    this.lineStart = Math.max(NEVER, this.lineStart - by);
  }

  /** Where the value ends if the input ends at `to`. */
  endAt(to: number): number {
    return this.state === BALANCED ? this.end : to;
  }

  run(bytes: Uint8Array, to: number): number {
    for (; this.at < to; this.at++) {
      const byte = bytes[this.at]!;
      if (byte === RECORD_SEPARATOR && (this.structure.isSequence || this.isLineOfRecord())) {
        return this.stop(ENDS_FOR_GOOD);
      }
      if (byte === LINE_FEED) {
        this.lineStart = this.at + 1;
        this.isBlank = true;
        if (this.state === STRING || this.state === ESCAPE) this.state = OUTSIDE;
        continue;
      }
      if (isSpace(byte)) {
        if (this.state === ESCAPE) this.state = STRING;
        continue;
      }
      if (isOpener(byte) && this.isLineOfRecord()) return this.stop(ENDS_AT_LINE);
      const event = this.take(byte);
      this.isBlank = false;
      if (event !== STILL_BROKEN) return event;
    }
    return STILL_BROKEN;
  }

  private isLineOfRecord(): boolean {
    return this.isBlank && this.at - this.lineStart === this.indent;
  }

  private take(byte: number): number {
    switch (this.state) {
      case STRING:
        if (byte === QUOTE) this.state = OUTSIDE;
        else if (byte === BACKSLASH) this.state = ESCAPE;
        return STILL_BROKEN;
      case ESCAPE:
        this.state = STRING;
        return STILL_BROKEN;
      case OUTSIDE:
        return this.outside(byte);
      case BALANCED:
        // Only where another record seems to follow is the balance believed; else brackets were at fault.
        if (isOpener(byte)) return ENDS_AT_TEXT;
        this.state = GARBAGE;
        return STILL_BROKEN;
      default:
        return STILL_BROKEN;
    }
  }

  private outside(byte: number): number {
    const { structure } = this;
    if (byte === QUOTE) {
      this.state = STRING;
    } else if (isOpener(byte)) {
      if (structure.isFull) this.excess++;
      else structure.push(byte === OPEN_BRACE ? OBJECT : ARRAY);
    } else if (byte === COMMA) {
      if (structure.base > 0 && structure.depth === structure.base && this.excess === 0) {
        return this.stop(ENDS_IN_CONTAINER);
      }
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      return this.close(byte);
    }
    return STILL_BROKEN;
  }

  /** Closes the nearest bracket of its kind; those in between were never closed. */
  private close(byte: number): number {
    if (this.excess > 0) {
      this.excess--;
      return STILL_BROKEN;
    }
    const { structure } = this;
    const wanted = byte === CLOSE_BRACE ? OBJECT : ARRAY;
    let depth = structure.depth;
    while (depth > structure.base && structure.stack[depth - 1] !== wanted) depth--;
    if (depth <= structure.base + 1 && structure.depth > structure.base && this.isInner())
      return STILL_BROKEN;
    if (depth === structure.base) {
      return structure.base > 0 && wanted === ARRAY ? this.stop(ENDS_IN_CONTAINER) : STILL_BROKEN;
    }
    structure.depth = depth - 1;
    if (structure.depth === 0) {
      this.end = this.at + 1;
      this.state = BALANCED;
    }
    return STILL_BROKEN;
  }

  /** Whether a bracket stands too deep to close the record, in a list whose records go over several lines. */
  private isInner(): boolean {
    const { structure, indent, lineStart } = this;
    if (!this.isMultiline || indent < 0 || (lineStart === NEVER && !structure.hasLineFeed)) return false;
    return !this.isBlank || this.at - lineStart > indent;
  }

  private stop(event: number): number {
    if (this.state !== BALANCED) this.end = this.at;
    return event;
  }
}
