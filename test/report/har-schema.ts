import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import formats from "ajv-formats";

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));

/** The published JSON Schema of HAR 1.2. */
export function harSchema(): ValidateFunction {
  const ajv = new Ajv({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addMetaSchema(read("../../node_modules/ajv/dist/refs/json-schema-draft-06.json"));
  const parts: Record<string, object> = read("schemas/har-1.2.json");
  for (const [name, schema] of Object.entries(parts)) if (name !== "har.json") ajv.addSchema(schema);
  return ajv.compile(parts["har.json"]!);
}
