import { describing, z } from "../formats/wire.ts";
import { ProfileShape } from "./schema.ts";

/** The JSON Schema (draft 2020-12) of a profile, made from the schema that it is checked by. Plain data. */
export function profileJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = describing(() =>
    z.toJSONSchema(ProfileShape(), { target: "draft-2020-12", io: "input" }),
  );
  return {
    $schema,
    $id: "urn:chatx:schema:profile",
    title: "chatx profile",
    description:
      "Settings of jtel's chat report export, for chatx replay --profile and chatx convert --to jtel --profile.",
    ...(closed(schema) as Record<string, unknown>),
  };
}

/** Objects with names of their own take no others. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [
    key,
    key === "examples" ? inner : closed(inner),
  ]);
  const copy = Object.fromEntries(entries) as Record<string, unknown>;
  return copy.type === "object" && "properties" in copy ? { ...copy, additionalProperties: false } : copy;
}
