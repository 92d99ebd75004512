import { splitPointer } from "../formats/field-table.ts";
import { stepsOf } from "../json/pointer.ts";
import type { JsonObject } from "../json/value.ts";
import type { Conversation } from "../model/conversation.ts";
import { messageKeys } from "./fold.ts";

/**
 * Where the leaves of one part stand in the conversation that its parts were folded into.
 *
 * @returns For a model pointer of the part, the one in the merged conversation; undefined where another part's
 * value stands there instead. Pointers with `*` mean every message and are left as they are.
 */
export function mergedPlaces(
  part: Conversation,
  merged: Conversation,
): (pointer: string) => string | undefined {
  const placeOf = mergedIndexes(part, merged);
  return (pointer) => {
    if (pointer.includes("*")) return pointer;
    const [first, index, ...rest] = splitPointer(pointer);
    if (first !== "messages" || index === undefined)
      return isSame(part, pointer, merged, pointer) ? pointer : undefined;
    const place = placeOf(Number(index));
    if (place === undefined) return undefined;
    const moved = ["/messages", place, ...rest].join("/");
    return isSame(part, pointer, merged, moved) ? moved : undefined;
  };
}

/** Where a part's messages stand in the merged conversation, by index. */
export function mergedIndexes(
  part: Conversation,
  merged: Conversation,
): (index: number) => number | undefined {
  const places = new Map([...messageKeys(merged).keys()].map((key, index) => [key, index]));
  const keys = [...messageKeys(part).keys()];
  return (index) => places.get(keys[index] ?? "");
}

/** Of the leaves that were kept of one part's document, those that another part's document tells the same way. */
export function keptAlike(
  kept: ReadonlyMap<string, string>,
  keptOf: JsonObject,
  document: JsonObject,
): ReadonlyMap<string, string> {
  return new Map([...kept].filter(([pointer]) => isSame(keptOf, pointer, document, pointer)));
}

function isSame(a: unknown, pointerA: string, b: unknown, pointerB: string): boolean {
  return JSON.stringify(valueAt(a, pointerA)) === JSON.stringify(valueAt(b, pointerB));
}

function valueAt(value: unknown, pointer: string): unknown {
  let at = value;
  for (const part of stepsOf(pointer)) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<string, unknown>)[part];
  }
  return at;
}
