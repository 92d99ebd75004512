import { ExactNumber, isArray, isObject, type Json } from "./value.ts";

/**
 * The JSON text of a value, with the same spelling as `JSON.stringify` and exact numbers as they were read.
 *
 * @param indent  Spaces a level; 0 gives one line without spaces.
 * @throws {TypeError} For a number that JSON cannot hold: infinity is never written as `null`.
 */
export function stringifyJson(value: Json, indent = 0): string {
  return holdsExact(value) ? write(value, indent, "\n") : JSON.stringify(value, null, indent);
}

/** Whether something in it is written otherwise than JSON.stringify would: a number with digits of its own, or none. */
function holdsExact(value: Json): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  if (typeof value !== "object" || value === null) return false;
  if (value instanceof ExactNumber) return true;
  if (isArray(value)) return value.some(holdsExact);
  for (const key in value) if (holdsExact(value[key]!)) return true;
  return false;
}

function write(value: Json, indent: number, newline: string): string {
  if (value instanceof ExactNumber) return value.text;
  if (typeof value === "number" && !Number.isFinite(value))
    throw new TypeError(`JSON has no number ${value}`);
  if (isArray(value)) {
    const inner = newline + " ".repeat(indent);
    return block(
      "[",
      value.map((item) => write(item, indent, inner)),
      "]",
      indent,
      newline,
    );
  }
  if (isObject(value)) {
    const inner = newline + " ".repeat(indent);
    const colon = indent > 0 ? ": " : ":";
    const members = Object.keys(value).map(
      (key) => JSON.stringify(key) + colon + write(value[key]!, indent, inner),
    );
    return block("{", members, "}", indent, newline);
  }
  return JSON.stringify(value);
}

function block(
  open: string,
  parts: readonly string[],
  close: string,
  indent: number,
  newline: string,
): string {
  if (parts.length === 0) return open + close;
  if (indent === 0) return open + parts.join(",") + close;
  const inner = newline + " ".repeat(indent);
  return open + inner + parts.join(`,${inner}`) + newline + close;
}
