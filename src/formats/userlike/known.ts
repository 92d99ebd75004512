import type { Known } from "../types.ts";
import { described, type Schema, z } from "../wire.ts";

const WORDS: Readonly<Record<Known, string>> = {
  documented: "Documented by Userlike.",
  seen: "Seen in a published payload, not described by Userlike.",
  "third-party": "As told by a third party, not by Userlike.",
  inferred: "Inferred: no source says so.",
};

/** The schema with a title and a description that ends with how the field is known, for the published JSON Schema. */
export function known<S extends Schema>(schema: S, how: Known, title: string, text: string): S {
  return described(schema, { title, description: `${text} ${WORDS[how]}` });
}

/**
 * A shape of which only the named members are known. Unlike in other shapes, the rest is not called unknown field
 * by field: there would be nothing to compare it with. (The walk over unknown fields does not look into `lazy`.)
 */
export function openShape<S extends Schema>(shape: S): z.ZodMiniLazy<S> {
  return z.lazy(() => shape);
}
