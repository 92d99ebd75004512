import type { Place } from "../diagnostics/finding.ts";

/** What may come next between the elements of a container. */
export const FIRST = 0;
export const ELEMENT = 1;
export const SEPARATOR = 2;
/** After a broken element: a comma is fine, and so is none. */
export const ANYTHING = 3;

/** A list of records that is being read: a top-level array, `conversations`, or a HAR's `entries`. */
export class Container {
  /** Nesting depth of its elements' parent: 1 for an array, 2 for `conversations`, 3 for `log.entries`. */
  readonly base: number;
  readonly pointer: string;
  /** Of the next element. */
  index = 0;
  gap = FIRST;
  /** Whether the list goes over several lines; one that does not may be a line of JSON Lines. */
  isMultiline = false;
  /** Whether a line feed was seen since the last bracket, element or comma. */
  sawLineFeed = false;
  /** Index in the window right after the last bracket, element or comma. */
  lastAt = 0;
  /** Its place, once the window has moved on. */
  lastPlace: Place | undefined;

  constructor(base: number, at: number) {
    this.base = base;
    this.lastAt = at;
    this.pointer = base === 1 ? "" : base === 2 ? "/conversations" : "/log/entries";
  }

  /** Something was read as far as `at`, and `gap` may come next. */
  reach(at: number, gap: number): void {
    this.lastAt = at;
    this.lastPlace = undefined;
    this.gap = gap;
    this.sawLineFeed = false;
  }

  /** What the grammar wants in the gap, as messages say it. */
  get expected(): string {
    switch (this.gap) {
      case FIRST:
        return 'a value or "]"';
      case ELEMENT:
        return "a value";
      default:
        return '"," or "]"';
    }
  }
}

/** Valid text that stands for everything before the list's closing bracket, to check what comes after it. */
export function textBeforeSuffix(base: number): string {
  return base === 3 ? '{"log":{"entries":[' : '{"conversations":[';
}

/** Whether a pointer of the document leads to a list of records, or to what holds one. */
export function isListPointer(pointer: string): boolean {
  return pointer === "/conversations" || pointer === "/log" || pointer === "/log/entries";
}

/** Valid text that closes a document right after the list's opening bracket. */
export function textAfterPrefix(base: number): string {
  return base === 3 ? "]}}" : "]}";
}
