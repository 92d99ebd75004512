import { hash } from "node:crypto";

/**
 * Hashes what must be the same when a run is resumed.
 *
 * @param parts  Name of each part, as it is shown to people ("target", "body template"), and its value. Give templates as
 *   written, with the names of secrets and not their values: a hash of a guessable secret can be guessed.
 * @returns The names and 128 bits of each value's SHA-256.
 */
export function fingerprintOf(parts: Readonly<Record<string, string | Uint8Array>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parts).map(([name, value]) => [name, hash("sha256", value).slice(0, 32)]),
  );
}

/** Names of the parts that are not the same in both, in alphabetical order; a part that one of them lacks has changed. */
export function changedParts(
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  const valueIn = (parts: Readonly<Record<string, string>>, name: string) =>
    Object.hasOwn(parts, name) ? parts[name] : undefined;
  return [...names].filter((name) => valueIn(before, name) !== valueIn(now, name)).sort();
}
