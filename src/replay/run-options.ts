import type { HttpRequest, Transport } from "../transport/types.ts";
import type { Signer } from "../trust/types.ts";
import type { Expectation } from "./expect.ts";
import type { RetryPolicy } from "./retry.ts";
import type { MaxFailures } from "./summary.ts";
import type { Clock, Exchange, Journal, MessageOutcome, Pace, TokenSource } from "./types.ts";

export interface RunOptions {
  /** Most open requests; default 8. */
  readonly concurrency?: number;
  readonly retry?: RetryPolicy;
  /** Of one exchange, in milliseconds; default 30 s. */
  readonly timeoutMs?: number;
  /** Most of an answer that is kept; default 64 KiB. */
  readonly maxBodyBytes?: number;
  /** All must hold for an answer to count as delivered. */
  readonly expectations?: readonly Expectation[];
  /** What becomes of the messages behind one that failed (same order key): held back (default), or sent. */
  readonly onFailure?: "hold" | "continue";
  readonly maxFailures?: MaxFailures;
  /** Sends at the payloads' own times, `factor` times as fast; no wait is longer than `maxGapMs`. */
  readonly speed?: { readonly factor: number; readonly maxGapMs: number };
  /** Most messages and bytes that are taken before one must end; defaults 32 for each open request (at least 256), 64 MiB. */
  readonly windowMessages?: number;
  readonly windowBytes?: number;
}

export interface RunParts {
  readonly transport: Transport;
  readonly journal: Journal;
  readonly clock: Clock;
  /** The limit that the token source shares; default none. */
  readonly pace?: Pace;
  readonly token?: TokenSource;
  readonly signer?: Signer;
  /** Hides the secrets of a request in what the endpoint said of it, where a reason quotes that; default: nothing is hidden. */
  readonly masked?: (text: string, request: HttpRequest) => string;
  /** Called in the order the exchanges end; while it works, the slot stays taken. A failure ends the run. */
  readonly onExchange?: (exchange: Exchange) => Promise<void> | undefined;
  /** Called for every outcome, after the journal has it. */
  readonly onOutcome?: (outcome: MessageOutcome) => void;
}
