/** The bytes that JSON gives a meaning, and what each byte is outside a string. */

export const LINE_FEED = 0x0a;
export const RECORD_SEPARATOR = 0x1e;
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_BRACKET = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE_BRACKET = 0x5d;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;

export const CLASS_WORD = 0;
export const CLASS_SPACE = 1;
export const CLASS_LINE_FEED = 2;
export const CLASS_CONTROL = 3;
export const CLASS_QUOTE = 4;
export const CLASS_COMMA = 5;
export const CLASS_COLON = 6;
export const CLASS_OPEN_BRACE = 7;
export const CLASS_OPEN_BRACKET = 8;
export const CLASS_CLOSE_BRACE = 9;
export const CLASS_CLOSE_BRACKET = 10;

/** Class of each byte outside strings. Everything that is neither structure nor space is part of a word. */
export const CLASS_OF: Uint8Array = classes();

/**
 * 1 for the bytes that the run through a string must stop at: a raw line feed shows that its end is missing.
 */
export const STOPS_STRING: Uint8Array = table([QUOTE, BACKSLASH, LINE_FEED]);
export const STOPS_STRING_OF_SEQUENCE: Uint8Array = table([QUOTE, BACKSLASH, LINE_FEED, RECORD_SEPARATOR]);

/** 1 for the first bytes of valid JSON values. */
export const STARTS_VALUE: Uint8Array = table([...'{["-0123456789tfn'].map((letter) => letter.charCodeAt(0)));

function table(members: readonly number[]): Uint8Array {
  const result = new Uint8Array(256);
  for (const byte of members) result[byte] = 1;
  return result;
}

function classes(): Uint8Array {
  const result = new Uint8Array(256).fill(CLASS_CONTROL, 0, 0x20);
  for (const byte of [0x20, 0x09, 0x0d]) result[byte] = CLASS_SPACE;
  result[LINE_FEED] = CLASS_LINE_FEED;
  result[QUOTE] = CLASS_QUOTE;
  result[COMMA] = CLASS_COMMA;
  result[COLON] = CLASS_COLON;
  result[OPEN_BRACE] = CLASS_OPEN_BRACE;
  result[OPEN_BRACKET] = CLASS_OPEN_BRACKET;
  result[CLOSE_BRACE] = CLASS_CLOSE_BRACE;
  result[CLOSE_BRACKET] = CLASS_CLOSE_BRACKET;
  return result;
}

export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === LINE_FEED || byte === 0x0d || byte === 0x09;
}

/** Whether a byte opens an object or an array. */
export function isOpener(byte: number): boolean {
  return byte === OPEN_BRACE || byte === OPEN_BRACKET;
}

/** `end` moved back over white space, not before `start`. */
export function trimEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && isSpace(bytes[at - 1]!)) at--;
  return at;
}

/** The bytes of a problem that is nothing but a comma; its own may be gone by the time it is known. */
export const ONE_COMMA: Uint8Array = Uint8Array.of(COMMA);
