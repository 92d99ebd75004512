import { isUtf8 } from "node:buffer";
import { isSecretName, MASKED } from "../../trust/secret-names.ts";

/** Masks every known secret, in whatever encoding it comes. The template room's Redactor is one. */
export interface Masker {
  /** @param isClipped  True where the text was cut off: then the beginning of a secret at its end is masked too. */
  redact(text: string, isClipped?: boolean): string;
  redactBytes(bytes: Uint8Array, isClipped?: boolean): Uint8Array;
  /** Headers whose values are masked as a whole; default: those whose names say that they are secret. */
  isSecretHeader?(name: string): boolean;
}

export type Headers = readonly (readonly [string, string])[];

/** The headers as they may be shown: what is or holds a secret is masked. */
export function maskedHeaders(headers: Headers, masker: Masker): { name: string; value: string }[] {
  const isSecret = masker.isSecretHeader ?? isSecretName;
  return headers.map(([name, value]) => ({
    name: masker.redact(name),
    value: isSecret(name) ? MASKED : masker.redact(value),
  }));
}

/** Masked text, or Base64 of masked bytes that are no UTF-8. */
export function maskedBody(
  body: Uint8Array,
  masker: Masker,
  isClipped = false,
): { readonly text: string; readonly encoding?: "base64" } {
  const masked = masker.redactBytes(body, isClipped);
  const bytes = Buffer.from(masked.buffer, masked.byteOffset, masked.byteLength);
  return isUtf8(bytes)
    ? { text: bytes.toString("utf8") }
    : { text: bytes.toString("base64"), encoding: "base64" };
}
