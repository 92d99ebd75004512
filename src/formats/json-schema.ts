import type { FormatAdapter } from "./types.ts";
import { describing, z } from "./wire.ts";

/**
 * The JSON Schema (draft 2020-12) of a format, made from the schema that `validate` uses. Plain data.
 * Rules between fields are not in it, nor is the warning for unknown fields: objects are open.
 */
export function jsonSchemaOf(format: FormatAdapter): Record<string, unknown> {
  const { $schema, ...schema } = describing(() =>
    z.toJSONSchema(format.schema(), { target: "draft-2020-12", io: "input" }),
  );
  return {
    $schema,
    $id: `urn:chatx:schema:${format.id}`,
    title: format.title,
    description: `${format.summary}. Facts: ${format.docsUrl}`,
    ...schema,
  };
}
