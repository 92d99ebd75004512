import type { IncomingMessage, ServerResponse } from "node:http";
import type { Refusal } from "./refusal.ts";

export interface ServerLimits {
  /** All header lines and the request line together. */
  readonly headerBytes: number;
  readonly headerCount: number;
  /** Of the request's target. */
  readonly urlBytes: number;
  /** From the connection, or the end of the request before it, to the end of the header. */
  readonly headersTimeoutMs: number;
  /** From there to the end of the body. */
  readonly requestTimeoutMs: number;
  /** A kept connection on which no request comes. */
  readonly idleTimeoutMs: number;
  /** A connection on which nothing moves while an answer is awaited or written. */
  readonly stallTimeoutMs: number;
  /** Open at a time; those beyond are answered 503. Less where the system gives the process fewer descriptors. */
  readonly maxConnections: number;
}

export const DEFAULT_LIMITS: ServerLimits = {
  headerBytes: 16 * 1024,
  headerCount: 100,
  urlBytes: 8 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  idleTimeoutMs: 5000,
  stallTimeoutMs: 30_000,
  maxConnections: 1024,
};

/**
 * What a request may call this server in its Host header, without ports; "any" where a secret in the request makes it
 * no matter. A page of another origin is held to the same.
 */
export type AllowedHosts = readonly string[] | "any";

/** One request and its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** As sent, in origin form: path and query. Not decoded. */
  readonly target: string;
  /** The target up to "?". Not decoded. */
  readonly path: string;
  /** What stands behind "?"; empty where nothing does. */
  readonly query: string;
  /** Aborted when the connection ends before the answer does. */
  readonly signal: AbortSignal;
  /**
   * The whole body as it came: no coding is undone.
   *
   * @param onBytes  Called with the length of each piece before it is kept; may throw a `Refusal`.
   * @throws {Refusal} 413 for a longer one, by its stated length before anything is read.
   * @throws {ClientGone} When the connection ends in the middle.
   */
  readBody(limitBytes: number, onBytes?: (bytes: number) => void): Promise<Buffer>;
}

export interface ServerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly limits: ServerLimits;
  readonly allowedHosts: AllowedHosts;
  /** Answers a request. A thrown `Refusal` is sent as it is; anything else thrown is a 500 and goes to `onError`. */
  readonly handle: (exchange: Exchange) => Promise<void>;
  /** Told of each request that was refused, also of those that never reached `handle`. Holds nothing the client wrote. */
  readonly onRefused?: (refusal: Refusal, remote: string | undefined) => void;
  /** Told of what should not happen: a bug, or a system call that failed. */
  readonly onError: (error: unknown) => void;
}

export interface OpenServer {
  /** With the real port: `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly port: number;
  /**
   * Takes no more connections, closes those without a request at once, and lets the others end; what is not done after
   * `graceMs` is cut. Resolves when no connection is left; a second call waits for the first.
   */
  close(graceMs: number): Promise<void>;
}
