import { digitsOf, isNumeric, type Json, member } from "../../json/value.ts";

/** A wire value with the pointer it stands at. */
export interface Leaf<T> {
  readonly value: T;
  readonly pointer: string;
}

/** The text of a string; undefined for anything else. */
export function textOf(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** An id as text: a number's digits as they were read, or a text. */
export function idOf(value: Json | undefined): string | undefined {
  return isNumeric(value) ? digitsOf(value) : textOf(value);
}

/** As `idOf`, but nothing for an empty text, which tells no two things apart. */
export function tellingIdOf(value: Json | undefined): string | undefined {
  return idOf(value) || undefined;
}

/** The first of some members whose value `read` understands, with its pointer. */
export function firstLeaf<T>(
  object: Json | undefined,
  at: string,
  keys: readonly string[],
  read: (value: Json | undefined) => T | undefined,
): Leaf<T> | undefined {
  for (const key of keys) {
    const value = read(member(object, key));
    if (value !== undefined) return { value, pointer: `${at}/${key}` };
  }
  return undefined;
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The object without its undefined members: a missing fact is absent. */
export function present<T extends object>(facts: T): Present<T> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as Present<T>;
}

/** As `present`, but undefined where no member is left. */
export function presentOrNone<T extends object>(facts: T): Present<T> | undefined {
  const result = present(facts);
  return Object.keys(result).length === 0 ? undefined : result;
}
