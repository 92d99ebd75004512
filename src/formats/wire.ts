import * as z from "zod/mini";
import { isEpochMs, parseTime } from "../model/time.ts";

/**
 * The words in which the vendors' schemas are written. All objects are loose: an unknown field passes and is
 * reported by `unknown-fields.ts`.
 */

// chatx builds no code at run time: zod's compiled parsers are left off on every machine.
z.config({ jitless: true });

/** Any text. */
export const text = once(() => z.string());

export const truth = once(() => z.boolean());

/** Unlike `z.int()` it takes ids above 2^53: their digits are kept beside the double that is checked here. */
export const wholeNumber = once(() =>
  described(z.number().check(z.refine(Number.isInteger, { error: "a whole number" })), { type: "integer" }),
);

/** A text, null, or missing. */
export const optionalText = once(() => z.nullish(text()));

/** A whole number, null, or missing. */
export const optionalWholeNumber = once(() => z.nullish(wholeNumber()));

/** Whole milliseconds since 1970, within the years 0000 to 9999. */
export const epochMilliseconds = once(() =>
  described(z.number().check(z.refine(isEpochMs, { error: "a time in milliseconds since 1970" })), {
    type: "integer",
  }),
);

/** ISO 8601 with `Z` or an offset. */
export const isoInstant = once(() =>
  described(
    z
      .string()
      .check(
        z.refine((text) => parseTime(text)?.kind === "instant", { error: "an ISO 8601 time with a zone" }),
      ),
    { format: "date-time" },
  ),
);

/** ISO 8601, or `YYYY-MM-DD HH:MM:SS`, with or without a zone. */
export const anyTime = once(() =>
  z
    .string()
    .check(
      z.refine((text) => parseTime(text) !== undefined, { error: "a time such as 2024-02-22 15:48:43" }),
    ),
);

/** An object whose members are the customer's own. */
export const openObject = once(() => z.record(z.string(), z.unknown()));

/** zod's smaller build: it has the same schemas in functions, without the methods that make each one slow to make. */
export type Schema = z.ZodMiniType;

/** Whether schemas are being made for `chatx schema`, which shows what each field means. */
let isDescribing = false;

/** Makes something of schemas that know their descriptions; to check payloads they need none. */
export function describing<T>(make: () => T): T {
  isDescribing = true;
  try {
    return make();
  } finally {
    isDescribing = false;
  }
}

/**
 * Gives a schema what the published JSON Schema says of it beyond its shape: title, description, and words of JSON
 * Schema that a check of ours stands for. Without effect where nobody asks for them.
 */
export function described<S extends Schema>(schema: S, words: Readonly<Record<string, unknown>>): S {
  if (isDescribing) z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), ...words });
  return schema;
}

/**
 * A schema that is made when it is first asked for: making those of all formats takes longer than checking a payload
 * against one. With descriptions it is made anew each time, as each use has its own.
 */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    if (isDescribing) return make();
    made ??= { value: make() };
    return made.value;
  };
}

export { z };
