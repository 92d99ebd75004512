/** Which container the watched key announces. */
const NONE = 0;
const CONVERSATIONS = 1;
const LOG = 2;
const ENTRIES = 3;

/** What members of a capture record were seen: its body, anything about the request, and what a request always has. */
const BODY = 1;
const CAPTURE_FACT = 2;
const METHOD = 4;
const URL = 8;
const REQUEST = METHOD | URL | CAPTURE_FACT;

const KEYS = new Map<string, { readonly opens: number; readonly marks: number }>([
  ["conversations", { opens: CONVERSATIONS, marks: 0 }],
  ["log", { opens: LOG, marks: 0 }],
  ["body", { opens: NONE, marks: BODY }],
  ["bodyBase64", { opens: NONE, marks: BODY }],
  ["method", { opens: NONE, marks: METHOD }],
  ["url", { opens: NONE, marks: URL }],
  ["headers", { opens: NONE, marks: CAPTURE_FACT }],
  ["receivedAt", { opens: NONE, marks: CAPTURE_FACT }],
]);
const LONGEST_KEY = 13;

/**
 * Notices the few keys of a record that change how it is read: `conversations`, `log.entries`, and those of
 * capture records. Only the top level of a record is looked at, and the level below it for `log`.
 */
export class KeyWatch {
  /** Keys at this depth or above are looked at; 0 for none. */
  depth = 0;
  /** Index of the current key's first byte. */
  start = -1;
  isInLog = false;
  private base = 0;
  private marks = NONE;
  private armed = NONE;

  begin(base: number): void {
    this.base = base;
    // A document's root and its `log`, or an element of a plain array: both are watched to depth 2.
    this.depth = base <= 1 ? 2 : 0;
    this.isInLog = false;
    this.marks = 0;
    this.armed = NONE;
  }

  /** Whether the record has a body and says something about the request that carried it, or seems to be one without a body. */
  get isCapture(): boolean {
    const { marks } = this;
    const hasBody = (marks & BODY) !== 0 && (marks & (METHOD | CAPTURE_FACT)) !== 0;
    return hasBody || (marks & REQUEST) === REQUEST;
  }

  /** A key ends at `end`, in an object at `depth`. */
  end(bytes: Uint8Array, end: number, depth: number): void {
    this.armed = NONE;
    const length = end - this.start;
    if (length > LONGEST_KEY || this.start < 0) return;
    if (this.base === 0 && depth === 2) {
      if (this.isInLog && length === 7 && ascii(bytes, this.start, end) === "entries") this.armed = ENTRIES;
      return;
    }
    if (depth !== this.base + 1) return;
    this.isInLog = false;
    const found = KEYS.get(ascii(bytes, this.start, end));
    if (found === undefined) return;
    this.marks |= found.marks;
    if (this.base === 0) this.armed = found.opens;
  }

  /** A bracket opens as the value of the last key. Returns whether it opens a container of records. */
  opens(isObject: boolean, depth: number): boolean {
    const armed = this.armed;
    this.armed = NONE;
    if (armed === LOG && isObject) this.isInLog = true;
    return !isObject && ((armed === CONVERSATIONS && depth === 1) || (armed === ENTRIES && depth === 2));
  }
}

function ascii(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at]!);
  return text;
}
