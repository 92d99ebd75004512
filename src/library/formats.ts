import { detectFormat } from "../formats/detect.ts";
import { jsonSchemaOf } from "../formats/json-schema.ts";
import { formats as adapters, formatById } from "../formats/registry.ts";
import type { FormatAdapter } from "../formats/types.ts";
import { parseJson } from "../json/parse.ts";
import { decodeUtf8 } from "../json/text.ts";
import { isObject, type Json, type JsonObject } from "../json/value.ts";
import type { DetectedFormat, FormatInfo } from "./types.ts";

/** All formats, in the order in which `chatx formats` lists them. */
export const formats: readonly FormatInfo[] = adapters.map(
  ({ id, title, summary, docsUrl, records, carries, write }) => ({
    id,
    title,
    summary,
    docsUrl,
    records,
    canWrite: write !== undefined,
    carries,
  }),
);

/**
 * Says which format one payload has. Looks at the content only.
 *
 * @param payload  One payload: JSON text, its UTF-8 bytes, or a parsed object.
 * @returns The surest format and all candidates. Text that is no JSON object has no format and no candidates.
 */
export function detect(payload: string | Uint8Array | object): DetectedFormat {
  const document = documentOf(payload);
  if (document === undefined) return { candidates: [] };
  const { format, candidates } = detectFormat(document);
  return {
    ...(format === undefined ? {} : { format: format.id }),
    candidates: candidates.map((one) => ({ format: one.format.id, ...one.recognition })),
  };
}

function documentOf(payload: string | Uint8Array | object): JsonObject | undefined {
  const text = payload instanceof Uint8Array ? decodeUtf8(payload) : payload;
  if (typeof text !== "string") return isObject(text as Json | undefined) ? (text as JsonObject) : undefined;
  const result = parseJson(text);
  return result.ok && isObject(result.value) ? result.value : undefined;
}

/**
 * The JSON Schema (draft 2020-12) of a format, as `chatx schema` prints it. Plain data.
 *
 * @throws {TypeError} For an id that no format has.
 */
export function schemaOf(format: string): Record<string, unknown> {
  return jsonSchemaOf(formatNamed(format));
}

/** @throws {TypeError} For an id that no format has. */
export function formatNamed(id: string): FormatAdapter {
  const format = formatById(id);
  if (format !== undefined) return format;
  throw new TypeError(`there is no format "${id}"; known: ${adapters.map((one) => one.id).join(", ")}`);
}

/** @throws {TypeError} For an id that no format has, or one that can be read only. */
export function writableFormat(id: string): FormatAdapter {
  const format = formatNamed(id);
  if (format.write !== undefined) return format;
  throw new TypeError(`the format "${format.id}" can be read, not written`);
}
