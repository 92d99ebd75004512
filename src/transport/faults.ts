import type { SendResult } from "./types.ts";

/** A send that ended without a complete answer. */
export type Fault = Extract<SendResult, { kind: "fault" }>;

interface FaultClass {
  readonly certainty: Fault["certainty"];
  readonly isPermanent: boolean;
  /** Goes after "host:port". Nothing of the error itself: those texts name certificates, paths and sometimes secrets. */
  readonly words: string;
}

const notSent = (words: string): FaultClass => ({ certainty: "not-sent", isPermanent: false, words });
const neverSent = (words: string): FaultClass => ({ certainty: "not-sent", isPermanent: true, words });
const unknown = (words: string): FaultClass => ({ certainty: "unknown", isPermanent: false, words });
// The request was taken and answered, only not in HTTP: the next answer will be no better, and the request a duplicate.
const unreadable = (words: string): FaultClass => ({ certainty: "unknown", isPermanent: true, words });

/** Every way in which a send can fail, for the README's table too. */
export const FAULTS = {
  "connection-refused": notSent("refused the connection"),
  "name-not-found": notSent("cannot be found: there is no such host name"),
  "name-lookup-failed": notSent("cannot be looked up: the name server did not answer"),
  "connect-timeout": notSent("did not take the connection in time"),
  unreachable: notSent("cannot be reached"),
  "connect-failed": notSent("broke off while the connection was being made"),
  "no-sockets": notSent("was not called: this machine has no socket or port left"),
  "tls-expired": neverSent("has an expired certificate"),
  "tls-not-yet-valid": neverSent("has a certificate that is not valid yet"),
  "tls-self-signed": neverSent("has a self-signed certificate (name it with --cacert to trust it)"),
  "tls-unknown-root": neverSent("has a certificate of an authority that is not known here (see --cacert)"),
  "tls-wrong-name": neverSent("has a certificate for another name"),
  "tls-bad-certificate": neverSent("has a certificate that cannot be accepted"),
  "tls-old-protocol": neverSent("speaks no TLS version that is still safe (1.2 or newer)"),
  "tls-not-spoken": neverSent("does not speak TLS (is it an http:// address?)"),
  "tls-client-certificate": neverSent("wants a client certificate, or refuses the one given (--cert, --key)"),
  "tls-failed": neverSent(
    "could not agree on a TLS connection; it may want a client certificate (--cert, --key)",
  ),
  "proxy-refused": neverSent("was not reached: the proxy refuses to connect us to it"),
  "proxy-credentials": neverSent("was not reached: the proxy wants other credentials"),
  "proxy-failed": notSent("was not reached: the proxy could not connect us to it"),
  "invalid-request": neverSent("was not called: the request cannot be written as HTTP"),
  "not-started": notSent("was not called: the run stopped first"),
  reset: unknown("reset the connection before it answered"),
  closed: unknown("closed the connection before it answered"),
  "stale-connection": unknown("closed a kept connection just when the request left"),
  "answer-timeout": unknown("did not answer in time"),
  "body-timeout": unknown("began to answer and did not finish in time"),
  "body-cut": unknown("broke off in the middle of its answer"),
  stopped: unknown("had not answered when the run stopped"),
  "malformed-answer": unreadable("answered with something that is not HTTP"),
  "header-overflow": unreadable("answered with headers that are too large"),
  "send-failed": unknown("could not be talked to for a reason that chatx does not know"),
} as const satisfies Record<string, FaultClass>;

export type FaultCode = keyof typeof FAULTS;

/** How far a send had got when it failed. */
export interface SendState {
  /** The request was handed to a connection; before that nothing of it can have left. */
  readonly isWritten: boolean;
  /** The final status and headers were there. */
  readonly hasHead: boolean;
  /** The connection had carried an exchange before. */
  readonly isReused: boolean;
  /** No byte of an answer had come. */
  readonly isSilent: boolean;
  /** Since the request was handed over. */
  readonly sinceWrittenMs: number;
}

/**
 * A close that crosses our request on the wire shows within a round trip. A server that takes longer has read the
 * request and failed over it.
 */
const STALE_WITHIN_MS = 1000;

/** @param host  "host:port" of the endpoint, for people; never with user and password. */
export function fault(code: FaultCode, host: string, durationMs: number): Fault {
  const { certainty, isPermanent, words } = FAULTS[code];
  const base = {
    kind: "fault",
    certainty,
    isPermanent,
    code,
    message: `${host} ${words}`,
    durationMs,
  } as const;
  return code === "stale-connection" ? { ...base, isStaleConnection: true } : base;
}

