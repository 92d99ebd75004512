/** What hides a value whose name says that it is a secret. */
export const MASKED = "***";

/** Names of headers and parameters whose values are rights, or sign something. */
const SECRET_NAME =
  /^(?:set-)?cookie2?$|auth(?!or(?:$|[s_-]))|token|secret|passw|api[_-]?key|access[_-]?key|credential|session|signature|hmac/i;

/** Whether a value under this name is nobody's business, whatever it is. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}
