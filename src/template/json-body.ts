import { type JsonProblem, parseJson } from "../json/parse.ts";
import type { HoledText } from "./holed-text.ts";
import { problemWords } from "./problem-words.ts";
import type { Place } from "./types.ts";

/**
 * The place of every variable of a JSON template: inside a string, or a value of its own.
 *
 * The template is checked as JSON: each variable in a string counts as a letter, each outside as a number, and such
 * a number must be all that stands between its neighbours. So whatever the values are, the result is JSON.
 *
 * @returns By index of the stand-in.
 * @throws {TemplateError} For text that is no JSON, and a variable that is (part of) a key, a number or a word.
 */
export function placesInJson(holed: HoledText): Map<number, Place> {
  const places = placesByQuotes(holed);
  const text = withNumbers(holed.text, places);
  const result = parseJson(text);
  if (!result.ok) throw faultOf(holed, result.problem);
  const twice = result.duplicateKeys[0];
  if (twice !== undefined) throw holed.errorAt("a key that its object has already", twice.offset);
  for (const [index, place] of places) {
    if (place === "json-value") requireWholeValue(holed, text, index);
  }
  refuseInKeys(holed, text);
  return places;
}

/** Quotes alone tell strings from the rest; where they do not, the text is no JSON and the parser says so. */
function placesByQuotes(holed: HoledText): Map<number, Place> {
  const { text, holes } = holed;
  const places = new Map<number, Place>();
  let isInString = false;
  for (let at = 0; at < text.length; at++) {
    if (holes.has(at)) places.set(at, isInString ? "json-string" : "json-value");
    else if (text[at] === '"') isInString = !isInString;
    // A backslash before a variable is a broken escape, found by the parser; the variable is still looked at.
    else if (isInString && text[at] === "\\" && !holes.has(at + 1)) at++;
  }
  return places;
}

function withNumbers(text: string, places: ReadonlyMap<number, Place>): string {
  const parts: string[] = [];
  let from = 0;
  for (const [index, place] of places) {
    if (place !== "json-value") continue;
    parts.push(text.slice(from, index), "0");
    from = index + 1;
  }
  return parts.join("") + text.slice(from);
}

const SPACE = /[ \t\r\n]/;

/** `1$x` would pass for the number 10: a value's neighbours must be brackets, commas or colons. */
function requireWholeValue(holed: HoledText, text: string, index: number): void {
  let before = index - 1;
  while (before >= 0 && SPACE.test(text[before]!)) before--;
  let after = index + 1;
  while (after < text.length && SPACE.test(text[after]!)) after++;
  const isWhole = /^[[,:]?$/.test(text.charAt(before)) && /^[\],}]?$/.test(text.charAt(after));
  if (!isWhole) throw holed.errorAt(OUTSIDE, index);
}

const OUTSIDE = "a variable cannot stand here: JSON takes one as a whole value or inside a string";

/** In sound JSON a string is a key exactly when a colon follows. */
function refuseInKeys(holed: HoledText, text: string): void {
  let hole: number | undefined;
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== '"') continue;
    const start = at++;
    while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
    hole = holed.holeIn(start, at);
    if (hole === undefined) continue;
    let after = at + 1;
    while (after < text.length && SPACE.test(text[after]!)) after++;
    if (text[after] === ":") throw holed.errorAt("a variable cannot be part of a key", hole);
  }
}

function faultOf(holed: HoledText, problem: JsonProblem) {
  const { offset, end } = problem;
  const hole = holed.holeIn(offset, Math.max(end, offset + 1));
  if (hole !== undefined && problem.code === "json/bad-escape") {
    return holed.errorAt("a variable cannot be part of an escape", hole);
  }
  if (hole !== undefined) {
    const isKey = problem.expected.includes("key in double quotes");
    return holed.errorAt(isKey ? "a variable cannot be a key" : OUTSIDE, hole);
  }
  return holed.errorAt(`the template is no JSON: ${problemWords(problem)}`, offset);
}
