import type { Report } from "../../diagnostics/diagnostic.ts";
import { isArray, type Json, type JsonObject, member } from "../../json/value.ts";
import { compareInstants } from "../../model/time.ts";
import { reportDuplicateIds, reportTimesNotAscending } from "../message-rules.ts";
import type { Spelling } from "./spelling.ts";
import { comparableInstant } from "./times.ts";
import { idOf } from "./wire-values.ts";

/**
 * Rules between the messages of one list. Times without a zone are compared as they stand, so that the hour which
 * a clock shows twice in autumn may be called not ascending: a warning at most.
 */
export function checkMessages(document: JsonObject, { list, time }: Spelling, report: Report): void {
  const items = member(document, list);
  if (!isArray(items)) return;
  for (const name of time) {
    const times = items.map((item) => comparableInstant(usualTime(item, time, name)));
    reportTimesNotAscending(times, `/${list}`, name, report);
  }
  reportDuplicateIds(
    items.map((item) => idOf(member(item, "id"))),
    `/${list}`,
    report,
  );
}

/** Reports a list of messages that is there and empty. */
export function checkNotEmpty(document: JsonObject, { list }: Spelling, report: Report): void {
  const items = member(document, list);
  if (isArray(items) && items.length === 0) report("meaning/no-messages", `/${list}`, {});
}

/** The message's time, if this is the name under which it is read. */
function usualTime(item: Json, names: readonly string[], name: string): Json | undefined {
  const used = names.find((one) => typeof member(item, one) === "string");
  return used === name ? member(item, name) : undefined;
}

/** Reports a conversation whose end comes before its start. */
export function checkSpan(document: JsonObject, report: Report): void {
  const start = comparableInstant(member(document, "created_at"));
  const end = comparableInstant(member(document, "ended_at"));
  if (start !== undefined && end !== undefined && compareInstants(end, start) < 0) {
    report("meaning/end-before-start", "/ended_at", { start, end });
  }
}
