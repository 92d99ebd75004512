import { nearestName } from "../diagnostics/nearest.ts";
import { formatById, formats } from "../formats/registry.ts";
import type { FormatAdapter } from "../formats/types.ts";
import { type Instant, momentFrom, type TimeZone, timeZone } from "../model/time.ts";
import { UsageError } from "./exit-codes.ts";

/** Values of options, read strictly: what is not understood is a usage error that says what would be. */

/** @param others  What the option takes beside formats. */
export function formatOption(
  name: string,
  option: string,
  wanted: "any" | "writable" = "any",
  others: readonly string[] = [],
): FormatAdapter {
  const usable = formats.filter((format) => wanted === "any" || format.write !== undefined);
  const names = [...usable.map(({ id }) => id), ...others];
  const format = formatById(name);
  const list = `one of ${names.join(", ")}`;
  if (format === undefined) {
    const nearest = nearestName(name, names);
    throw new UsageError(
      `${option} takes ${list}; found "${name}"`,
      nearest === undefined ? "see chatx formats" : `did you mean ${nearest}?`,
    );
  }
  if (!usable.includes(format)) {
    throw new UsageError(`${format.id} can be read, not written; ${option} takes ${list}`);
  }
  return format;
}

/** `auto` is undefined: the format is detected for each record. */
export function sourceFormatOption(name: string, option: string): FormatAdapter | undefined {
  return name === "auto" ? undefined : formatOption(name, option);
}

const NO_LIMIT = { bytes: Number.POSITIVE_INFINITY, text: "" };

const SIZE_UNITS = new Map([
  ["", 1],
  ["K", 1024],
  ["M", 1024 ** 2],
  ["G", 1024 ** 3],
]);

/** A number of bytes: `65536`, `64M`, `64MiB`. */
export function sizeOption(
  text: string,
  option: string,
  most: { readonly bytes: number; readonly text: string } = NO_LIMIT,
): number {
  const match = /^(\d{1,15})\s*([KMG]?)(?:i?B)?$/i.exec(text);
  const bytes = match === null ? Number.NaN : Number(match[1]) * SIZE_UNITS.get(match[2]!.toUpperCase())!;
  if (!Number.isSafeInteger(bytes) || bytes < 1) {
    throw new UsageError(`${option} takes a number of bytes such as 65536 or 64MiB; found "${text}"`);
  }
  if (bytes > most.bytes) throw new UsageError(`${option} takes ${most.text} at most; found "${text}"`);
  return bytes;
}

/** A record is read as one text, and V8 makes none that is longer. */
const LONGEST_RECORD = { bytes: 511 * 1024 ** 2, text: "511MiB" };

/** The value of --max-record-bytes. @throws {UsageError} */
export function recordSizeOption(text: string): number {
  return sizeOption(text, "--max-record-bytes", LONGEST_RECORD);
}

export function countOption(text: string, option: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${option} takes a whole number; found "${text}"`);
  return Number(text);
}

export function choiceOption<T extends string>(text: string, option: string, choices: readonly T[]): T {
  const choice = choices.find((one) => one === text);
  if (choice !== undefined) return choice;
  const nearest = nearestName(text, choices);
  throw new UsageError(
    `${option} takes ${choices.join(" or ")}; found "${text}"`,
    nearest === undefined ? undefined : `did you mean ${nearest}?`,
  );
}

export function zoneOption(name: string): TimeZone {
  try {
    return timeZone(name);
  } catch {
    throw new UsageError(`--time-zone takes an IANA name such as Europe/Berlin; found "${name}"`);
  }
}

/** A moment: ISO 8601, or a day (its start). Without a zone it is read in `zone`. */
export function momentOption(text: string, option: string, zone: TimeZone): Instant {
  const instant = momentFrom(text, zone);
  if (instant === undefined) {
    throw new UsageError(
      `${option} takes a day or an ISO 8601 time such as 2026-01-31 or 2026-01-31T08:00:00Z; found "${text}"`,
    );
  }
  return instant;
}

/** `i/n` with 1 ≤ i ≤ n. */
export function shardOption(text: string): { index: number; count: number } {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text);
  const index = Number(match?.[1]);
  const count = Number(match?.[2]);
  if (match === null || index < 1 || index > count) {
    throw new UsageError(`--shard takes i/n, such as 1/4 to 4/4; found "${text}"`);
  }
  return { index, count };
}
