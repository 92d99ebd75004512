import { knownBy } from "../known-by.ts";
import { type Schema, z } from "../wire.ts";

/** The schema with a title and a description that ends with how the field is known. */
export const known = knownBy("Userlike");

/**
 * A shape of which only the named members are known. Unlike in other shapes, the rest is not called unknown field
 * by field: there would be nothing to compare it with. (The walk over unknown fields does not look into `lazy`.)
 */
export function openShape<S extends Schema>(shape: S): z.ZodMiniLazy<S> {
  return z.lazy(() => shape);
}
