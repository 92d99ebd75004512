import type { HoledText } from "./holed-text.ts";
import type { Place } from "./types.ts";

/**
 * The place of every variable of a form template (`name=value&name=value`): values only. What is literal must be
 * encoded as it is to be sent.
 *
 * @returns By index of the stand-in.
 * @throws {TemplateError} For a variable in a name, and for text that is not encoded.
 */
export function placesInForm(holed: HoledText): Map<number, Place> {
  const { text, holes } = holed;
  refuseUnencoded(holed, 0, text.length);
  const places = new Map<number, Place>();
  let isValue = false;
  for (let at = 0; at < text.length; at++) {
    if (holes.has(at)) {
      if (!isValue) throw holed.errorAt("a variable cannot be part of a parameter's name", at);
      places.set(at, "form-value");
    } else if (text[at] === "&") isValue = false;
    else if (text[at] === "=") isValue = true;
  }
  return places;
}

/** Refuses a `%` that is no `%XX`, white space, controls and what is not ASCII. */
function refuseUnencoded(holed: HoledText, start: number, end: number): void {
  for (let at = start; at < end; at++) {
    const unit = holed.text.charCodeAt(at);
    if (unit <= 0x20 || unit > 0x7e) {
      throw holed.errorAt("literal text of a form is written percent-encoded; this is not", at);
    }
    if (unit === 0x25) requireHexPair(holed, at);
  }
}

/** @throws {TemplateError} Unless the `%` at `index` starts a whole `%XX` of literal text. */
export function requireHexPair(holed: HoledText, index: number): void {
  const isPair = /^[0-9A-Fa-f]{2}$/.test(holed.text.slice(index + 1, index + 3));
  if (!isPair || holed.holeIn(index + 1, index + 3) !== undefined) {
    throw holed.errorAt('"%" starts no %XX; a percent sign itself is %25', index);
  }
}
