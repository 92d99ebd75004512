import { isArray, type Json, member } from "../json/value.ts";

/**
 * The body of a form that a HAR entry tells by its fields (documented: `postData.params`; that their values are decoded is
 * inferred), as `application/x-www-form-urlencoded`.
 *
 * @returns "parts" for multipart/form-data: the boundary between its parts is not kept. Undefined where there is no field.
 */
export function formOf(params: Json | undefined, mimeType: Json | undefined): string | "parts" | undefined {
  if (!isArray(params) || params.length === 0) return undefined;
  const isMultipart = typeof mimeType === "string" && /^multipart\//i.test(mimeType.trim());
  if (isMultipart || params.some((param) => member(param, "fileName") !== undefined)) return "parts";
  const fields = params.map((param): [string, string] => [textOf(param, "name"), textOf(param, "value")]);
  return new URLSearchParams(fields).toString();
}

function textOf(param: Json, key: string): string {
  const text = member(param, key);
  return typeof text === "string" ? text : "";
}
