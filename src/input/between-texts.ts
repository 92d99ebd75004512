import { beginGarbage } from "./broken.ts";
import {
  COMMA,
  isSpace,
  LINE_FEED,
  ONE_COMMA,
  OPEN_BRACKET,
  RECORD_SEPARATOR,
  STARTS_VALUE,
} from "./bytes.ts";
import type { Cut } from "./cut.ts";
import type { Cutting } from "./cutting.ts";
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
  if (STARTS_VALUE[byte] === 1) return beginValue(c, 0, 0);
  if (byte === COMMA) {
    c.at++;
    return c.cutProblem("json/syntax", { expected: "a payload", found: "," }, c.at - 1, ONE_COMMA);
  }
  return beginGarbage(c, c.at);
}

function openArray(c: Cutting): undefined {
  c.structure.begin(0, 0);
  c.structure.push(ARRAY);
  c.at++;
  c.openContainer(1);
}
