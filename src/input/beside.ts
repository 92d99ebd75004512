import type { Placed, PlacedText } from "../diagnostics/place.ts";
import { locateAll } from "../json/locate.ts";
import { parseJson } from "../json/parse.ts";
import { step } from "../json/pointer.ts";
import { decodeUtf8, utf8Length } from "../json/text.ts";
import { isObject } from "../json/value.ts";
import { isListPointer } from "./container.ts";

/**
 * Told of members that stand beside `conversations`, as `schema/unknown-field`: no record holds them, so nobody else
 * sees them. `part` is what stands before the list or after it; it is valid during the call only.
 */
export type TellBeside = (part: PlacedText, members: readonly Placed[]) => void;

/** The list's two sides have a text of their own, which is sound once `before` or `after` is added; see `problemAround`. */
export function membersBeside(before: string, bytes: Uint8Array, after: string): Placed[] {
  const text = decodeUtf8(bytes) ?? "";
  const whole = before + text + after;
  const parsed = parseJson(whole);
  if (!parsed.ok || !isObject(parsed.value)) return [];
  const fields = Object.keys(parsed.value).filter((field) => !isListPointer(step(field)));
  if (fields.length === 0) return [];
  const spans = locateAll(whole, fields.map(step));
  const byteAt = (index: number) => utf8Length(text, 0, Math.max(0, index - before.length));
  return fields.map((field) => {
    const pointer = step(field);
    const { keyStart, keyEnd } = spans.get(pointer)!;
    const bytesOfKey = { start: byteAt(keyStart!), end: byteAt(keyEnd!) };
    return { code: "schema/unknown-field", args: { field }, pointer, target: "key", bytes: bytesOfKey };
  });
}
