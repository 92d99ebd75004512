import type { Report } from "../diagnostics/diagnostic.ts";
import { reportZodIssues } from "../diagnostics/from-zod.ts";
import { type JsonObject, plainView } from "../json/value.ts";
import { isProved } from "./proof.ts";
import type { FormatAdapter } from "./types.ts";
import { reportUnknownFields } from "./unknown-fields.ts";
import type { Schema } from "./wire.ts";

/**
 * Checks a document against the one shape it claims to be, then the rules between its fields.
 * The document is left unchanged; exact numbers are checked by a double; see `plainView`.
 *
 * @returns Whether the shape held. Unknown fields and broken rules between fields are warnings and do not count.
 */
export function checkDocument(adapter: FormatAdapter, document: JsonObject, report: Report): boolean {
  const shape: Schema = adapter.shapeOf(document);
  if (isProved(shape, document)) {
    adapter.crossCheck?.(document, report);
    return true;
  }
  const view = plainView(document) as JsonObject;
  const result = shape.safeParse(view);
  if (!result.success) reportZodIssues(result.error.issues, document, report);
  reportUnknownFields(shape, view, report);
  if (result.success) adapter.crossCheck?.(document, report);
  return result.success;
}
