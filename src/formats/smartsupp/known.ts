import type { Known } from "../types.ts";
import { titled, type z } from "../wire.ts";

const WORDS: Readonly<Record<Known, string>> = {
  documented: "Documented by Smartsupp.",
  seen: "Seen in a published payload, not described by Smartsupp.",
  "third-party": "As told by a third party, not by Smartsupp.",
  inferred: "Inferred: no source says so.",
};

/** The schema with a title and a description that ends with how the field is known, for the published JSON Schema. */
export function known<S extends z.ZodType>(schema: S, how: Known, title: string, text: string): S {
  return titled(schema, title, `${text} ${WORDS[how]}`);
}