/** The class of an error that undici, Node or OpenSSL gave. Never throws, whatever the error is. */
export function classify(error: unknown, state: SendState): FaultCode {
  const code = codeOf(error);
  const tls = tlsCode(code, error);
  if (INVALID.has(code)) return "invalid-request";
  if (!state.isWritten) return BEFORE_SENDING.get(code) ?? tls ?? "connect-failed";
  if (code === "UND_ERR_HEADERS_OVERFLOW") return "header-overflow";
  // With TLS 1.3 the server looks at our certificate after we have begun to send; it reads nothing before that.
  if (tls === "tls-client-certificate") return tls;
  if (isMalformed(code, error)) return state.hasHead && isCut(code, error) ? "body-cut" : "malformed-answer";
  if (state.hasHead) return "body-cut";
  if (!CLOSED.has(code) && code !== "UND_ERR_SOCKET") return "send-failed";
  if (isBadResponse(error)) return "malformed-answer";
  if (state.isReused && state.isSilent && state.sinceWrittenMs < STALE_WITHIN_MS) return "stale-connection";
  if (!state.isSilent) return "malformed-answer";
  return code === "UND_ERR_SOCKET" ? "closed" : "reset";
}

const CLOSED = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED", "ETIMEDOUT", "ENOTCONN"]);

/** Codes of undici for a request that it does not write. */
const INVALID = new Set([
  "UND_ERR_INVALID_ARG",
  "UND_ERR_NOT_SUPPORTED",
  "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH",
]);

const BEFORE_SENDING = new Map<string, FaultCode>([
  ["ECONNREFUSED", "connection-refused"],
  ["ENOTFOUND", "name-not-found"],
  ["EAI_NONAME", "name-not-found"],
  ["EAI_NODATA", "name-not-found"],
  ["EAI_AGAIN", "name-lookup-failed"],
  ["EAI_FAIL", "name-lookup-failed"],
  ["UND_ERR_CONNECT_TIMEOUT", "connect-timeout"],
  ["ETIMEDOUT", "connect-timeout"],
  ["ERR_SOCKET_CONNECTION_TIMEOUT", "connect-timeout"],
  ["EHOSTUNREACH", "unreachable"],
  ["ENETUNREACH", "unreachable"],
  ["EHOSTDOWN", "unreachable"],
  ["ENETDOWN", "unreachable"],
  ["EACCES", "unreachable"],
  ["EPERM", "unreachable"],
  ["EADDRNOTAVAIL", "no-sockets"],
  ["EMFILE", "no-sockets"],
  ["ENFILE", "no-sockets"],
  ["ENOBUFS", "no-sockets"],
  ["CHATX_PROXY_REFUSED", "proxy-refused"],
  ["CHATX_PROXY_CREDENTIALS", "proxy-credentials"],
  ["CHATX_PROXY_FAILED", "proxy-failed"],
  ["UND_ERR_DESTROYED", "not-started"],
  ["UND_ERR_CLOSED", "not-started"],
]);

const CERTIFICATES = new Map<string, FaultCode>([
  ["CERT_HAS_EXPIRED", "tls-expired"],
  ["CERT_NOT_YET_VALID", "tls-not-yet-valid"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls-self-signed"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "tls-unknown-root"],
  ["UNABLE_TO_GET_ISSUER_CERT", "tls-unknown-root"],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "tls-unknown-root"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls-unknown-root"],
  ["CERT_UNTRUSTED", "tls-unknown-root"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "tls-wrong-name"],
  ["HOSTNAME_MISMATCH", "tls-wrong-name"],
  ["CERT_REVOKED", "tls-bad-certificate"],
  ["CERT_SIGNATURE_FAILURE", "tls-bad-certificate"],
  ["CERT_CHAIN_TOO_LONG", "tls-bad-certificate"],
  ["INVALID_CA", "tls-bad-certificate"],
  ["INVALID_PURPOSE", "tls-bad-certificate"],
  ["PATH_LENGTH_EXCEEDED", "tls-bad-certificate"],
  ["CERT_REJECTED", "tls-bad-certificate"],
]);

function tlsCode(code: string, error: unknown): FaultCode | undefined {
  const certificate = CERTIFICATES.get(code);
  if (certificate !== undefined) return certificate;
  if (!code.startsWith("ERR_SSL_") && code !== "EPROTO") return undefined;
  // Node names OpenSSL's reason in the code; where it says only EPROTO, the reason is in the text.
  const reason = code === "EPROTO" ? textOf(error).toUpperCase().replaceAll(" ", "_") : code;
  if (/WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG/.test(reason)) return "tls-not-spoken";
  if (/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|INAPPROPRIATE_FALLBACK/.test(reason)) return "tls-old-protocol";
  if (/ALERT_.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)/.test(reason))
    return "tls-client-certificate";
  return "tls-failed";
}

/** undici names its parser's errors, but gives them no code in version 7. */
function isMalformed(code: string, error: unknown): boolean {
  if (error instanceof Error && error.name === "HTTPParserError") return true;
  return code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH" || code === "ERR_ASSERTION";
}

/** The parser met the end of the connection where the framing promised more. */
function isCut(code: string, error: unknown): boolean {
  return code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH" || /EOF/.test(textOf(error));
}

/** undici's words for an answer that it does not expect: a protocol switch, or a second 100 (Continue). */
function isBadResponse(error: unknown): boolean {
  return /^bad (response|upgrade)$/.test(textOf(error));
}

function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : "";
}
