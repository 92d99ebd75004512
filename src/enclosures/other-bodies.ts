import type { InputRecord } from "../input/types.ts";
import { stringifyJson } from "../json/stringify.ts";
import { decodeUtf8, encodeUtf8 } from "../json/text.ts";
import { type Json, type JsonObject, setMember } from "../json/value.ts";

/** A PDF in Base64 inside any text; markup, quotes and blanks end it, line breaks do not. One class: it may be long. */
const PDF_RUN = /JVBERi0[A-Za-z0-9+/_\r\n-]*={0,2}/g;

/**
 * A captured body that is no JSON as JSON: the fields of a form, or the PDFs that stand in a text (XML, plain text) as
 * `/body`, so that formats can read it. jtel's customers may write bodies of any kind (documented). Every place in it is that
 * of the body, as its own places are gone.
 *
 * @returns Undefined for a body that has neither.
 */
export function jsonOfBody(
  record: InputRecord,
): { readonly record: InputRecord; readonly document: JsonObject } | undefined {
  const text = record.capture === undefined ? undefined : decodeUtf8(record.bytes);
  if (text === undefined) return undefined;
  const document = isForm(record) ? fieldsOf(text) : pdfsOf(text);
  if (document === undefined) return undefined;
  const { source, number, start, pointer, container, capture } = record;
  return {
    document,
    record: {
      ...{ source, number, start, pointer, bytes: encodeUtf8(stringifyJson(document)) },
      ...(container === undefined ? {} : { container }),
      ...(capture === undefined ? {} : { capture }),
      placesOf: (offsets) => offsets.map(() => start),
    },
  };
}

function isForm({ capture }: InputRecord): boolean {
  const type = capture?.headers?.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  return /^application\/x-www-form-urlencoded\b/i.test(type.trim());
}

function fieldsOf(text: string): JsonObject {
  const fields: Record<string, Json> = {};
  for (const [name, value] of new URLSearchParams(text)) setMember(fields, name, value);
  return fields;
}

function pdfsOf(text: string): JsonObject | undefined {
  const [first, ...others] = text.match(PDF_RUN) ?? [];
  if (first === undefined) return undefined;
  return { body: others.length === 0 ? first : [first, ...others] };
}
