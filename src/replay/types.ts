import type { CaptureFacts } from "../input/types.ts";
import type { Json } from "../json/value.ts";
import type { Conversation } from "../model/conversation.ts";
import type { HttpRequest, SendResult } from "../transport/types.ts";

/**
 * What the parts of a replay hand to each other. Plan, run, journal, transport and reports meet here and nowhere else.
 *
 * records ── plan ──► PlannedMessage ── run ──► Attempt* ──► MessageOutcome ──► journal, dead letters, reports
 *                                        │
 *                                        └── Transport (undici), TokenSource, Signer, Clock
 */

/** One message to deliver. Made by the plan, which is pure: the same inputs and options give the same messages. */
export interface PlannedMessage {
  /** Position in the plan, from 1. */
  readonly sequence: number;
  /**
   * Who this message is: a hash of what is sent (payload bytes, and what the templates make of them) and the how-manyth
   * time that content occurs in the input. Not of file names or positions. Hex, 32 digits; it is the Idempotency-Key.
   */
  readonly identity: string;
  /** Messages with the same key are sent one after the other, in plan order. Undefined: depends on nothing. */
  readonly orderKey?: string;
  readonly source: string;
  /** Number of the record in its source, and the line it starts on, both from 1. */
  readonly record: number;
  readonly line: number;
  /** What the payload was taken for, for counts: format id and event name. */
  readonly format?: string;
  readonly event?: string;
  /** The payload's own time in milliseconds since 1970, for --speed and --since. */
  readonly sentAtMs?: number;
  /** How much memory the message holds while it waits, about; for the bound of the window. */
  readonly sizeBytes?: number;
  /**
   * Makes what the templates name and what takes time (`$report`); awaited before the first `request`. Made once, however
   * often it is called. Absent: there is nothing to make.
   */
  readonly prepare?: () => Promise<void>;
  /** The request; a function of the token answer where a template names `$tokenResponse`. */
  readonly request: (token: TokenAnswer | undefined) => RenderedRequest;
  /**
   * The request for dead letters: headers whose templates name a secret ($env, $tokenResponse) are left out. Not ok
   * where URL or body cannot be without one. Absent: `request(undefined)` holds no secret.
   */
  readonly publicRequest?: () => RenderedRequest;
}

export type RenderedRequest =
  | { readonly ok: true; readonly request: HttpRequest }
  /** A value that a template names is missing in this payload, or cannot stand where it is named: this message fails. */
  | { readonly ok: false; readonly reason: string };

/** The answer of the token endpoint, as templates see it. */
export interface TokenAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  /** Parsed JSON; undefined where the answer is none. */
  readonly json: unknown;
}

/** Time, so that tests need none. Delays of any length (also beyond 2^31 ms) are kept. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Milliseconds since 1970. */
  wallMs(): number;
  /** Resolves after the delay, or rejects with the signal's reason. */
  wait(delayMs: number, signal?: AbortSignal): Promise<void>;
  /** From 0 to below 1, for jitter. */
  random(): number;
}

/**
 * delivered: a complete 2xx answer (and --expect held). failed: refused for good. unknown: an attempt left without an
 * answer, so that it may have been taken, and no later one was answered for good. held: not sent because an earlier
 * message of its conversation failed or is unknown. pending: not taken by the endpoint before the run
 * stopped early. Only delivered and failed are final: a resumed run sends the others again.
 */
export type MessageState = "delivered" | "failed" | "unknown" | "held" | "pending";

export interface MessageOutcome {
  readonly message: PlannedMessage;
  readonly state: MessageState;
  readonly attempts: number;
  /** Status of the last answer, where there was one. */
  readonly status?: number;
  /** Why it is not delivered: a code for machines and words for people, without secrets and payload text. */
  readonly code?: string;
  readonly reason?: string;
  /** From the first attempt to the verdict, and of the last exchange alone. */
  readonly elapsedMs: number;
  readonly durationMs?: number;
}

/** What the journal knows; the run asks it before each message and tells it after. */
export interface Journal {
  /** The final state of a message in an earlier run; undefined: to be sent. */
  finalState(message: Pick<PlannedMessage, "sequence" | "identity">): "delivered" | "failed" | undefined;
  /** Resolves when the outcome is written (group commit): until then the message counts as in flight. */
  record(outcome: MessageOutcome): Promise<void>;
  /** fdatasync and unlock. @throws When the last outcomes are not safely on disk. */
  close(): Promise<void>;
}

