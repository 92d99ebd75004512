/** How payload text is shown to people: clipped, in quotes, and never able to steer a terminal. */

const LONGEST_QUOTE = 60;

/**
 * C0 and C1 controls, DEL, line and paragraph separators, bidirectional controls, zero-width and other
 * invisible format characters, and lone surrogates. JSON.stringify leaves most of these as they are.
 */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** The text with every unsafe character as `\uXXXX`. Length may grow; nothing else changes. */
export function escapeControls(text: string): string {
  return text.replace(UNSAFE, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** At most `longest` UTF-16 units, never half of a pair; "…" stands for what is cut. */
export function clip(text: string, longest: number = LONGEST_QUOTE): string {
  if (text.length <= longest) return text;
  const cut = /[\ud800-\udbff]/.test(text.charAt(longest - 1)) ? longest - 1 : longest;
  return `${text.slice(0, cut)}…`;
}

/** The text in double quotes, clipped and made safe. */
export function quote(text: string, longest: number = LONGEST_QUOTE): string {
  return `"${escapeControls(clip(text, longest))}"`;
}
