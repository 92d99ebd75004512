import { parseJson } from "../json/parse.ts";
import type { Json } from "../json/value.ts";
import type { HoledText } from "./holed-text.ts";
import type { Names } from "./names.ts";
import type { VariableSegment } from "./parse.ts";
import type { Hole, Place } from "./types.ts";

/** Literal text, or a variable at its place. */
export type Part = string | Hole;

/**
 * The parts of a template in order, neighbouring literals joined.
 *
 * @param places  Of every variable, by index of its stand-in.
 * @throws {TemplateError} For a name that does not exist here.
 */
export function partsOf(holed: HoledText, places: ReadonlyMap<number, Place>, names: Names): Part[] {
  return partsBetween(holed, 0, holed.text.length, places, names);
}

/** The same for a stretch of the holed text. */
export function partsBetween(
  holed: HoledText,
  start: number,
  end: number,
  places: ReadonlyMap<number, Place>,
  names: Names,
): Part[] {
  const parts: Part[] = [];
  let from = start;
  for (let hole = holed.holeIn(start, end); hole !== undefined; hole = holed.holeIn(from, end)) {
    if (hole > from) parts.push(holed.text.slice(from, hole));
    parts.push(holeFor(holed, hole, places.get(hole)!, names));
    from = hole + 1;
  }
  if (from < end) parts.push(holed.text.slice(from, end));
  return parts;
}

function holeFor(holed: HoledText, index: number, place: Place, names: Names): Hole {
  const variable = holed.holes.get(index)!;
  const { isSecret } = checkedName(holed, index, variable, names);
  const { line, column } = holed.errorAt("", index);
  const [root, ...steps] = variable.path;
  const base = { root: String(root), steps, name: variable.name, place, isSecret, line, column };
  return variable.fallback === undefined
    ? base
    : { ...base, fallback: fallbackValue(variable.fallback, place) };
}

/** In a JSON value position a default is JSON where it reads as JSON (`0`, `null`, `[]`), else a string. */
function fallbackValue(fallback: string, place: Place): Json {
  if (place !== "json-value") return fallback;
  const parsed = parseJson(fallback);
  return parsed.ok ? parsed.value : fallback;
}

function checkedName(holed: HoledText, index: number, variable: VariableSegment, names: Names) {
  const { name, path, isBraced, fallback, end } = variable;
  const verdict = names.check(path, fallback !== undefined);
  if (!verdict.isKnown) {
    const { unavailable, nearest } = verdict;
    if (unavailable !== undefined) throw holed.errorAt(`$${name} ${unavailable}`, index);
    const hint = nearest === undefined ? "" : `; did you mean ${spelled(nearest)}?`;
    throw holed.errorAt(`there is no variable $${name}${hint}`, index);
  }
  // Without braces `$capture.headers.x-id` is the header "x" and the text "-id": never what is meant.
  const rest = /^-[A-Za-z0-9-]+/.exec(holed.template.slice(end, end + 80))?.[0];
  if (verdict.isHeader && !isBraced && rest !== undefined) {
    throw holed.errorAt(`a header's name with "-" needs braces: \${${name}${rest}}`, index);
  }
  return verdict;
}

function spelled(name: string): string {
  return /^[A-Za-z0-9_.[\]]+$/.test(name) ? `$${name}` : `\${${name}}`;
}
