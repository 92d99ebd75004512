import type { Masker } from "../../report/replay/masked.ts";
import type { Redactor } from "../../template/redact.ts";
import type { HttpRequest } from "../../transport/types.ts";
import { isSecretName } from "../../trust/secret-names.ts";

/** What a replay knows of its secrets. */
export interface ReplaySecrets {
  readonly redactor: Redactor;
  /** Headers whose values are secret whatever they are called, in lower case: a signature, or a template names a secret. */
  readonly secretHeaders: ReadonlySet<string>;
}

/** Masks in one exchange also what a capture brought along: it is known by the names of its headers alone, and may be echoed. */
export function exchangeMasker(
  { redactor, secretHeaders }: ReplaySecrets,
  { headers }: Pick<HttpRequest, "headers">,
): Masker {
  const isSecretHeader = (name: string) => isSecretName(name) || secretHeaders.has(name.toLowerCase());
  const own = redactor.forExchange(
    headers.filter(([name]) => isSecretHeader(name)).map(([, value]) => value),
  );
  return {
    redact: (text, isClipped) => own.redact(text, isClipped),
    redactBytes: (bytes, isClipped) => own.redactBytes(bytes, isClipped),
    isSecretHeader,
  };
}
