/** A request ready to be sent, but for what changes with each attempt (token, signature). */
export interface HttpRequest {
  readonly method: string;
  /** Absolute; scheme, host and port are the user's own, never a payload's. */
  readonly url: string;
  /** In order; names as they are sent. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
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
      /**
       * The server closed a connection that it had kept open, while this request was on its way: that says nothing about
       * its health, and need count neither against it nor as an attempt. It cannot happen on a fresh connection, so
       * trying at once ends it; certainty stays unknown, as the server may have read the request all the same.
       */
      readonly isStaleConnection?: boolean;
      readonly durationMs: number;
    };

/** Sends one request. Follows no redirect, retries nothing, asks for no compression. */
export interface Transport {
  send(request: HttpRequest, options: SendOptions): Promise<SendResult>;
  close(): Promise<void>;
}

export interface SendOptions {
  /** Whole exchange, answer's body included; milliseconds. */
  readonly timeoutMs: number;
  /** Most of an answer's body that is kept. */
  readonly maxBodyBytes: number;
  readonly signal?: AbortSignal;
}
