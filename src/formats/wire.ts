import * as z from "zod/mini";
import { isEpochMs, parseTime } from "../model/time.ts";

/**
 * The words in which the vendors' schemas are written. All objects are loose: an unknown field passes and is
 * reported by `unknown-fields.ts`.
 */

// chatx builds no code at run time: zod's compiled parsers are left off on every machine.
z.config({ jitless: true });

/** Unlike `z.int()` it takes ids above 2^53: their digits are kept beside the double that is checked here. */
export const wholeNumber = () =>
  described(z.number().check(z.refine(Number.isInteger, { error: "a whole number" })), { type: "integer" });

// Of most fields only the outermost schema is the field's own; what it wraps is one for all of them.
const nullableText = once(() => z.nullable(z.string()));
const nullableWholeNumber = once(() => z.nullable(wholeNumber()));

/** A text, null, or missing. */
export const optionalText = () => z.optional(nullableText());

/** A whole number, null, or missing. */
export const optionalWholeNumber = () => z.optional(nullableWholeNumber());

/** Whole milliseconds since 1970, within the years 0000 to 9999. */
export const epochMilliseconds = () =>
  described(z.number().check(z.refine(isEpochMs, { error: "a time in milliseconds since 1970" })), {
    type: "integer",
  });

/** ISO 8601 with `Z` or an offset. */
export const isoInstant = () =>
  described(
    z
      .string()
      .check(
        z.refine((text) => parseTime(text)?.kind === "instant", { error: "an ISO 8601 time with a zone" }),
      ),
    { format: "date-time" },
  );

/** ISO 8601, or `YYYY-MM-DD HH:MM:SS`, with or without a zone. */
export const anyTime = () =>
  z
    .string()
    .check(
      z.refine((text) => parseTime(text) !== undefined, { error: "a time such as 2024-02-22 15:48:43" }),
    );

/** An object whose members are the customer's own. */
export const openObject = () => z.record(z.string(), z.unknown());

/** zod's smaller build: it has the same schemas in functions, without the methods that make each one slow to make. */
export type Schema = z.ZodMiniType;

/**
 * Gives a schema what the published JSON Schema says of it beyond its shape: title, description, and words of JSON
 * Schema that a check of ours stands for. The schema itself is marked, so it must not be shared with another field.
 */
export function described<S extends Schema>(schema: S, words: Readonly<Record<string, unknown>>): S {
  z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), ...words });
  return schema;
}

/**
 * A value that is made when it is first asked for. Schemas are: building those of all formats takes longer than
 * checking a payload against one.
 */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

export { z };
