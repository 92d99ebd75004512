type Headers = readonly (readonly [string, string])[];

/**
 * How long an answer asks us to wait, in milliseconds from `wallMs`; 0 for a date that is past. Of several headers the
 * longest wait holds. What is neither a number of seconds nor one of RFC 9110's three dates does not count; it is never
 * handed to Date.parse, which takes "120" for a year.
 *
 * @returns undefined where no header says a thing; Infinity for more seconds than a double holds.
 */
export function retryAfterMs(headers: Headers, wallMs: number): number | undefined {
  let longest: number | undefined;
  for (const [name, value] of headers) {
    if (name.toLowerCase() !== "retry-after") continue;
    const delay = delayOf(value.replace(/^[ \t]+|[ \t]+$/g, ""), wallMs);
    if (delay !== undefined) longest = Math.max(longest ?? 0, delay);
  }
  return longest;
}

function delayOf(value: string, wallMs: number): number | undefined {
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = httpDateMs(value, wallMs);
  return date === undefined ? undefined : Math.max(0, date - wallMs);
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MONTH = `(${MONTHS.join("|")})`;
const TIME = "(\\d\\d):(\\d\\d):(\\d\\d)";
/** Sun, 06 Nov 1994 08:49:37 GMT */
const IMF_FIXDATE = new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\\d\\d) ${MONTH} (\\d{4}) ${TIME} GMT$`);
/** Sunday, 06-Nov-94 08:49:37 GMT */
const RFC_850 = new RegExp(
  `^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\\d\\d)-${MONTH}-(\\d\\d) ${TIME} GMT$`,
);
/** Sun Nov  6 08:49:37 1994 */
const ASCTIME = new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${MONTH} ([ \\d]\\d) ${TIME} (\\d{4})$`);

/** The moment of an HTTP date (RFC 9110, 5.6.7) in milliseconds since 1970; undefined for any other text. */
export function httpDateMs(text: string, wallMs: number): number | undefined {
  const fixdate = IMF_FIXDATE.exec(text);
  if (fixdate !== null) {
    const [, day, month, year, ...time] = fixdate;
    return momentOf(Number(year), month!, day!, time);
  }
  const rfc850 = RFC_850.exec(text);
  if (rfc850 !== null) {
    const [, day, month, year, ...time] = rfc850;
    return momentOf(fullYear(Number(year), wallMs), month!, day!, time);
  }
  const asctime = ASCTIME.exec(text);
  if (asctime === null) return undefined;
  const [, month, day, hour, minute, second, year] = asctime;
  return momentOf(Number(year), month!, day!, [hour!, minute!, second!]);
}

/** Two digits that seem more than 50 years ahead are the most recent past year with these digits. */
function fullYear(twoDigits: number, wallMs: number): number {
  const thisYear = new Date(wallMs).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + 50 ? year - 100 : year;
}

function momentOf(year: number, month: string, day: string, time: readonly string[]): number | undefined {
  const [hour, minute, second] = time.map(Number);
  // 60 is a leap second.
  if (hour! > 23 || minute! > 59 || second! > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, MONTHS.indexOf(month), Number(day));
  if (date.getUTCDate() !== Number(day)) return undefined;
  return date.setUTCHours(hour!, minute!, second!);
}
