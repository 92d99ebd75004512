import { eastAsianWidth } from "get-east-asian-width";

const COMBINING = /[\p{Mn}\p{Me}]/u;

/**
 * Columns that a text takes on a terminal: two for wide characters (CJK, emoji), none for combining marks. The text
 * must be free of control characters. Joined emoji need no care: the joiner is escaped before.
 */
export function displayWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) {
    if (!COMBINING.test(character)) width += eastAsianWidth(character.codePointAt(0)!);
  }
  return width;
}
