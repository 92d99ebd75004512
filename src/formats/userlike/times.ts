import type { Json } from "../../json/value.ts";
import { type Instant, instantInZone, parseTime, type TimeZone, timeZone } from "../../model/time.ts";
import type { ReadContext } from "../types.ts";

/**
 * Reads the times of one document. Today's callbacks write ISO 8601 with `Z` (seen), those of 2014
 * `YYYY-MM-DD HH:MM:SS` without a zone (seen); both are taken in either.
 */
export class TimeReader {
  /** True once a time was met that lies outside the years 0000 to 9999; it was reported as an error. */
  hasFailed = false;
  private readonly context: ReadContext;
  private isZoneReported = false;
  /** Some times are asked for twice; their findings come once. */
  private readonly known = new Map<string, Instant | undefined>();

  constructor(context: ReadContext) {
    this.context = context;
  }

  /** The instant that stands at a pointer; undefined where there is none. */
  read(value: Json | undefined, pointer: string): Instant | undefined {
    if (typeof value !== "string") return undefined;
    if (!this.known.has(pointer)) this.known.set(pointer, this.instantOf(value, pointer));
    return this.known.get(pointer);
  }

  private instantOf(text: string, pointer: string): Instant | undefined {
    const { report, zone, zoneIsGiven } = this.context;
    const parsed = parseTime(text);
    if (parsed?.kind === "instant") return parsed.instant;
    const placed = parsed === undefined ? undefined : instantInZone(parsed.wall, zone);
    if (placed === undefined) {
      this.hasFailed = true;
      report("decode/time-invalid", pointer, { value: text });
      return undefined;
    }
    if (!zoneIsGiven && !this.isZoneReported) {
      this.isZoneReported = true;
      report("decode/zone-assumed", pointer, { zone: zone.name, example: text });
    }
    if (placed.skipped) report("decode/local-time-skipped", pointer, { time: text, zone: zone.name });
    return placed.instant;
  }
}

/** The time of arrival that a capture tells, if it is one. */
export function arrivalTime({ receivedAt, zone }: ReadContext): Instant | undefined {
  return receivedAt === undefined ? undefined : plainInstant(receivedAt, zone);
}

const UTC = timeZone("UTC");

/** A time for comparing with others of the same document, whose zone is not known yet. */
export function comparableInstant(value: Json | undefined): Instant | undefined {
  return typeof value === "string" ? plainInstant(value, UTC) : undefined;
}

function plainInstant(text: string, zone: TimeZone): Instant | undefined {
  const parsed = parseTime(text);
  if (parsed === undefined) return undefined;
  return parsed.kind === "instant" ? parsed.instant : instantInZone(parsed.wall, zone)?.instant;
}
