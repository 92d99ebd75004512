import { beginGarbage } from "./broken.ts";
import {
  CLOSE_BRACE,
  COMMA,
  isSpace,
  LINE_FEED,
  ONE_COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  RECORD_SEPARATOR,
  STARTS_VALUE,
} from "./bytes.ts";
import type { Cut } from "./cut.ts";
import type { Cutting, WholeLine } from "./cutting.ts";
import { ARRAY } from "./structure.ts";
import { beginValue } from "./value.ts";

/** Reads between the texts of the top level, as far as the next one's first byte. */
export function betweenTexts(c: Cutting): Cut | undefined {
  const { bytes } = c.window;
  while (c.at < bytes.length && isSpace(bytes[c.at]!)) {
    if (bytes[c.at++] === LINE_FEED) c.isFreshLine = true;
  }
  if (c.at === bytes.length) return c.starve();
  const byte = bytes[c.at]!;
  if (byte === RECORD_SEPARATOR) {
    c.structure.isSequence = true;
    c.isFreshLine = true;
    c.at++;
    return undefined;
  }
  if (byte === 0xef) {
    const mark = c.byteOrderMark();
    if (mark !== false) return mark;
  }
  if (byte === OPEN_BRACKET) return openArray(c);
  if (byte === OPEN_BRACE && c.line !== undefined && c.isFreshLine) {
    const whole = wholeLine(c, c.line);
    if (whole !== undefined) return whole;
  }
  if (STARTS_VALUE[byte] === 1) return beginValue(c, 0, 0);
  if (byte === COMMA) {
    c.at++;
    return c.cutProblem("json/syntax", { expected: "a payload", found: "," }, c.at - 1, ONE_COMMA);
  }
  return beginGarbage(c, c.at);
}

/** The line that starts here, where the caller knows it for a payload. */
function wholeLine(c: Cutting, isWhole: WholeLine): Cut | undefined {
  const { bytes } = c.window;
  const lineEnd = bytes.indexOf(LINE_FEED, c.at);
  if (lineEnd < 0 && !c.isFinal) return undefined;
  let end = lineEnd < 0 ? bytes.length : lineEnd;
  while (isSpace(bytes[end - 1]!)) end--;
  if (bytes[end - 1] !== CLOSE_BRACE || end - c.at > c.maxBytes || !isWhole(bytes, c.at, end))
    return undefined;
  c.start = c.at;
  c.at = end;
  c.isDropped = false;
  return c.emit(c.start, end, "payload", undefined);
}

function openArray(c: Cutting): undefined {
  c.structure.begin(0, 0);
  c.structure.push(ARRAY);
  c.at++;
  c.openContainer(1);
}
