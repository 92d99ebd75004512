import {
  BACKSLASH,
  CLASS_CLOSE_BRACE,
  CLASS_CLOSE_BRACKET,
  CLASS_COLON,
  CLASS_COMMA,
  CLASS_CONTROL,
  CLASS_LINE_FEED,
  CLASS_OF,
  CLASS_OPEN_BRACE,
  CLASS_OPEN_BRACKET,
  CLASS_QUOTE,
  CLASS_SPACE,
  CLASS_WORD,
  isSpace,
  LINE_FEED,
  QUOTE,
  RECORD_SEPARATOR,
  STOPS_STRING,
  STOPS_STRING_OF_SEQUENCE,
} from "./bytes.ts";
import { KeyWatch } from "./key-watch.ts";

/** What the scan came to. */
const MORE = 0;
export const DONE = 1;
export const FAULT = 2;
export const CONTAINER = 3;

/** What the grammar wants next. */
const VALUE = 0;
const FIRST_VALUE = 1;
const KEY = 2;
const FIRST_KEY = 3;
const AFTER_KEY = 4;
const AFTER_VALUE = 5;
const IN_WORD = 6;
const IN_STRING = 7;
const IN_KEY = 8;
/** The same after a backslash: 9 in a string, 10 in a key. */
const ESCAPE = 2;
const IN_STRING_ESCAPE = IN_STRING + ESCAPE;

export const ARRAY = 1;
export const OBJECT = 2;

/** Deeper than this a value is given up as a fault: json/parse refuses it long before. */
const DEEPEST = 65_536;
/** "No line of this value was begun": far enough below any index to never equal an indentation. */
const NEVER = -(2 ** 30);

/**
 * A pushdown automaton over the bytes of one value. It follows strings, brackets, commas and colons strictly,
 * and takes words (numbers, literals) and escapes as they come: json/parse judges those. So a value that
 * passes ends where it should, and one that does not stops at the first structural fault.
 *
 * It can be interrupted after any byte. Indexes are those of the window; `shift` moves them with it.
 */
export class Structure {
  /** Where the scan stopped: after the value, or at the byte at fault. */
  at = 0;
  depth = 0;
  /** Depth of the container that the value stands in; 0 at the top level. */
  base = 0;
  stack: Uint8Array = new Uint8Array(64);
  /**
   * Index of the first bracket in the value that opens at the start of a line with the indentation of a
   * record: where the value turns out broken, the next record probably starts there. -1 where there is none.
   */
  candidate = -1;
  /** Before this index a candidate is a fault at once: the text up to it was found broken before. */
  eagerUntil = 0;
  /** Whether the source is an RFC 7464 sequence: a record separator then ends a value wherever it stands. */
  isSequence = false;
  readonly keys = new KeyWatch();
  private lineStart = NEVER;
  private indent = -1;
  private state = VALUE;

  /**
   * Prepares for a value.
   *
   * @param indent  Indentation, in bytes, of a line that may start another record; -1 for none.
   */
  begin(base: number, indent: number): void {
    this.base = base;
    this.depth = base;
    this.state = VALUE;
    this.candidate = -1;
    this.indent = indent;
    this.lineStart = NEVER;
    this.keys.begin(base);
  }

  /** Goes on in a document after the container that ends at depth `base`. */
  resume(base: number): void {
    this.begin(0, 0);
    this.depth = base - 1;
    this.state = AFTER_VALUE;
    this.keys.isInLog = base === 3;
  }

  /** Looks no more for keys or for lines that start a record: the value's bytes are not kept. */
  forget(): void {
    this.keys.depth = 0;
    this.candidate = -1;
    this.indent = -1;
  }

  shift(by: number): void {
    this.at -= by;
    this.lineStart = Math.max(NEVER, this.lineStart - by);
    if (this.candidate >= 0) this.candidate -= by;
    this.eagerUntil = Math.max(0, this.eagerUntil - by);
    this.keys.start = Math.max(-1, this.keys.start - by);
  }

  /** Whether the value goes over several lines. */
  get hasLineFeed(): boolean {
    return this.lineStart !== NEVER;
  }

  /**
   * Whether the scan stands in a number or literal that is the whole value: only what follows shows its end.
   */
  get isBareWord(): boolean {
    return this.state === IN_WORD && this.depth === this.base;
  }

  /** Whether brackets are nested as deep as this automaton follows them. */
  get isFull(): boolean {
    return this.depth >= DEEPEST;
  }

  push(type: number): void {
    if (this.depth === this.stack.length) {
      const grown = new Uint8Array(this.stack.length * 4);
      grown.set(this.stack);
      this.stack = grown;
    }
    this.stack[this.depth++] = type;
  }

