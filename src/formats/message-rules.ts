import type { Report } from "../diagnostics/diagnostic.ts";
import { compareInstants, type Instant } from "../model/time.ts";

/**
 * Reports each message whose time is before the one before it. Unknown times are passed over.
 *
 * @param list  Pointer of the vendor's list of messages.
 * @param field  Name of the time in a message.
 */
export function reportTimesNotAscending(
  times: readonly (Instant | undefined)[],
  list: string,
  field: string,
  report: Report,
): void {
  let previous: Instant | undefined;
  times.forEach((time, index) => {
    if (time === undefined) return;
    if (previous !== undefined && compareInstants(time, previous) < 0) {
      report("meaning/times-not-ascending", `${list}/${index}/${field}`, { time, previous });
    }
    previous = time;
  });
}

/** Reports each message whose id an earlier one has already. Messages without an id are passed over. */
export function reportDuplicateIds(ids: readonly (string | undefined)[], list: string, report: Report): void {
  const first = new Map<string, number>();
  ids.forEach((id, index) => {
    if (id === undefined) return;
    const earlier = first.get(id);
    if (earlier === undefined) first.set(id, index);
    else report("meaning/duplicate-id", `${list}/${index}/id`, { id, first: `${list}/${earlier}` });
  });
}
