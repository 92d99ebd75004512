import { type Instant, instantInZone, parseTime } from "../../../model/time.ts";
import type { ReadContext } from "../../types.ts";
import { dateIn } from "./line-shape.ts";

/** Day, month, year. */
type Day = readonly [year: number, month: number, day: number];

/** The times of one transcript, in its order; what had to be guessed is reported once for each kind of guess. */
export class TranscriptTimes {
  private readonly context: ReadContext;
  private readonly pointer: string;
  /** Whether `03/04/2024` is the third of April. */
  private readonly isDayFirst: boolean;
  private day: Day | undefined;
  private previous: Instant | undefined;
  private readonly reported = new Set<string>();

  /** @param dates  Every date of the report: they tell in which order day and month stand. */
  constructor(context: ReadContext, pointer: string, dates: readonly string[], hasTwelveHours: boolean) {
    this.context = context;
    this.pointer = pointer;
    const pairs = dates.map((date) => /^(\d{1,2})\/(\d{1,2})\//.exec(date)).filter((match) => match !== null);
    const isSure = pairs.some(([, first, second]) => Number(first) > 12 || Number(second) > 12);
    this.isDayFirst = isSure ? pairs.some(([, first]) => Number(first) > 12) : !hasTwelveHours;
    if (pairs.length > 0 && !isSure) {
      const why = hasTwelveHours
        ? "times with am and pm go with months first"
        : "nothing tells day and month apart";
      const taken = `${this.isDayFirst ? "day" : "month"} first`;
      this.guess("order", pairs[0]![0] + pairs[0]!.input.slice(pairs[0]![0].length), taken, why);
    }
  }

  /** A date that holds for the messages below it. */
  setDay(date: string): void {
    this.day = this.dayOf(date) ?? this.day;
  }

  /** The moment of a message; undefined, after an error, where no date is to be had or the time is none. */
  instantOf(clock: string, date: string | undefined): Instant | undefined {
    if (date !== undefined) this.setDay(date);
    const day = this.day ?? this.arrivalDay();
    if (day === undefined) {
      this.context.report("decode/date-unknown", this.pointer, { time: clock });
      return undefined;
    }
    const text = `${dayText(day)} ${clockText(clock)}`;
    const instant = this.placed(text);
    if (instant === undefined) {
      this.context.report("decode/time-invalid", this.pointer, { value: `${date ?? dayText(day)} ${clock}` });
      return undefined;
    }
    const isNextDay =
      date === undefined && this.previous !== undefined && hoursBetween(this.previous, instant) < -12;
    if (isNextDay) {
      this.day = nextDay(day);
      this.guess("midnight", clock, dayText(this.day), "it is much earlier than the message before");
      return this.instantOf(clock, undefined);
    }
    this.previous = instant;
    return instant;
  }

  private placed(text: string): Instant | undefined {
    const { zone, zoneIsGiven } = this.context;
    const parsed = parseTime(text);
    if (parsed?.kind === "instant") return parsed.instant;
    const placed = parsed === undefined ? undefined : instantInZone(parsed.wall, zone);
    if (placed === undefined) return undefined;
    if (!zoneIsGiven)
      this.once("zone", () =>
        this.context.report("decode/zone-assumed", this.pointer, { zone: zone.name, example: text }),
      );
    if (placed.skipped)
      this.context.report("decode/local-time-skipped", this.pointer, { time: text, zone: zone.name });
    return placed.instant;
  }

  private arrivalDay(): Day | undefined {
    const { receivedAt } = this.context;
    const date = receivedAt === undefined ? undefined : dateIn(receivedAt.slice(0, 10));
    if (date === undefined) return undefined;
    this.day = this.dayOf(date);
    this.guess("arrival", date, date, "the report has no date; this is the day on which the body arrived");
    return this.day;
  }

  private dayOf(date: string): Day | undefined {
    const parts = date.split(/[-./]\s?/).map(Number);
    const [a = 0, b = 0, c = 0] = parts;
    if (date.includes("-")) return [a, b, c];
    const year = c < 100 ? 2000 + c : c;
    return date.includes(".") || this.isDayFirst ? [year, b, a] : [year, a, b];
  }

  private guess(kind: string, found: string, taken: string, why: string): void {
    this.once(kind, () => this.context.report("decode/time-guessed", this.pointer, { found, taken, why }));
  }

  private once(kind: string, report: () => void): void {
    if (this.reported.has(kind)) return;
    this.reported.add(kind);
    report();
  }
}

function dayText([year, month, day]: Day): string {
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function nextDay([year, month, day]: Day): Day {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day + 1);
  return [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
}

function hoursBetween(from: Instant, to: Instant): number {
  return (Date.parse(to) - Date.parse(from)) / 3_600_000;
}

/** `9:05 pm` as ISO 8601 has it; the zone stays. */
function clockText(clock: string): string {
  const match =
    /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,3}))?)?\s?(?:([AaPp])\.?[Mm]\.?)?\s?(Z|UTC|[+-]\d{2}:\d{2})?/.exec(
      clock,
    );
  const [, hour = "", minute, second = "00", fraction, half, zone = ""] = match ?? [];
  const isTwelve = half !== undefined;
  const hours = isTwelve ? (Number(hour) % 12) + (/p/i.test(half) ? 12 : 0) : Number(hour);
  const rest = fraction === undefined ? "" : `.${fraction}`;
  return `${two(hours)}:${minute}:${second}${rest}${zone === "UTC" ? "Z" : zone}`;
}
