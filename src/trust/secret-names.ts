/** What hides a value whose name says that it is a secret. */
export const MASKED = "***";

/** Names of headers and parameters whose values are rights, or sign something. */
const SECRET_NAME =
  /^(?:set-)?cookie2?$|auth(?!or(?:$|[s_-]))|token|secret|passw|api[_-]?key|access[_-]?key|credential|session|signature|hmac/i;

/** A name that says so in a query only: elsewhere any value may stand under it. */
const SECRET_PARAMETER = /^key$/i;

/** Whether a value under this name is nobody's business, whatever it is. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** Whether a parameter of a URL holds a secret by its name, as it is spelled there: `%74oken` is `token`. */
export function isSecretParameter(spelled: string): boolean {
  const name = spelled.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return isSecretName(name) || SECRET_PARAMETER.test(name);
}

/** A URL with the values of secret parameters masked. */
export function maskedUrl({ href }: URL): string {
  return href.replace(/([?&])([^=&#]+)=([^&#]+)/g, (all, sign: string, name: string) =>
    isSecretParameter(name) ? `${sign}${name}=${MASKED}` : all,
  );
}

/**
 * What may be shown of a text that should be a URL and is none. Where its parts begin and end is not known, so what could
 * be a user, a query or a fragment is left out.
 */
export function maskedNonUrl(text: string): string {
  return text
    .replace(/^(\s*[a-z][a-z0-9+.-]*:[\\/]+)?.*@/is, (_, start = "") => `${start}${MASKED}@`)
    .replace(/([?#]).+$/s, `$1${MASKED}`);
}
