import { escapeControls } from "../diagnostics/quote.ts";
import { urlOf } from "../json/url.ts";
import type { SendResult } from "../transport/types.ts";
import { type Expectation, whyUnexpected } from "./expect.ts";
import { retryAfterMs } from "./retry-after.ts";

/** What one exchange means for its message. `code` is for machines, `reason` for people. */
export type Verdict =
  | { readonly kind: "delivered"; readonly status: number }
  /** Refused for good, or answered in a way that trying again does not better. */
  | { readonly kind: "failed"; readonly status?: number; readonly code: string; readonly reason: string }
  /** Left without an answer that could be understood, and trying again does not better it. */
  | { readonly kind: "unknown"; readonly code: string; readonly reason: string }
  | RetryVerdict
  /** 401: the token may be stale. */
  | { readonly kind: "unauthorized"; readonly status: number }
  /** Nothing more can be sent there: 410, or a certificate that does not hold. */
  | {
      readonly kind: "endpoint-gone";
      readonly status?: number;
      readonly code: string;
      readonly reason: string;
    };

export interface RetryVerdict {
  readonly kind: "retry";
  readonly status?: number;
  readonly code: string;
  readonly reason: string;
  /** Whether the request may have been taken all the same. */
  readonly mayBeTaken: boolean;
  /**
   * no-connection: it never came to a request. no-answer: it broke off. stale: it broke off because the connection was
   * an old one; says nothing about the endpoint. busy: 5xx and the like. conflict: about this message.
   */
  readonly trouble: "no-connection" | "no-answer" | "stale" | "busy" | "conflict";
  /** What Retry-After asks for. */
  readonly askedMs?: number;
}

const BUSY = new Set([408, 425, 429, 500, 502, 503, 504]);

export interface VerdictContext {
  readonly expectations: readonly Expectation[];
  /** Of the request, to tell where a redirect leads. */
  readonly url: string;
  /** Hides secrets in what the endpoint said, where a reason quotes it. */
  readonly masked?: (text: string) => string;
  readonly wallMs: number;
}

/** Judges one exchange by the rules of the README's table. */
export function verdictOf(result: SendResult, context: VerdictContext): Verdict {
  if (result.kind === "fault") return faultVerdict(result);
  const { status } = result;
  const code = `status-${status}`;
  if (status >= 200 && status <= 299) {
    const reason = whyUnexpected(result, context.expectations);
    return reason === undefined
      ? { kind: "delivered", status }
      : { kind: "failed", status, code: "unexpected-answer", reason };
  }
  if (BUSY.has(status) || status === 409) return retryVerdict(result, context.wallMs);
  if (status === 401) return { kind: "unauthorized", status };
  if (status === 410) {
    const reason = "the endpoint answered 410 Gone: it wants no more messages";
    return { kind: "endpoint-gone", status, code, reason };
  }
  return { kind: "failed", status, code, reason: refusal(result, context) };
}

type Answer = Extract<SendResult, { kind: "answer" }>;
type Fault = Extract<SendResult, { kind: "fault" }>;

function faultVerdict({ certainty, isPermanent, isStaleConnection, code, message }: Fault): Verdict {
  if (!isPermanent) {
    const isSent = certainty === "unknown";
    const trouble = isStaleConnection === true ? "stale" : isSent ? "no-answer" : "no-connection";
    return { kind: "retry", code, reason: message, mayBeTaken: isSent, trouble };
  }
  // The one fault that lies in the message itself.
  if (code === "invalid-request") return { kind: "failed", code, reason: message };
  // A bad certificate is no message's fault: all of them can still be delivered when it is mended.
  return { kind: certainty === "not-sent" ? "endpoint-gone" : "unknown", code, reason: message };
}

function retryVerdict({ status, headers }: Answer, wallMs: number): RetryVerdict {
  const askedMs = retryAfterMs(headers, wallMs);
  return {
    kind: "retry",
    status,
    code: `status-${status}`,
    reason: `the endpoint answered ${status}`,
    mayBeTaken: false,
    trouble: status === 409 ? "conflict" : "busy",
    ...(askedMs === undefined ? {} : { askedMs }),
  };
}

function refusal({ status, headers }: Answer, { url, masked = (text) => text }: VerdictContext): string {
  if (status < 300 || status > 399) return `the endpoint answered ${status}`;
  const location = headers.find(([name]) => name.toLowerCase() === "location")?.[1];
  const target = location === undefined ? "" : hostIn(masked(location), url);
  const where = target === "" ? "" : ` to ${escapeControls(target)}`;
  return `the endpoint answered ${status}, a redirect${where}; redirects are not followed`;
}

/**
 * Where a redirect leads; path and query may hold what the payload or the token put there. As it is written: were it
 * spelled in lower case, a secret in it would not be known as one any more.
 */
function hostIn(location: string, url: string): string {
  const target = urlOf(location, url);
  if (target === undefined) return "";
  const written = /^(?:[a-z][a-z0-9+.-]*:)?[/\\]{2}([^/\\?#]*)/i.exec(location)?.[1];
  return written === undefined ? target.host : written.replace(/^.*@/, "");
}

/** Kept connections can all have been closed by the other side; more than this is no race any more. */
export const MOST_STALE = 16;

/** How often and how patiently a message is tried again. Durations are in milliseconds. */
export interface RetryPolicy {
  /** Attempts after the first. */
  readonly retries: number;
  readonly baseMs: number;
  readonly capMs: number;
  /** From a message's first attempt to its last; a wait that would end later is not begun. */
  readonly maxElapsedMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = {
  retries: 5,
  baseMs: 1000,
  capMs: 60_000,
  maxElapsedMs: 15 * 60_000,
};

/** Longest Retry-After that is waited out, unless the cap is longer. */
export const LONGEST_ASKED_MS = 10 * 60_000;

/** The step before retry `n` (from 1): base, twice the base, … up to the cap. */
export function stepMs(policy: RetryPolicy, n: number): number {
  return Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(n - 1, 50));
}

/**
 * How long to wait before retry `n`: between half of the step and the whole, so that many messages do not come back
 * together. What the endpoint asks for replaces the first half where it is longer, up to `LONGEST_ASKED_MS`.
 *
 * @param random  From 0 to below 1.
 */
export function waitMs(policy: RetryPolicy, n: number, random: number, askedMs?: number): number {
  const half = stepMs(policy, n) / 2;
  const asked = Math.min(askedMs ?? 0, Math.max(policy.capMs, LONGEST_ASKED_MS));
  return Math.max(half, asked) + random * half;
}
