import type { Json } from "../../json/value.ts";
import { member } from "../../json/value.ts";
import type { Instant } from "../../model/time.ts";
import type { Spelling, Surroundings } from "./spelling.ts";
import { arrivalTime } from "./times.ts";

interface TimeLeaf {
  readonly instant: Instant;
  readonly pointer: string;
}

/**
 * A time for every message of a list: its own, else that of the nearest message before it that has one, else after
 * it, else one of the whole conversation, else the time of arrival. Substitutes are reported, message by message.
 *
 * @returns undefined after reporting `decode/time-unknown` (or an impossible time).
 */
export function placeInTime(
  items: readonly Json[],
  list: string,
  spelling: Spelling,
  around: Surroundings,
): readonly Instant[] | undefined {
  const own = items.map((item, index) => ownTime(item, `${list}/${index}`, spelling, around));
  if (around.times.hasFailed) return undefined;
  const substitutes = substituteTimes(own, around);
  if (substitutes === undefined) {
    around.context.report("decode/time-unknown", list, {});
    return undefined;
  }
  return own.map((time, index) => {
    const to = `/messages/${index}/sentAt`;
    if (time !== undefined) {
      const name = time.pointer.slice(`${list}/${index}/`.length);
      if (!spelling.ruled.has(name)) around.edges.push({ from: time.pointer, to });
      return time.instant;
    }
    const substitute = substitutes[index]!;
    around.context.report("decode/time-derived", `${list}/${index}`, {
      from: substitute.pointer === "" ? "the time of arrival" : substitute.pointer,
    });
    if (substitute.pointer !== "") around.edges.push({ from: substitute.pointer, to });
    return substitute.instant;
  });
}

function ownTime(item: Json, at: string, spelling: Spelling, { times }: Surroundings): TimeLeaf | undefined {
  for (const name of spelling.time) {
    const pointer = `${at}/${name}`;
    const instant = times.read(member(item, name), pointer);
    if (instant !== undefined) return { instant, pointer };
  }
  return undefined;
}

/** For each message what it would take in place of its own time; undefined where one that needs it finds none. */
function substituteTimes(
  own: readonly (TimeLeaf | undefined)[],
  around: Surroundings,
): readonly TimeLeaf[] | undefined {
  const isComplete = !own.includes(undefined);
  const first = own.find((time) => time !== undefined) ?? (isComplete ? undefined : wholeTime(around));
  if (first === undefined) return isComplete ? [] : undefined;
  let nearest = first;
  return own.map((time) => {
    nearest = time ?? nearest;
    return nearest;
  });
}

/** A time of the whole conversation; pointer "" is the time of arrival, which stands in no payload. */
function wholeTime({ times, substitutes, context }: Surroundings): TimeLeaf | undefined {
  for (const { value, pointer } of substitutes) {
    const instant = times.read(value, pointer);
    if (instant !== undefined) return { instant, pointer };
  }
  const arrival = arrivalTime(context);
  return arrival === undefined ? undefined : { instant: arrival, pointer: "" };
}
