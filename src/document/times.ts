import { type Instant, instantFromMs, msOf, type TimeZone } from "../model/time.ts";

/** Dates and times as a reader of the report's time zone would write them, in figures: no language has a say. */

/** `2015-03-27` */
export function dayOf(instant: Instant, zone: TimeZone): string {
  return wallTime(instant, zone).slice(0, 10);
}

/** `15:33:59` */
export function clockOf(instant: Instant, zone: TimeZone): string {
  return wallTime(instant, zone).slice(11, 19);
}

/** `2015-03-27 15:33:59` */
export function dayAndClockOf(instant: Instant, zone: TimeZone): string {
  return `${dayOf(instant, zone)} ${clockOf(instant, zone)}`;
}

function wallTime(instant: Instant, zone: TimeZone): string {
  const ms = msOf(instant);
  // Beyond the years that can be written the zone's distance is left out.
  return instantFromMs(ms + zone.offsetMsAt(ms)) ?? instant;
}
