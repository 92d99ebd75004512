/**
 * The only place that turns seconds, milliseconds and zone-less text into one form.
 * Nothing here reads the clock or the machine's own time zone.
 */

/**
 * A moment as ISO 8601 in UTC: `2015-03-27T15:33:59.703Z`. The fraction has the digits that were read, without
 * trailing zeros, and is absent when it is zero; so two texts are equal exactly when the moments are.
 */
export type Instant = string & { readonly __instant: unique symbol };

const EARLIEST_MS = Date.UTC(0, 0, 1) + yearZeroOffset();
const LATEST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Date.UTC takes years 0 to 99 for 1900 to 1999. */
function yearZeroOffset(): number {
  const date = new Date(0);
  date.setUTCFullYear(0, 0, 1);
  return date.getTime() - Date.UTC(0, 0, 1);
}

const DAY_MS = 86_400_000;
/** The day that was written last, with its `T`: captured times come in runs of one day. */
let lastDay = Number.NaN;
let lastDayText = "";

/** Whether a number is whole milliseconds of the years 0000 to 9999. */
export function isEpochMs(value: number): boolean {
  return Number.isInteger(value) && value >= EARLIEST_MS && value <= LATEST_MS;
}

/** The instant of whole milliseconds since 1970; undefined outside the years 0000 to 9999 or for a fraction. */
export function instantFromMs(epochMs: number): Instant | undefined {
  if (!isEpochMs(epochMs)) return undefined;
  const day = Math.floor(epochMs / DAY_MS);
  if (day !== lastDay) {
    lastDay = day;
    lastDayText = new Date(day * DAY_MS).toISOString().slice(0, 11);
  }
  const ms = epochMs - day * DAY_MS;
  const seconds = Math.floor(ms / 1000);
  const time = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${lastDayText}${time}${fractionOf(ms % 1000)}Z` as Instant;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

function fractionOf(ms: number): string {
  if (ms === 0) return "";
  return `.${String(ms).padStart(3, "0").replace(/0+$/, "")}`;
}

/** Milliseconds since 1970, finer digits cut off towards the past. */
export function msOf(instant: Instant): number {
  const dot = instant.indexOf(".");
  if (dot < 0) return Date.parse(instant);
  return (
    Date.parse(`${instant.slice(0, dot)}Z`) +
    Number(
      instant
        .slice(dot + 1, -1)
        .padEnd(3, "0")
        .slice(0, 3),
    )
  );
}

/** Below zero when `a` is earlier, above when it is later, zero when both are the same moment. */
export function compareInstants(a: Instant, b: Instant): number {
  // With as many digits each they are ordered as texts are.
  if (a.length === b.length) return compareText(a, b);
  const seconds = compareText(a.slice(0, 19), b.slice(0, 19));
  return seconds !== 0 ? seconds : compareText(fraction(a), fraction(b));
}

function fraction(instant: Instant): string {
  return instant.slice(20, -1);
}

/** Code-unit order, the same on every machine (localeCompare is not). */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The latest of some instants; undefined for none. */
export function latest(instants: Iterable<Instant>): Instant | undefined {
  let best: Instant | undefined;
  for (const instant of instants)
    if (best === undefined || compareInstants(instant, best) > 0) best = instant;
  return best;
}

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,18}))?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/i;

/** What a time text says: an instant, or a local time that needs a zone. */
export type ParsedTime =
  | { readonly kind: "instant"; readonly instant: Instant }
  | { readonly kind: "local"; readonly wall: WallTime };

/** A date and time as a clock on the wall shows it, as milliseconds since 1970 of that same reading in UTC. */
export interface WallTime {
  readonly wallMs: number;
  readonly fraction: string;
}

/** Reads ISO 8601 (`T` or a space, with or without zone); undefined for any other text or a day that does not exist. */
export function parseTime(text: string): ParsedTime | undefined {
  if (isInstant(text)) return { kind: "instant", instant: text };
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second = "0", digits = "", zone] = match;
  const wallMs = wallTime(
    Number(year),
    Number(month),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  if (wallMs === undefined) return undefined;
  const wall = { wallMs, fraction: digits.replace(/0+$/, "") };
  if (zone === undefined) return { kind: "local", wall };
  const offsetMs = zoneOffsetMs(zone);
  if (offsetMs === undefined) return undefined;
  const instant = instantFromWall(wall, offsetMs);
  return instant === undefined ? undefined : { kind: "instant", instant };
}

/**
 * Whether a text is an instant as it stands here: so most are captured, and what the pattern does takes ten times as
 * long. The last days of some months are left to it.
 */
function isInstant(text: string): text is Instant {
  const { length } = text;
  if (length < 20 || text.charCodeAt(length - 1) !== 0x5a) return false;
  for (let at = 0; at < 19; at++) {
    const unit = text.charCodeAt(at);
    const wanted = LAYOUT.charCodeAt(at);
    if (wanted === DIGIT_0 ? !isDigit(unit) : unit !== wanted) return false;
  }
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  if (month < 1 || month > 12 || day < 1 || day > (month === 2 ? 28 : 30)) return false;
  if (twoDigits(text, 11) > 23 || twoDigits(text, 14) > 59 || twoDigits(text, 17) > 59) return false;
  if (length === 20) return true;
  if (length === 21 || length > 38 || text.charCodeAt(19) !== 0x2e) return false;
  for (let at = 20; at < length - 1; at++) if (!isDigit(text.charCodeAt(at))) return false;
  return text.charCodeAt(length - 2) !== DIGIT_0;
}

const LAYOUT = "0000-00-00T00:00:00";
const DIGIT_0 = 0x30;

function isDigit(unit: number): boolean {
  return unit >= DIGIT_0 && unit <= DIGIT_0 + 9;
}

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - DIGIT_0) * 10 + text.charCodeAt(at + 1) - DIGIT_0;
}

function wallTime(y: number, mo: number, d: number, h: number, mi: number, s: number): number | undefined {
  if (mo < 1 || mo > 12 || d < 1 || h > 23 || mi > 59 || s > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(y, mo - 1, d);
  if (date.getUTCDate() !== d) return undefined;
  return date.setUTCHours(h, mi, s);
}

function zoneOffsetMs(zone: string): number | undefined {
  if (/^z$/i.test(zone)) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(":", ""));
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

function instantFromWall(wall: WallTime, offsetMs: number): Instant | undefined {
  const whole = instantFromMs(wall.wallMs - offsetMs);
  if (whole === undefined) return undefined;
  return (wall.fraction === "" ? whole : `${whole.slice(0, -1)}.${wall.fraction}Z`) as Instant;
}

/**
 * Before 15 October 1582, ICU formats days of the Julian calendar. No zone has rules as old as this: all times before
 * have the zone's first offset, its local mean time.
 */
const EARLIEST_FORMATTED_MS = Date.UTC(1600, 0, 1);

/** An IANA time zone whose rules are looked up once and remembered. */
export interface TimeZone {
  readonly name: string;
  /** The zone's distance from UTC at a moment, in milliseconds. */
  offsetMsAt(epochMs: number): number;
}

/** @throws {RangeError} If the name is no IANA zone that this Node knows. */
export function timeZone(name: string): TimeZone {
  if (name === "UTC") return { name, offsetMsAt: () => 0 };
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: name,
    calendar: "iso8601",
    numberingSystem: "latn",
    hourCycle: "h23",
    era: "short",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const offsetMsAt = (epochMs: number) => {
    const wholeSecond = Math.floor(Math.max(epochMs, EARLIEST_FORMATTED_MS) / 1000) * 1000;
    const parts = new Map(format.formatToParts(wholeSecond).map((part) => [part.type, part.value]));
    const field = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type));
    const date = new Date(0);
    date.setUTCFullYear(field("year"), field("month") - 1, field("day"));
    return date.setUTCHours(field("hour"), field("minute"), field("second")) - wholeSecond;
  };
  return { name, offsetMsAt };
}

/**
 * A wall time in a zone. Of two moments (clocks go back) the earlier is taken; a time that does not exist (clocks
 * go forward) is moved past the gap, and `skipped` says so. This is Temporal's "compatible" rule.
 */
export function instantInZone(
  wall: WallTime,
  zone: TimeZone,
): { readonly instant: Instant; readonly skipped: boolean } | undefined {
  const day = 86_400_000;
  const before = zone.offsetMsAt(wall.wallMs - day);
  const after = zone.offsetMsAt(wall.wallMs + day);
  for (const offset of [before, after]) {
    if (zone.offsetMsAt(wall.wallMs - offset) === offset) {
      const instant = instantFromWall(wall, offset);
      return instant === undefined ? undefined : { instant, skipped: false };
    }
  }
  const instant = instantFromWall(wall, before);
  return instant === undefined ? undefined : { instant, skipped: true };
}

/** A moment as people give it: ISO 8601, or a day (its start); without a zone it is one of `zone`. */
export function momentFrom(text: string, zone: TimeZone): Instant | undefined {
  const time = parseTime(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text} 00:00:00` : text);
  return time?.kind === "local" ? instantInZone(time.wall, zone)?.instant : time?.instant;
}
