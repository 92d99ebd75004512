import { type Instant, momentFrom, type TimeZone } from "../model/time.ts";

/** The moment of an option: ISO 8601, or a day. @throws {TypeError} Where it is none. */
export function moment(text: string, option: string, zone: TimeZone): Instant {
  const instant = momentFrom(text, zone);
  if (instant === undefined) throw new TypeError(`${option} is no ISO 8601 time: ${text}`);
  return instant;
}
