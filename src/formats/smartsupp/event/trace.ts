import { isNumeric, type Json, member } from "../../../json/value.ts";
import { type Instant, parseTime } from "../../../model/time.ts";
import type { Edge } from "../../types.ts";

/** An event's document with what reading it needs: the wanted member of several, and the edges found on the way. */
export class EventTrace {
  readonly edges: Edge[] = [];

  /** Notes that the wire leaf `from` had a part in the model leaves `to`. */
  edge(from: string, ...to: string[]): void {
    for (const leaf of to) this.edges.push({ from, to: leaf });
  }
}

export function textAt(value: Json | undefined, key: string): string | undefined {
  const text = member(value, key);
  return typeof text === "string" ? text : undefined;
}

export function numberAt(value: Json | undefined, key: string) {
  const number = member(value, key);
  return isNumeric(number) ? number : undefined;
}

/** The instant of a time text; undefined where there is none. */
export function instantAt(value: Json | undefined, key: string): Instant | undefined {
  const parsed = parseTime(textAt(value, key) ?? "");
  return parsed?.kind === "instant" ? parsed.instant : undefined;
}
