import { UsageError } from "../exit-codes.ts";

const UNITS = new Map([
  ["ms", 1],
  ["s", 1000],
  ["", 1000],
  ["m", 60_000],
  ["min", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

/** A stretch of time in milliseconds: `500ms`, `30s`, `5m`, `2h`, `1d`; a number alone is seconds. */
export function durationOption(text: string, option: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s|min|m|h|d)?$/.exec(text);
  if (match === null) {
    throw new UsageError(`${option} takes a time such as 500ms, 30s, 5m or 2h; found "${text}"`);
  }
  return Number(match[1]) * UNITS.get(match[2] ?? "")!;
}

/** The same, and more than nothing. */
export function longerThanZero(text: string, option: string): number {
  const ms = durationOption(text, option);
  if (ms <= 0) throw new UsageError(`${option} takes a time above zero; found "${text}"`);
  return ms;
}

/** Timers of more than 24 days would run out at once; nobody means that much. */
const LONGEST_MS = 24 * 3_600_000;

/** The same, for what a timer of Node counts: at most a day. */
export function atMostOneDay(text: string, option: string): number {
  const ms = longerThanZero(text, option);
  if (ms > LONGEST_MS) throw new UsageError(`${option} takes at most 24h; found "${text}"`);
  return ms;
}

/** How many times as fast as the payloads' own times; undefined for as fast as it goes. */
export function speedOption(text: string): number | undefined {
  if (text === "max") return undefined;
  const match = /^(\d{1,6}(?:\.\d{1,6})?)x$/.exec(text);
  const factor = Number(match?.[1]);
  if (match === null || !(factor > 0)) {
    throw new UsageError(`--speed takes max, or a factor such as 1x or 10x; found "${text}"`);
  }
  return factor;
}

/** `name=value` pairs of `--var`. */
export function variablesOption(options: readonly string[]): Record<string, string> {
  const variables: Record<string, string> = Object.create(null);
  for (const option of options) {
    const match = /^([A-Za-z_][A-Za-z0-9_-]*)=(.*)$/s.exec(option);
    if (match === null) {
      const [name = ""] = option.split("=", 1);
      const found = name === "" ? 'found nothing before "="' : `found "${name}"`;
      throw new UsageError(
        `--var takes name=value, the name of letters, digits, "_" and "-" and not beginning with a digit; ${found}`,
      );
    }
    if (Object.hasOwn(variables, match[1]!)) throw new UsageError(`--var ${match[1]} is given twice`);
    variables[match[1]!] = match[2]!;
  }
  return variables;
}
