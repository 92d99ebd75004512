import { CarefulParser } from "./careful-parser.ts";
import { type DuplicateKey, type JsonProblem, MAX_DEPTH, Stop } from "./problem.ts";
import { parseQuickly } from "./quick-parse.ts";
import type { Json } from "./value.ts";

export { type JsonProblem, MAX_DEPTH } from "./problem.ts";

export type ParseResult =
  | {
      readonly ok: true;
      readonly value: Json;
      readonly duplicateKeys: readonly DuplicateKey[];
    }
  | { readonly ok: false; readonly problem: JsonProblem };

/**
 * Parses one JSON text (RFC 8259), strictly: no comments, no trailing commas, no BOM, no lone surrogates.
 * Numbers keep their digits, `__proto__` is a plain key, and a key that comes twice is remembered.
 */
export function parseJson(text: string): ParseResult {
  const value = parseQuickly(text, MAX_DEPTH);
  return value === undefined ? parseCarefully(text) : { ok: true, value, duplicateKeys: [] };
}

/** The same for every text, slower for most; it knows what is wrong with the others. */
export function parseCarefully(text: string): ParseResult {
  const parser = new CarefulParser(text);
  try {
    return { ok: true, value: parser.document(), duplicateKeys: parser.duplicateKeys };
  } catch (error) {
    if (error instanceof Stop) return { ok: false, problem: error.problem };
    throw error;
  }
}
