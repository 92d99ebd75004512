import { decodeUtf8 } from "../json/text.ts";
import { isArray, isObject, type Json, type JsonObject } from "../json/value.ts";
import { type BodyTemplate, bodyBytes } from "./body.ts";
import type { RenderContext } from "./fill.ts";
import type { NameNode } from "./names.ts";
import type { Provider } from "./types.ts";

/** What `$report.bytes` counts: the PDF's own bytes, or those of its Base64 (jtel's words can mean either). */
export type ReportBytes = "pdf" | "encoded";

/**
 * `$report`: the PDF of a conversation, as Base64 of the standard alphabet, padded and without line breaks.
 *
 * @param base64  Of the whole file.
 * @param size    Of the file, in bytes.
 */
export function reportProvider(base64: string, size: number, counted: ReportBytes): Provider {
  return {
    value: (steps) => {
      const name = steps.join(".");
      if (name === "encoded.base64") return base64;
      return name === "bytes" ? (counted === "pdf" ? size : base64.length) : undefined;
    },
  };
}

/**
 * `$xmlTemplate`: the template filled in, its UTF-8 as Base64. It is rendered when it is first asked for.
 *
 * @param toBase64  Base64 of a text's UTF-8; the room itself needs nothing of Node.
 */
export function xmlTemplateProvider(
  template: BodyTemplate,
  context: RenderContext,
  toBase64: (text: string) => string,
): Provider {
  let encoded: string | undefined;
  return {
    value(steps) {
      if (steps.join(".") !== "encoded.base64") return undefined;
      encoded ??= toBase64(decodeUtf8(bodyBytes(template, context))!);
      return encoded;
    },
  };
}

/** The names below a value that is known beforehand, so that a misspelt one is told before anything is sent. */
export function nodeOf(value: Json): NameNode {
  if (isObject(value)) return membersNode(value);
  if (isArray(value)) return { items: { isOpen: true } };
  return {};
}

function membersNode(value: JsonObject): NameNode {
  return {
    members: new Map(Object.keys(value).map((name) => [name, nodeOf(value[name]!)])),
    isOptional: true,
  };
}
