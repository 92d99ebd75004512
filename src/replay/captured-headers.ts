import { escapeControls } from "../diagnostics/quote.ts";
import { isSecretName, MASKED } from "../trust/secret-names.ts";

/**
 * Which headers of a captured request can be sent again. Left out is what belongs to the old connection, to the old
 * length, to the old sender's rights, or signs the old moment.
 */

type Headers = readonly (readonly [string, string])[];

const LEFT_OUT = new Set([
  // RFC 9110, 7.6.1, and what proxies and browsers add to it.
  ...["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"],
  ...["proxy-authenticate", "proxy-authorization", "expect", "http2-settings", "max-forwards"],
  // The way the old request took.
  ...["host", "via", "forwarded", "x-real-ip"],
  // Of the old body as it went over the wire: ours is not compressed, and may be converted.
  ...["content-length", "content-encoding", "content-md5", "content-digest", "repr-digest", "digest"],
  ...["accept-encoding", "idempotency-key"],
  // AWS (documented): a signature's time and hash.
  ...["x-amz-date", "x-amz-content-sha256"],
]);

/** Standard Webhooks (documented), Svix, where it comes from, PayPal (documented); ":" are HTTP/2's own, as HAR files have them. */
const LEFT_OUT_PREFIXES = ["webhook-", "svix-", "paypal-transmission-", "x-forwarded-", ":"];

/** The time that is signed with the body: Slack's `X-Slack-Request-Timestamp`, Discord's `X-Signature-Timestamp` (documented). */
const SIGNED_TIME = /(?:request|signature|webhook)-timestamp$/;

/**
 * @returns The headers to send, in order, or why one of them cannot be sent. A name that stands in `replaced` (in lower
 * case) is left out, so that the user can mend what a capture holds.
 */
export function capturedHeaders(
  captured: Headers,
  replaced: ReadonlySet<string>,
): { readonly headers: Headers } | { readonly reason: string } {
  const named = namedByConnection(captured);
  const headers: (readonly [string, string])[] = [];
  for (const [name, value] of captured) {
    const lower = name.toLowerCase();
    if (isLeftOut(lower) || named.has(lower) || replaced.has(lower)) continue;
    // A capture keeps the name of what it masks; as a value the mask would be wrong in any request.
    if (value === MASKED) continue;
    const reason = whyUnsendable(name, value);
    if (reason !== undefined) return { reason };
    headers.push([name, value]);
  }
  return { headers };
}

function isLeftOut(lower: string): boolean {
  if (LEFT_OUT.has(lower) || LEFT_OUT_PREFIXES.some((prefix) => lower.startsWith(prefix))) return true;
  // Rights and signatures say so by their names: X-Api-Key, X-Auth-Token, Stripe-Signature, X-Shopify-Hmac-Sha256.
  return isSecretName(lower) || SIGNED_TIME.test(lower);
}

/** `Connection: close, X-Hop` makes X-Hop a header of that connection too. */
function namedByConnection(captured: Headers): Set<string> {
  const named = new Set<string>();
  for (const [name, value] of captured) {
    if (name.toLowerCase() !== "connection") continue;
    for (const part of value.split(",")) named.add(part.trim().toLowerCase());
  }
  return named;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** RFC 9110, 5.5: visible characters, space, tab and obs-text; one byte each. */
const FIELD_VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

function whyUnsendable(name: string, value: string): string | undefined {
  const shown = escapeControls(name.slice(0, 60));
  if (!TOKEN.test(name)) return `the captured header name "${shown}" is none`;
  if (!FIELD_VALUE.test(value)) {
    return `the captured header ${shown} holds characters that no header can carry`;
  }
  return undefined;
}

/** Methods that a payload can be sent with. CONNECT and TRACE are for proxies, and an answer to HEAD has no body. */
export function capturedMethod(method: string | undefined): string {
  if (method === undefined || !TOKEN.test(method) || method.length > 20) return "POST";
  return /^(?:connect|trace|head)$/i.test(method) ? "POST" : method;
}
