/** No facts beyond the code. */
type None = Record<never, never>;

/** The facts of the codes of `chatx check`. Texts of the endpoint in here are raw, as in all diagnostics. */
export interface CheckDiagnosticArgs {
  // URL
  "check/url-invalid": { found: string };
  "check/url-scheme": { scheme: string };
  "check/url-credentials": None;
  "check/url-fragment": Record<never, never>;
  "check/url-rewritten": { read: string };
  "check/url-http": None;
  "check/odd-address": { found: string; meant: string };
  "check/local-name": { host: string };
  // name
  "check/name-not-found": { host: string };
  "check/name-lookup-failed": { host: string };
  "check/name-timeout": { host: string };
  "check/private-address": { host: string; address: string; kind: string };
  "check/mixed-addresses": { host: string; address: string; kind: string };
  // connection
  "check/connection-refused": { host: string };
  "check/connect-timeout": { host: string };
  "check/unreachable": { host: string };
  "check/connection-failed": { host: string };
  "check/no-sockets": None;
  "check/address-fails": { address: string; why: string };
  // TLS
  "check/tls-expired": { until: string };
  "check/tls-not-yet-valid": { from: string };
  "check/tls-wrong-name": { host: string; names: string };
  "check/tls-self-signed": { subject: string };
  "check/tls-unknown-root": { issuer: string };
  "check/tls-incomplete-chain": { issuer: string };
  "check/tls-bad-certificate": None;
  "check/tls-old-protocol": None;
  "check/tls-not-spoken": { host: string };
  "check/tls-client-certificate": None;
  "check/tls-timeout": { host: string };
  "check/tls-failed": { host: string };
  "check/tls-expires-soon": { until: string; days: number };
  // answer
  "check/answer-timeout": { timeoutMs: number };
  "check/connection-reset": { host: string };
  "check/connection-closed": { host: string };
  "check/not-http": { reason: string };
  "check/https-expected": { host: string };
  "check/headers-too-large": None;
  "check/answer-failed": None;
  "check/old-http": { version: string };
  "check/slow": { ms: number; limitMs: number };
  // redirects
  "check/redirect": { status: number; to: string };
  "check/redirect-loop": { to: string };
  "check/redirect-limit": { limit: number };
  "check/redirect-without-location": { status: number };
  "check/redirect-bad-location": { location: string };
  "check/redirect-to-http": { to: string };
  "check/redirect-to-private": { to: string; kind: string };
  "check/query-lost": { query: string };
  // status
  "check/unauthorized": { scheme: string };
  "check/forbidden": None;
  "check/bot-protection": { status: number };
  "check/not-found": None;
  "check/method-not-allowed": None;
  "check/not-acceptable": None;
  "check/gone": None;
  "check/rate-limited": { retryAfter: string };
  "check/client-error": { status: number };
  "check/server-error": { status: number };
  "check/bad-gateway": { status: number };
  "check/unavailable": { retryAfter: string };
  "check/no-content": { status: number };
  "check/partial-content": None;
  "check/unusual-success": { status: number };
  "check/unusual-status": { status: number };
  // content type and coding
  "check/no-content-type": None;
  "check/wrong-content-type": { found: string };
  "check/wrong-charset": { found: string };
  "check/compressed-anyway": { coding: string };
  "check/unknown-coding": { coding: string };
  // body
  "check/broken-compression": { coding: string; reason: string };
  "check/undeclared-compression": { kind: string };
  "check/too-large": { limitBytes: number };
  "check/inflated-too-large": { limitBytes: number };
  "check/body-timeout": { timeoutMs: number; bytes: number };
  "check/body-cut": { bytes: number; promised: string };
  "check/body-broken": { reason: string };
  "check/content-length-short": { length: string };
  "check/empty-body": None;
  // JSON
  "check/byte-order-mark": None;
  "check/not-utf8": { encoding: string };
  "check/markup": { what: string };
  "check/not-json": { start: string };
  "check/json-lines": None;
  "check/root-is-list": { items: string };
  "check/root-not-object": { found: string };
  "check/no-conversations-key": { keys: string; nearest?: string };
  "check/conversations-not-a-list": { found: string };
  "check/conversation-too-large": { limitBytes: number };
  // meaning
  "check/no-conversations": None;
  "check/too-many-conversations": { count: number; limit: number };
  "check/not-newest-first": { time: string; previous: string };
  "check/time-in-future": { field: string; time: string };
  "check/url-not-absolute": { found: string };
  "check/roles-mixed": None;
  "check/role-support-agent": None;
  "check/message-ids-repeat": { count: number; id: string };
  // startDate
  "check/start-date-format": { found: string };
  "check/start-date-ignored": { date: string; count: number };
  "check/start-date-early": { date: string; count: number; earliest: string };
  "check/start-date-missing": { date: string; count: number };
  "check/start-date-failed": { query: string; problem: string };
  "check/start-date-crash": { found: string; status: number };
}