/** Totals; `planned = delivered + failed + unknown + held + pending`, and delivered includes `deliveredBefore`. */
export interface ReplaySummary {
  readonly planned: number;
  readonly delivered: number;
  readonly deliveredBefore: number;
  readonly failed: number;
  /** Of the failed ones, those that an earlier run of the same journal gave up. */
  readonly failedBefore: number;
  readonly unknown: number;
  readonly held: number;
  readonly pending: number;
  /** Requests that left, also those of messages that got through in the end; sum of `statuses` and `faults`. */
  readonly attempts: number;
  readonly statuses: ReadonlyMap<number, number>;
  readonly faults: ReadonlyMap<string, number>;
  readonly elapsedMs: number;
  /** Why the run ended before its end, where it did. */
  readonly stopped?: { readonly code: string; readonly reason: string };
}

/** One exchange, for HAR, saved responses and the live line. Called in the order the exchanges end. */
export interface Exchange {
  readonly message: PlannedMessage;
  readonly attempt: number;
  /** As sent, with the token and signature in it: redact before showing. */
  readonly request: HttpRequest;
  readonly result: SendResult;
  readonly startedAtWallMs: number;
}

/** What asking for a token came to. refused: the endpoint is not ours to use; it ends the run, and no message is to blame. */
export type TokenResult =
  | { readonly kind: "token"; readonly token: TokenAnswer }
  | { readonly kind: "refused"; readonly code: string; readonly reason: string };

/**
 * The token of two-phase authentication, shared by all senders. Retries of the token endpoint's own failures happen
 * inside; each of its requests takes a turn of the `Pace`. An answer is told from another by identity (===).
 */
export interface TokenSource {
  /** The answer in use; fetched first where there is none yet, or where it is about to expire. One request for all. */
  current(signal: AbortSignal): Promise<TokenResult>;
  /** The answer in use, if it is good at this moment. */
  readonly held: TokenAnswer | undefined;
  /**
   * A new answer in place of `stale`; where another sender has replaced that already, the one in use.
   *
   * @param hasTurn  The caller has taken a turn of the `Pace`, and gives it away: if a request leaves, it takes none.
   */
  renew(stale: TokenAnswer, signal: AbortSignal, hasTurn?: boolean): Promise<TokenResult>;
}

/** The rate limit, one for messages, retries and token calls. */
export interface Pace {
  /**
   * One more request wants to leave, first come, first served.
   *
   * @param isUrgent  Others wait for what it brings, or it has waited once already: it goes before those that are not.
   * @returns Undefined where it may; else resolves when it may, or rejects with the signal's reason.
   */
  turn(signal: AbortSignal, isUrgent?: boolean): Promise<void> | undefined;
}

/** What templates see of one message. Valid as long as the message. */
export interface RenderInput {
  /** The payload's own bytes, or the converted ones; `$payload` is parsed from them where `document` is absent. */
  readonly payload: Uint8Array;
  /** Whether the payload is known to be one JSON value. */
  readonly isJson: boolean;
  readonly document?: Json;
  readonly conversation?: Conversation;
  readonly source: string;
  readonly record: number;
  readonly line: number;
  readonly capture?: CaptureFacts;
  /** `$idempotencyKey`; `$uuid` should be derived from it, so that all attempts carry the same one. */
  readonly identity: string;
  readonly token?: TokenAnswer;
}

/** The user's compiled templates. Pure: the same input gives the same result. */
export interface RequestRenderer {
  /**
   * What tells these templates from others, as far as it changes what is sent: the text of URL (without scheme, host
   * and port), headers and body, and the values of --var. It is hashed into the identities. "" for no template at all.
   */
  readonly fingerprint: string;
  /** Must be awaited before `render` where it is there. What it makes lives as long as the input's payload. */
  prepare?(input: RenderInput): Promise<void>;
  render(input: RenderInput): RenderedTemplates;
  /** The same without headers that name a secret; not ok where URL or body cannot be without one. See `publicRequest`. */
  renderPublic?(input: RenderInput): RenderedTemplates;
}

export type RenderedTemplates =
  | {
      readonly ok: true;
      readonly url: string;
      /** Those of -H, and the content type of the body where --body or --content-type gives one. They replace captured ones. */
      readonly headers: readonly (readonly [name: string, value: string])[];
      /** Undefined: the payload is sent as it is. */
      readonly body?: Uint8Array;
    }
  | { readonly ok: false; readonly reason: string };
