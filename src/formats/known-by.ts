import type { Known } from "./types.ts";
import { described, type Schema } from "./wire.ts";

/** What stands behind a field, in words that end its description in the published JSON Schema. */
type Describe = <S extends Schema>(schema: S, how: Known, title: string, text: string) => S;

/** Gives a vendor's fields a title and a description that ends with how each is known. */
export function knownBy(vendor: string): Describe {
  const words: Readonly<Record<Known, string>> = {
    documented: `Documented by ${vendor}.`,
    seen: `Seen in a published payload, not described by ${vendor}.`,
    "third-party": `As told by a third party, not by ${vendor}.`,
    inferred: "Inferred: no source says so.",
  };
  return (schema, how, title, text) => described(schema, { title, description: `${text} ${words[how]}` });
}
