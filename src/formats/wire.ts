import { z } from "zod";
import { isEpochMs, parseTime } from "../model/time.ts";

/**
 * The words in which the vendors' schemas are written. All objects are loose: an unknown field passes and is
 * reported by `unknown-fields.ts`.
 */

// chatx builds no code at run time: zod's compiled parsers are left off on every machine.
z.config({ jitless: true });

/** Unlike `z.int()` it takes ids above 2^53: their digits are kept beside the double that is checked here. */
export const wholeNumber = () =>
  z.number().refine(Number.isInteger, { error: "a whole number" }).meta({ type: "integer" });

/** Whole milliseconds since 1970, within the years 0000 to 9999. */
export const epochMilliseconds = () =>
  z.number().refine(isEpochMs, { error: "a time in milliseconds since 1970" }).meta({ type: "integer" });

/** ISO 8601 with `Z` or an offset. */
export const isoInstant = () =>
  z
    .string()
    .refine((text) => parseTime(text)?.kind === "instant", { error: "an ISO 8601 time with a zone" })
    .meta({ format: "date-time" });

/** ISO 8601, or `YYYY-MM-DD HH:MM:SS`, with or without a zone. */
export const anyTime = () =>
  z.string().refine((text) => parseTime(text) !== undefined, { error: "a time such as 2024-02-22 15:48:43" });

/** An object whose members are the customer's own. */
export const openObject = () => z.record(z.string(), z.unknown());

/**
 * Gives a schema its title and description for the published JSON Schema. Unlike zod's own `meta` it makes no copy,
 * which would double the time to start; so the schema must not be shared with a field of another meaning.
 */
export function titled<S extends z.ZodType>(schema: S, title: string, description: string): S {
  z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), title, description });
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
