import type { StoreEvent } from "./store.ts";

/** What happens to a capture server, for its user. What the other side wrote stands in `url` only, masked. */
export type CaptureEvent =
  | { readonly event: "stored"; readonly request: StoredRequest }
  /** A request that was not stored. Of those that never became one, the connection's other end is all there is. */
  | {
      readonly event: "refused";
      readonly status: number;
      readonly code: string;
      readonly message: string;
      readonly remote?: string;
    }
  | StoreEvent
  | { readonly event: "forwarded"; readonly status: number; readonly attempts: number }
  | { readonly event: "not-forwarded"; readonly reason: string; readonly attempts: number }
  /** A bug, or a system call that failed; the server goes on. */
  | { readonly event: "error"; readonly error: unknown };

export interface StoredRequest {
  readonly receivedAt: Date;
  readonly method: string;
  /** Path and query, masked as in the record. */
  readonly url: string;
  readonly bodyBytes: number;
  readonly duplicate?: "webhook-id" | "body";
  readonly verdict?: "valid" | "invalid" | "skipped";
  readonly formats?: readonly string[];
  readonly findings?: number;
  /** Only the beginning of the body was examined, or nothing of it. */
  readonly partial?: boolean;
}
