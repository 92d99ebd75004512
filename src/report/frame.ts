import type { Finding } from "../diagnostics/finding.ts";
import { safeText } from "./safe.ts";
import { displayWidth } from "./width.ts";

/** How much of a line is shown, in UTF-16 units before and after the place itself. */
const BEFORE = 36;
const AFTER = 72;
const TAB = "    ";

/** The parts of a code frame, ready to print; `number` and the blanks of `margin` are equally wide. */
export interface Frame {
  readonly number: string;
  readonly margin: string;
  readonly code: string;
  /** The blanks before the carets. */
  readonly indent: string;
  readonly carets: string;
}

/**
 * The finding's line with carets under the place, or undefined where a finding means the source itself or has no
 * excerpt. Long lines are cut to a window, tabs become blanks, and control characters are escaped; the carets
 * are placed by the columns that the shown text takes.
 */
export function codeFrame(finding: Finding): Frame | undefined {
  const { excerpt } = finding;
  if (excerpt === undefined || finding.record === 0) return undefined;
  const text = excerpt.text;
  const start = wholePair(text, clamp(finding.column - excerpt.column, text.length));
  const last = finding.endLine > finding.line ? text.length : finding.endColumn - excerpt.column;
  const end = Math.max(start, clamp(last, text.length));

  const from = start > BEFORE ? wholePair(text, start - BEFORE) : 0;
  const to = text.length > start + AFTER ? wholePair(text, start + AFTER) : text.length;
  const isCutBefore = from > 0 || excerpt.column > 1;
  const before = (isCutBefore ? "…" : "") + shown(text.slice(from, start));
  const marked = shown(text.slice(start, Math.min(end, to)));
  const after = shown(text.slice(Math.min(end, to), to)) + (to < text.length ? "…" : "");

  const number = String(finding.line);
  return {
    number,
    margin: " ".repeat(number.length),
    code: before + marked + after,
    indent: " ".repeat(displayWidth(before)),
    carets: "^".repeat(Math.max(1, displayWidth(marked))),
  };
}

/** A tab would reach the next stop of whoever prints it, so the carets could not be placed. */
function shown(text: string): string {
  return text.split("\t").map(safeText).join(TAB);
}

function clamp(index: number, length: number): number {
  return Math.min(Math.max(index, 0), length);
}

/** The index, or the one before where it would cut a surrogate pair in two. */
function wholePair(text: string, index: number): number {
  const isInside =
    /[\ud800-\udbff]/.test(text.charAt(index - 1)) && /[\udc00-\udfff]/.test(text.charAt(index));
  return isInside ? index - 1 : index;
}
