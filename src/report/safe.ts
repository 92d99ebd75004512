import { escapeControls } from "../diagnostics/quote.ts";

/**
 * Beyond what `escapeControls` covers: U+180E and the tag characters (both invisible), and U+FFFE and U+FFFF,
 * which neither XML 1.0 nor YAML can hold.
 */
const ALSO_UNSAFE = /[\u180e\ufffe\uffff]|\udb40[\udc00-\udc7f]/g;

/** The text with everything that could steer a terminal, hide or turn text around as `\uXXXX`. One line stays one. */
export function safeText(text: string): string {
  return escapeControls(text).replace(ALSO_UNSAFE, escapeUnits);
}

/**
 * The value as JSON on one line, safe on a terminal. JSON.stringify leaves DEL, C1 and bidi controls as they are;
 * they stand in strings only, where the escape means the same character.
 */
export function safeJson(value: unknown): string {
  return safeText(JSON.stringify(value));
}

function escapeUnits(units: string): string {
  return units
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
