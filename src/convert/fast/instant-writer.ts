import type { Output } from "./output.ts";

const DAY_MS = 86_400_000;
/** From 1 March of the year 0. */
const DAYS_BEFORE_1970 = 719_468;
const DAYS_OF_400_YEARS = 146_097;
/** The end of the year 9999, the last instant that has a spelling. */
export const LATEST_MS = 253_402_300_799_999;

/** Writes milliseconds since 1970 as `instantFromMs` spells them; the day is worked out once for a run of times. */
export class InstantWriter {
  private dayStartMs = Number.NaN;
  private readonly date = new TextEncoder().encode("0000-00-00T");

  /** @param ms  A whole number from 0 to `LATEST_MS`. The output has room for 24 bytes. */
  write(ms: number, output: Output): void {
    let inDay = ms - this.dayStartMs;
    if (!(inDay >= 0 && inDay < DAY_MS)) {
      this.turnTo(ms);
      inDay = ms - this.dayStartMs;
    }
    const { bytes, length: at } = output;
    const { date } = this;
    for (let k = 0; k < 11; k++) bytes[at + k] = date[k]!;
    const seconds = (inDay / 1000) | 0;
    const minutes = (seconds / 60) | 0;
    putTwo(bytes, at + 11, (minutes / 60) | 0);
    bytes[at + 13] = 0x3a;
    putTwo(bytes, at + 14, minutes % 60);
    bytes[at + 16] = 0x3a;
    putTwo(bytes, at + 17, seconds % 60);
    output.length = at + 19;
    putFraction(inDay % 1000, output);
  }

  /** Days to a date by arithmetic, as `Date` takes longer. The years begin in March, so that leap days end them. */
  private turnTo(ms: number): void {
    const days = Math.floor(ms / DAY_MS);
    this.dayStartMs = days * DAY_MS;
    const sinceYear0 = days + DAYS_BEFORE_1970;
    const era = (sinceYear0 / DAYS_OF_400_YEARS) | 0;
    const inEra = sinceYear0 - era * DAYS_OF_400_YEARS;
    const leapDays = ((inEra / 1460) | 0) - ((inEra / 36_524) | 0) + ((inEra / 146_096) | 0);
    const yearOfEra = ((inEra - leapDays) / 365) | 0;
    const inYear = inEra - (365 * yearOfEra + (yearOfEra >> 2) - ((yearOfEra / 100) | 0));
    const monthFromMarch = ((5 * inYear + 2) / 153) | 0;
    const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
    const year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0);
    const { date } = this;
    putTwo(date, 0, (year / 100) | 0);
    putTwo(date, 2, year % 100);
    putTwo(date, 5, month);
    putTwo(date, 8, inYear - (((153 * monthFromMarch + 2) / 5) | 0) + 1);
  }
}

function putTwo(bytes: Uint8Array, at: number, value: number): void {
  const tens = (value / 10) | 0;
  bytes[at] = 0x30 + tens;
  bytes[at + 1] = 0x30 + value - tens * 10;
}

/** Up to three digits without trailing zeros, none at all for zero, and the `Z`. */
function putFraction(ms: number, output: Output): void {
  const { bytes } = output;
  let at = output.length;
  if (ms !== 0) {
    bytes[at++] = 0x2e;
    bytes[at++] = 0x30 + ((ms / 100) | 0);
    if (ms % 100 !== 0) bytes[at++] = 0x30 + (((ms / 10) | 0) % 10);
    if (ms % 10 !== 0) bytes[at++] = 0x30 + (ms % 10);
  }
  bytes[at++] = 0x5a;
  output.length = at;
}
