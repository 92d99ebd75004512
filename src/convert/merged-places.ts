import { splitPointer } from "../formats/field-table.ts";
import { stepsOf } from "../json/pointer.ts";
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
  const places = new Map([...messageKeys(merged).keys()].map((key, index) => [key, index]));
  const keys = [...messageKeys(part).keys()];
  return (pointer) => {
    if (pointer.includes("*")) return pointer;
    const [first, index, ...rest] = splitPointer(pointer);
    if (first !== "messages" || index === undefined)
      return isSame(part, pointer, merged, pointer) ? pointer : undefined;
    const place = places.get(keys[Number(index)] ?? "");
    if (place === undefined) return undefined;
    const moved = ["/messages", place, ...rest].join("/");
    return isSame(part, pointer, merged, moved) ? moved : undefined;
  };
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
