import { breakAt } from "./broken.ts";
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  isOpener,
  isSpace,
  LINE_FEED,
  ONE_COMMA,
  RECORD_SEPARATOR,
  STARTS_VALUE,
} from "./bytes.ts";
import { ANYTHING, type Container, ELEMENT, FIRST, SEPARATOR } from "./container.ts";
import { Cut } from "./cut.ts";
import { BETWEEN_TEXTS, type Cutting, IN_VALUE } from "./cutting.ts";
import { problemAt } from "./problems.ts";
import { beginValue } from "./value.ts";

const NOTHING = new Uint8Array(0);

/** Reads between the elements of a container: white space, commas, and its end. */
export function inGap(c: Cutting, container: Container): Cut | undefined {
  const { bytes } = c.window;
  while (c.at < bytes.length && isSpace(bytes[c.at]!)) {
    if (bytes[c.at++] === LINE_FEED) {
      container.sawLineFeed = true;
      c.lineStart = c.window.base + c.at;
    }
  }
  if (c.at === bytes.length) return c.starve();
  const byte = bytes[c.at]!;
  if (byte === CLOSE_BRACKET) return closeContainer(c, container);
  if (byte === COMMA) return takeComma(c, container);
  if (byte === RECORD_SEPARATOR && c.structure.isSequence) return unterminated(c, container);
  if (byte === 0xef) {
    const mark = c.byteOrderMark();
    if (mark !== false) return mark;
  }
  if (container.gap === SEPARATOR) return missingComma(c, container, byte);
  if (byte === CLOSE_BRACE || byte === COLON) return beginBrokenElement(c, container, undefined);
  return beginElement(c, container);
}

function takeComma(c: Cutting, container: Container): Cut | undefined {
  const isMissingElement = container.gap === FIRST || container.gap === ELEMENT;
  const { expected } = container;
  container.reach(++c.at, ELEMENT);
  if (!isMissingElement) return undefined;
  return c.cutProblem("json/syntax", { expected, found: "," }, c.at - 1, ONE_COMMA);
}

function missingComma(c: Cutting, container: Container, byte: number): Cut | undefined {
  const isAtLineStart = container.sawLineFeed && c.window.base + c.at === c.lineStart;
  // A list on one line with a record on the next: JSON Lines whose line was cut off.
  if (isOpener(byte) && isAtLineStart && !container.isMultiline) return unterminated(c, container);
  if (STARTS_VALUE[byte] !== 1) return beginBrokenElement(c, container, container.expected);
  const args = { expected: container.expected, found: String.fromCharCode(byte) };
  container.gap = ANYTHING;
  return c.cutProblem("json/syntax", args, c.at, Uint8Array.of(byte));
}

function closeContainer(c: Cutting, container: Container): Cut | undefined {
  const problem = container.gap === ELEMENT ? trailingComma(c, container) : undefined;
  c.container = undefined;
  if (container.base === 1) {
    c.at++;
    c.mode = BETWEEN_TEXTS;
    c.isFreshLine = false;
    return problem;
  }
  c.structure.resume(container.base);
  c.start = c.at++;
  c.mode = IN_VALUE;
  c.isDropped = false;
  c.isSuffix = true;
  c.suffixBase = container.base;
  return problem;
}

function trailingComma(c: Cutting, container: Container): Cut {
  const after = c.placeAfterLast(container);
  const place = { offset: after.offset - 1, line: after.line, column: after.column - 1 };
  const problem = problemAt("json/trailing-comma", { before: "]" }, 0, 1);
  return new Cut(c.source, place, ONE_COMMA, container.pointer, "payload", problem);
}

/** The container is not closed, and the top level goes on. */
export function unterminated(c: Cutting, container: Container): Cut {
  const problem = problemAt("json/unexpected-end", { expected: container.expected }, 0, 0);
  const place = c.placeAfterLast(container);
  c.leaveContainer();
  return new Cut(c.source, place, NOTHING, container.pointer, "payload", problem);
}

function beginElement(c: Cutting, container: Container): undefined {
  if (container.sawLineFeed) container.isMultiline = true;
  beginValue(c, container.base, indentOf(c, container));
}

function beginBrokenElement(c: Cutting, container: Container, expected: string | undefined): undefined {
  c.structure.begin(container.base, -1);
  c.indent = indentOf(c, container);
  c.start = c.at;
  c.isDropped = false;
  c.isSuffix = false;
  breakAt(c, c.at, expected);
}

/** A record that starts its line shows how the next one's line looks; a list on one line has no next line. */
function indentOf(c: Cutting, container: Container): number {
  if (container.sawLineFeed) return c.window.base + c.at - c.lineStart;
  return container.isMultiline ? -1 : 0;
}
