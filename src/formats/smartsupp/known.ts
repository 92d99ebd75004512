import { knownBy } from "../known-by.ts";

/** The schema with a title and a description that ends with how the field is known. */
export const known = knownBy("Smartsupp");
