/** Answer headers up to this many bytes; Node's own limit of 16 KiB is narrow for services with many cookies. */
export const MAX_HEADER_BYTES = 65_536;

/** Names and values as they came; header bytes above ASCII have no agreed meaning, so each is one character. */
export function headerPairs(raw: readonly Buffer[]): (readonly [name: string, value: string])[] {
  const headers: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    headers.push([raw[at]!.toString("latin1"), raw[at + 1]!.toString("latin1")]);
  }
  return headers;
}
