import type { Known } from "../types.ts";
import { described, type Schema } from "../wire.ts";

const WORDS: Readonly<Record<Known, string>> = {
  documented: "Documented by Smartsupp.",
  seen: "Seen in a published payload, not described by Smartsupp.",
  "third-party": "As told by a third party, not by Smartsupp.",
  inferred: "Inferred: no source says so.",
};

/** The schema with a title and a description that ends with how the field is known, for the published JSON Schema. */
export function known<S extends Schema>(schema: S, how: Known, title: string, text: string): S {
  return described(schema, { title, description: `${text} ${WORDS[how]}` });
}