  /**
   * Scans from `from` as far as `to`. CONTAINER: a watched array was opened, and `at` is right after its
   * bracket.
   */
  scan(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    let state = this.state;
    let depth = this.depth;
    const base = this.base;
    const watched = this.keys.depth;
    const stopsString = this.isSequence ? STOPS_STRING_OF_SEQUENCE : STOPS_STRING;
    while (at < to) {
      if (state >= IN_WORD) {
        let byte = bytes[at]!;
        if (state === IN_WORD) {
          while (CLASS_OF[byte] === CLASS_WORD) {
            if (++at === to) break;
            byte = bytes[at]!;
          }
          if (at === to) break;
          state = AFTER_VALUE;
          if (depth === base) return this.stop(DONE, at, state, depth);
          continue;
        }
        if (state >= IN_STRING_ESCAPE) {
          if (byte === LINE_FEED || (byte === RECORD_SEPARATOR && this.isSequence))
            return this.stop(FAULT, at, state, depth);
          state -= ESCAPE;
          at++;
          continue;
        }
        while (stopsString[byte] === 0) {
          if (++at === to) break;
          byte = bytes[at]!;
        }
        if (at === to) break;
        if (byte === QUOTE) {
          at++;
          if (state === IN_KEY) {
            if (depth <= watched) this.keys.end(bytes, at - 1, depth);
            state = AFTER_KEY;
          } else {
            state = AFTER_VALUE;
            if (depth === base) return this.stop(DONE, at, state, depth);
          }
        } else if (byte === BACKSLASH) {
          at++;
          state += ESCAPE;
        } else {
          return this.stop(FAULT, at, state, depth);
        }
        continue;
      }
      switch (CLASS_OF[bytes[at]!]) {
        case CLASS_SPACE:
          at++;
          continue;
        case CLASS_LINE_FEED:
          this.lineStart = ++at;
          continue;
        case CLASS_QUOTE:
          if (state <= FIRST_VALUE) {
            state = IN_STRING;
          } else if (state <= FIRST_KEY) {
            state = IN_KEY;
            this.keys.start = at + 1;
          } else {
            return this.stop(FAULT, at, state, depth);
          }
          at++;
          continue;
        case CLASS_COLON:
          if (state !== AFTER_KEY) return this.stop(FAULT, at, state, depth);
          state = VALUE;
          at++;
          continue;
        case CLASS_COMMA:
          if (state !== AFTER_VALUE) return this.stop(FAULT, at, state, depth);
          state = this.stack[depth - 1] === OBJECT ? KEY : VALUE;
          at++;
          continue;
        case CLASS_WORD:
          if (state > FIRST_VALUE) return this.stop(FAULT, at, state, depth);
          state = IN_WORD;
          at++;
          continue;
        case CLASS_OPEN_BRACE:
        case CLASS_OPEN_BRACKET: {
          if (at - this.lineStart === this.indent && this.isCandidate(bytes, at)) {
            return this.stop(FAULT, at, state, depth);
          }
          if (state > FIRST_VALUE || depth === DEEPEST) return this.stop(FAULT, at, state, depth);
          const isObject = CLASS_OF[bytes[at]!] === CLASS_OPEN_BRACE;
          this.depth = depth;
          this.push(isObject ? OBJECT : ARRAY);
          depth++;
          at++;
          // A key that is watched is always followed by its value, so a level just below it is enough to look at.
          if (depth - 1 <= watched && this.keys.opens(isObject, depth - 1)) {
            return this.stop(CONTAINER, at, FIRST_VALUE, depth);
          }
          state = isObject ? FIRST_KEY : FIRST_VALUE;
          continue;
        }
        case CLASS_CLOSE_BRACE:
          if (
            (state !== AFTER_VALUE && state !== FIRST_KEY) ||
            this.stack[depth - 1] !== OBJECT ||
            depth === base
          ) {
            return this.stop(FAULT, at, state, depth);
          }
          break;
        case CLASS_CLOSE_BRACKET:
          if (
            (state !== AFTER_VALUE && state !== FIRST_VALUE) ||
            this.stack[depth - 1] !== ARRAY ||
            depth === base
          ) {
            return this.stop(FAULT, at, state, depth);
          }
          break;
        case CLASS_CONTROL:
          return this.stop(FAULT, at, state, depth);
      }
      at++;
      state = AFTER_VALUE;
      if (--depth === base) return this.stop(DONE, at, state, depth);
    }
    return this.stop(MORE, at, state, depth);
  }

  private stop(event: number, at: number, state: number, depth: number): number {
    this.at = at;
    this.state = state;
    this.depth = depth;
    return event;
  }

  /** Remembers the first candidate. True where it is to be taken at once. */
  private isCandidate(bytes: Uint8Array, at: number): boolean {
    if (this.candidate >= 0) return false;
    for (let k = this.lineStart; k < at; k++) if (!isSpace(bytes[k]!)) return false;
    this.candidate = at;
    return at < this.eagerUntil;
  }
}
