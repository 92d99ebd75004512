import { parseJson } from "../json/parse.ts";
import { decodeUtf8 } from "../json/text.ts";
import { doubleOf, isNumeric, type Json, member } from "../json/value.ts";
import type { HttpRequest, SendResult } from "../transport/types.ts";
import type { Clock, RenderedRequest, TokenAnswer, TokenResult, TokenSource } from "./types.ts";

/** Most of a token answer that is read; real ones are a few kilobytes. Give it to `send` as maxBodyBytes. */
export const TOKEN_BODY_BYTES = 262_144;
/** A token is renewed this long before it ends, or a tenth of its life before, whichever is shorter. */
const RENEW_BEFORE_MS = 30_000;
/** A life shorter than this would have the token endpoint asked for every message. */
const SHORTEST_LIFE_MS = 1000;

export interface TokenOptions {
  /** The request for a token, rendered anew each time. */
  readonly request: () => RenderedRequest;
  /**
   * Sends it: with the rate limit, the time limit and the retries of all other requests (408, 425, 429, 5xx, faults).
   * Gives the last result when the attempts are used up; rejects only with the signal's reason. With `hasTurn` the
   * first attempt has its turn of the rate limit.
   */
  readonly send: (request: HttpRequest, signal: AbortSignal, hasTurn: boolean) => Promise<SendResult>;
  /** Why the templates cannot use an answer, in words that follow "the token endpoint"; before anything is sent with it. */
  readonly whyUnusable?: (answer: TokenAnswer) => string | undefined;
  readonly clock: Pick<Clock, "now">;
}

interface Held {
  readonly token: TokenAnswer;
  /** Monotonic; infinite where the answer does not say. */
  readonly renewAt: number;
}

/**
 * Tokens of a two-phase replay. All who ask while a request is under way share it. A refusal ends the run, so it is
 * kept: the endpoint is not asked again by the senders that come after.
 */
export function createTokenSource(options: TokenOptions): TokenSource {
  let held: Held | undefined;
  let refusal: TokenResult | undefined;
  let flight: Promise<TokenResult> | undefined;
  const ask = (signal: AbortSignal, hasTurn: boolean): Promise<TokenResult> => {
    if (refusal !== undefined) return Promise.resolve(refusal);
    flight ??= fetchToken(options, signal, hasTurn)
      .then((outcome) => {
        if ("token" in outcome) {
          held = outcome;
          return { kind: "token", token: outcome.token } as const;
        }
        refusal = outcome;
        return outcome;
      })
      .finally(() => {
        flight = undefined;
      });
    return flight;
  };
  const good = () => (held !== undefined && options.clock.now() < held.renewAt ? held.token : undefined);
  const inUse = (signal: AbortSignal, hasTurn = false): Promise<TokenResult> => {
    const token = good();
    return token === undefined ? ask(signal, hasTurn) : Promise.resolve({ kind: "token", token });
  };
  return {
    current: (signal) => inUse(signal),
    get held() {
      return good();
    },
    renew(stale, signal, hasTurn) {
      if (held?.token === stale) held = undefined;
      return inUse(signal, hasTurn);
    },
  };
}

type Refusal = Extract<TokenResult, { kind: "refused" }>;

async function fetchToken(
  options: TokenOptions,
  signal: AbortSignal,
  hasTurn: boolean,
): Promise<Held | Refusal> {
  signal.throwIfAborted();
  const rendered = options.request();
  if (!rendered.ok) return refused("token-request", `the token request cannot be made: ${rendered.reason}`);
  // The life of the token begins when the server makes it: at the earliest when we ask.
  const askedAt = options.clock.now();
  const result = await options.send(rendered.request, signal, hasTurn);
  signal.throwIfAborted();
  if (result.kind === "fault") {
    return refused("token-unreachable", `no token could be had: ${result.message}`);
  }
  const { status } = result;
  if (status === 401 || status === 403) {
    return refused("token-refused", `the token endpoint refuses our credentials (status ${status})`);
  }
  if (status < 200 || status > 299) {
    return refused("token-failed", `the token endpoint answered with status ${status}`);
  }
  if (result.isBodyClipped) {
    return refused("token-unusable", "the token endpoint's answer is too long to be a token");
  }
  const token: TokenAnswer = { status, headers: result.headers, json: jsonOf(result.body) };
  const problem = options.whyUnusable?.(token);
  if (problem !== undefined) return refused("token-unusable", `the token endpoint ${problem}`);
  return { token, renewAt: askedAt + lifeMs(token.json) };
}

function refused(code: string, reason: string): Refusal {
  return { kind: "refused", code, reason };
}

function jsonOf(body: Uint8Array): Json | undefined {
  const text = decodeUtf8(body);
  const parsed = text === undefined ? undefined : parseJson(text);
  return parsed?.ok ? parsed.value : undefined;
}

/**
 * How long to use a token, from `expires_in` (RFC 6749, seconds, also written as text). Where it is missing, negative,
 * zero or no number, the token is used until a message is answered 401.
 */
function lifeMs(json: unknown): number {
  const value = member(json as Json | undefined, "expires_in");
  const seconds = isNumeric(value)
    ? doubleOf(value)
    : typeof value === "string" && /^\s*\d+(\.\d+)?\s*$/.test(value)
      ? Number(value)
      : 0;
  if (!(seconds > 0)) return Number.POSITIVE_INFINITY;
  const life = Math.max(seconds * 1000, SHORTEST_LIFE_MS);
  return life - Math.min(RENEW_BEFORE_MS, life / 10);
}
