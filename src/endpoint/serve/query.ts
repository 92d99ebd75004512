import { nearestName } from "../../diagnostics/nearest.ts";
import { momentFrom, msOf, type TimeZone } from "../../model/time.ts";
import { Refusal } from "../http/refusal.ts";

/** What a request asks for. */
export interface Query {
  /** Only conversations whose last message is of this moment or later, in milliseconds since 1970. */
  readonly sinceMs: number | undefined;
  /** At most so many conversations. */
  readonly limit: number;
}

const NAMES = ["startDate", "limit"];
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Reads what stands behind "?". A name that is not known is refused: a misspelt `startDate` would answer with
 * everything.
 *
 * @param limit  What a request may ask for at most; more is brought down to it.
 * @throws {Refusal} 400
 */
export function readQuery(query: string, zone: TimeZone, limit: number): Query {
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (!NAMES.includes(name)) throw unknownName(name);
    if ((values.get(name) ?? value) !== value) {
      throw new Refusal(400, "repeated-parameter", `${name} is given twice, and not the same`);
    }
    values.set(name, value);
  }
  return { sinceMs: startDate(values.get("startDate"), zone), limit: limitOf(values.get("limit"), limit) };
}

function unknownName(name: string): Refusal {
  const nearest = nearestName(name, NAMES);
  const known = nearest === undefined ? "startDate and limit are known" : `did you mean ${nearest}?`;
  return new Refusal(400, "unknown-parameter", `the query has a parameter that is not known; ${known}`);
}

function startDate(text: string | undefined, zone: TimeZone): number | undefined {
  if (text === undefined) return undefined;
  const instant = DAY.test(text) ? momentFrom(text, zone) : undefined;
  if (instant === undefined) {
    throw new Refusal(400, "bad-start-date", "startDate takes a day such as 2026-01-31");
  }
  return msOf(instant);
}

function limitOf(text: string | undefined, most: number): number {
  if (text === undefined) return most;
  if (!/^[1-9]\d{0,14}$/.test(text)) {
    throw new Refusal(400, "bad-limit", "limit takes a whole number from 1 on");
  }
  return Math.min(Number(text), most);
}
