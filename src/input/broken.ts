import { isSpace, LINE_FEED, trimEnd } from "./bytes.ts";
import { ANYTHING, SEPARATOR, textBeforeSuffix } from "./container.ts";
import type { Cut } from "./cut.ts";
import { type Cutting, IN_BROKEN, IN_GAP } from "./cutting.ts";
import { problemAround, unexpected } from "./problems.ts";
import { ENDS_AT_LINE, ENDS_FOR_GOOD, ENDS_IN_CONTAINER, STILL_BROKEN } from "./recovery.ts";

/** Text that cannot be a value: it lasts to a line that looks like a record. */
export function beginGarbage(c: Cutting, start: number): undefined {
  c.structure.begin(0, 0);
  c.start = start;
  c.isDropped = false;
  c.isSuffix = false;
  // A stray byte on a fresh line is shown well enough by parsing it; behind a document it is the document's fault.
  breakAt(c, c.at, c.isFreshLine ? undefined : "the end of the payload");
}

/** The scan met a fault at `at`. */
export function fault(c: Cutting): Cut | undefined {
  if (c.structure.candidate >= 0 && !c.isDropped) return cutAtCandidate(c);
  breakAt(c, c.at, undefined);
  return undefined;
}

/**
 * Ends the broken value where a line starts like a record, and reads on there, though the scan was further.
 */
export function cutAtCandidate(c: Cutting): Cut | undefined {
  const { structure, start } = c;
  const next = structure.candidate;
  structure.eagerUntil = Math.max(structure.eagerUntil, c.at + 1);
  c.at = next;
  return endBroken(c, start, next, ENDS_AT_LINE);
}

/** From here on the value is only read to its end. */
export function breakAt(c: Cutting, at: number, expected: string | undefined): void {
  c.mode = IN_BROKEN;
  c.expected = expected;
  const indent = c.structure.base === 0 ? 0 : c.indent;
  c.recovery.begin(at, indent, c.container?.isMultiline ?? false, lineOf(c, at));
}

/** Start of the line that `at` is the first character of; -1 where the value began on it, or is not held. */
function lineOf(c: Cutting, at: number): number {
  if (c.isDropped) return -1;
  const { bytes } = c.window;
  let from = at;
  while (from > c.start && isSpace(bytes[from - 1]!) && bytes[from - 1] !== LINE_FEED) from--;
  return from > c.start && bytes[from - 1] === LINE_FEED ? from : -1;
}

/** Looks for the end of a broken value. */
export function inBroken(c: Cutting): Cut | undefined {
  const { recovery, start } = c;
  const { bytes } = c.window;
  // One byte more than is allowed, as it may be the one that shows the end.
  const limit = c.isDropped ? bytes.length : Math.min(bytes.length, start + c.maxBytes + 1);
  const event = recovery.run(bytes, limit);
  c.at = recovery.at;
  if (event !== STILL_BROKEN) return endBroken(c, start, recovery.end, event);
  if (c.isDropped || c.at - start <= c.maxBytes) return c.starve();
  // The fault is within what is shown, so nothing more is needed of it.
  const cut = cutBroken(c, start, start + c.maxBytes);
  c.isDropped = true;
  return cut;
}

/** The broken value ended, in the way that `event` of the recovery says. */
export function endBroken(c: Cutting, start: number, end: number, event: number): Cut | undefined {
  const { container } = c;
  const cut = c.isDropped ? undefined : cutBroken(c, start, trimEnd(c.window.bytes, start, end));
  c.isDropped = false;
  if (
    container === undefined ||
    event === ENDS_FOR_GOOD ||
    (event === ENDS_AT_LINE && !container.isMultiline)
  ) {
    c.leaveContainer();
    return cut;
  }
  c.mode = IN_GAP;
  container.reach(c.at, event === ENDS_IN_CONTAINER ? SEPARATOR : ANYTHING);
  if (event === ENDS_AT_LINE) {
    // Reading goes on at the line's first bracket: the gap before it has been read already.
    container.sawLineFeed = true;
    c.lineStart = c.window.base + c.at - c.indent;
  }
  return cut;
}

function cutBroken(c: Cutting, start: number, end: number): Cut | undefined {
  if (c.isSuffix) {
    const problem = problemAround(textBeforeSuffix(c.suffixBase), c.window.bytes.subarray(start, end), "");
    c.isSuffix = false;
    return problem === undefined ? undefined : c.cut(start, end, "", "payload", problem);
  }
  const problem = c.expected === undefined ? undefined : unexpected(c.window.bytes, start, end, c.expected);
  return c.cut(start, end, c.takePointer(), "payload", problem);
}
