/**
 * What the parts of a replay hand to each other. Plan, run, journal, transport and reports meet here and nowhere else.
 *
 * records ── plan ──► PlannedMessage ── run ──► Attempt* ──► MessageOutcome ──► journal, dead letters, reports
 *                                        │
 *                                        └── Transport (undici), TokenSource, Signer, Clock
 */

/** A request ready to be sent, but for what changes with each attempt (token, signature). */
export interface ReplayRequest {
  readonly method: string;
  /** Absolute; scheme, host and port are the user's own, never a payload's. */
  readonly url: string;
  /** In order; names as they are sent. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

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
  /** The request; a function of the token answer where a template names `$tokenResponse`. */
  readonly request: (token: TokenAnswer | undefined) => RenderedRequest;
}

export type RenderedRequest =
  | { readonly ok: true; readonly request: ReplayRequest }
  /** A value that a template names is missing in this payload, or cannot stand where it is named: this message fails. */
  | { readonly ok: false; readonly reason: string };

/** The answer of the token endpoint, as templates see it. */
export interface TokenAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  /** Parsed JSON; undefined where the answer is none. */
  readonly json: unknown;
}

/** What one send came to. Never thrown: a failed send is data. */
export type SendResult =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers: readonly (readonly [string, string])[];
      /** At most the limit asked for. */
      readonly body: Uint8Array;
      readonly isBodyClipped: boolean;
      readonly durationMs: number;
    }
  | {
      readonly kind: "fault";
      /**
       * not-sent: the request cannot have been taken (refused, no such host, TLS). unknown: it may have been (reset,
       * silence, cut or malformed answer after the request left).
       */
      readonly certainty: "not-sent" | "unknown";
      /** permanent: trying again cannot help (bad certificate, malformed answer to every request). */
      readonly isPermanent: boolean;
      /** For machines: connection-refused, name-not-found, connect-timeout, tls-expired, reset, answer-timeout … */
      readonly code: string;
      /** For people; no secret, no payload. */
      readonly message: string;
      readonly durationMs: number;
    };

/** Sends one request. Follows no redirect, retries nothing, asks for no compression. */
export interface Transport {
  send(request: ReplayRequest, options: SendOptions): Promise<SendResult>;
  close(): Promise<void>;
}

export interface SendOptions {
  /** Whole exchange, answer's body included; milliseconds. */
  readonly timeoutMs: number;
  /** Most of an answer's body that is kept. */
  readonly maxBodyBytes: number;
  readonly signal?: AbortSignal;
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
 * delivered: a complete 2xx answer (and --expect held). failed: refused for good. unknown: left without an answer, and
 * all attempts are used up. held: not sent because an earlier message of its conversation failed. pending: not sent
 * because the run stopped early. Only delivered and failed are final: a resumed run sends the others again.
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
  readonly unknown: number;
  readonly held: number;
  readonly pending: number;
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
  readonly request: ReplayRequest;
  readonly result: SendResult;
  readonly startedAtWallMs: number;
}
