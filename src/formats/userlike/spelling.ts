import { isArray, type Json, type JsonObject, member } from "../../json/value.ts";
import type { Edge, ReadContext } from "../types.ts";
import type { TimeReader } from "./times.ts";
import type { Leaf } from "./wire-values.ts";

/** How the messages of one list are spelled: the first name of each row is the usual one. */
export interface Spelling {
  /** Member of the document that holds the list. */
  readonly list: string;
  readonly text: readonly string[];
  readonly author: readonly string[];
  readonly time: readonly string[];
  /** Members that have an unconditional row in the format's field table; all others are announced by edges. */
  readonly ruled: ReadonlySet<string>;
}

/** What the messages of a document need to know of the rest of it. */
export interface Surroundings {
  readonly context: ReadContext;
  readonly times: TimeReader;
  readonly edges: Edge[];
  readonly conversationId: string;
  /** Where the conversation's id comes from. */
  readonly idPointers: readonly string[];
  readonly visitorName: Leaf<string> | undefined;
  /** Times of the whole conversation, the best substitute for a missing message time first. */
  readonly substitutes: readonly { readonly value: Json | undefined; readonly pointer: string }[];
}

/** The first spelling whose list has items, or else the first whose list is there at all. */
export function spellingOf(document: JsonObject, spellings: readonly Spelling[]): Spelling | undefined {
  const lists = spellings.filter(({ list }) => isArray(member(document, list)));
  return lists.find(({ list }) => (member(document, list) as readonly Json[]).length > 0) ?? lists[0];
}
