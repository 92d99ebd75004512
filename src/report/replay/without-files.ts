/** A run of these without an end is a file in Base64 (or percent-encoded) and no word. */
const FILE = /[A-Za-z0-9+/_%-]/;
const IS_OF_FILE = Uint8Array.from({ length: 128 }, (_, unit) =>
  Number(FILE.test(String.fromCharCode(unit))),
);
const SHORTEST_FILE = 160;
const SHOWN = 24;
const EQUALS_SIGN = 0x3d;

/**
 * The text with the beginning of every file in it: whole, a file says nothing to people and hides what stands around it.
 * A file is as long as a record may be, too long for a regular expression.
 */
export function withoutFiles(text: string): string {
  const parts: string[] = [];
  let shown = 0;
  for (let at = 0; at < text.length; ) {
    const start = at;
    while (IS_OF_FILE[text.charCodeAt(at)] === 1) at++;
    if (at - start < SHORTEST_FILE) {
      if (at === start) at++;
      continue;
    }
    for (let padding = 0; padding < 2 && text.charCodeAt(at) === EQUALS_SIGN; padding++) at++;
    parts.push(text.slice(shown, start + SHOWN), `…(${at - start} characters of Base64)`);
    shown = at;
  }
  parts.push(text.slice(shown));
  return parts.join("");
}
