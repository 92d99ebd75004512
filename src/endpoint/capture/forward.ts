import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { SendResult, Transport } from "../../transport/types.ts";
import { valuesOf } from "../http/check-request.ts";
import type { CaptureEvent } from "./events.ts";
import { isCredential } from "./record.ts";

type Headers = readonly (readonly [name: string, value: string])[];

/** Most that waits to be passed on; what comes beyond is only stored. */
const MAX_QUEUED = 1000;
const MAX_QUEUED_BYTES = 64 * 1024 * 1024;
const CONCURRENCY = 4;
/** Waits before the second attempt and so on; then it is given up. */
const WAITS_MS = [1000, 5000];
const TIMEOUT_MS = 30_000;
/** An answer's body is of no interest. */
const MAX_ANSWER_BYTES = 1024;

/** Of the old connection. */
const OF_CONNECTION = new Set([
  ...["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"],
  ...["host", "content-length", "expect"],
]);

/** The sender's rights here stay here. Signatures go on: what they sign, the bytes, goes on too. */
function isPassedOn(name: string): boolean {
  return !OF_CONNECTION.has(name.toLowerCase()) && !isCredential(name);
}

export interface Forwarded {
  readonly method: string;
  /** As they are stored: without this server's token. */
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/**
 * Passes stored requests on to another endpoint, byte for byte, beside the answers to their senders. It is a
 * convenience, no delivery: the queue is bounded and in memory, three attempts are made, and what fails stays in the
 * capture file, from where `chatx replay` delivers it.
 */
export class Forwarder {
  /** How this server calls itself in what it passes on (RFC 9110, 7.6.3). */
  readonly #pseudonym = `chatx-${randomUUID()}`;
  readonly #transport: Transport;
  readonly #url: string;
  readonly #onEvent: (event: CaptureEvent) => void;
  readonly #queue: Forwarded[] = [];
  readonly #abort = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #queuedBytes = 0;

  constructor(transport: Transport, url: string, onEvent: (event: CaptureEvent) => void) {
    this.#transport = transport;
    this.#url = url;
    this.#onEvent = onEvent;
  }

  /** Whether this very server has passed the request on before: then its own target leads back to it. */
  hasPassedOn(rawHeaders: readonly string[]): boolean {
    return valuesOf(rawHeaders, "via").some((value) => value.includes(this.#pseudonym));
  }

  push(request: Forwarded): void {
    const bytes = this.#queuedBytes + request.body.length;
    // One that is larger than all that may wait is passed on when nothing else does.
    const isFull = this.#queue.length >= MAX_QUEUED || (this.#queuedBytes > 0 && bytes > MAX_QUEUED_BYTES);
    if (isFull) {
      this.#onEvent({ event: "not-forwarded", reason: "too many wait to be passed on", attempts: 0 });
      return;
    }
    this.#queue.push(request);
    this.#queuedBytes = bytes;
    if (this.#running.size >= CONCURRENCY) return;
    const run = this.#run();
    this.#running.add(run);
    void run.finally(() => this.#running.delete(run));
  }

  /** Gives what waits up to `graceMs`; the rest is told as not passed on. */
  async close(graceMs: number): Promise<void> {
    const timer = setTimeout(() => this.#abort.abort(), graceMs);
    await Promise.all(this.#running);
    clearTimeout(timer);
    await this.#transport.close();
  }

  async #run(): Promise<void> {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      await this.#deliver(next).catch((error: unknown) => this.#onEvent({ event: "error", error }));
      this.#queuedBytes -= next.body.length;
    }
  }

  async #deliver(request: Forwarded): Promise<void> {
    const headers: Headers = [
      ...request.headers.filter(([name]) => isPassedOn(name)),
      ["Via", `1.1 ${this.#pseudonym}`],
    ];
    const { signal } = this.#abort;
    for (let attempts = 1; ; attempts++) {
      if (signal.aborted) {
        this.#onEvent({ event: "not-forwarded", reason: "the server ended first", attempts: attempts - 1 });
        return;
      }
      const result = await this.#transport.send(
        { method: request.method, url: this.#url, headers, body: request.body },
        { timeoutMs: TIMEOUT_MS, maxBodyBytes: MAX_ANSWER_BYTES, signal },
      );
      if (result.kind === "answer" && result.status >= 200 && result.status < 300) {
        this.#onEvent({ event: "forwarded", status: result.status, attempts });
        return;
      }
      const waitMs = WAITS_MS[attempts - 1];
      if (waitMs === undefined || signal.aborted || !isWorthAnother(result)) {
        this.#onEvent({ event: "not-forwarded", reason: reasonOf(result), attempts });
        return;
      }
      await wait(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Loop Detected: the request came back to where it was passed on from. */
const LOOP = 508;

function isWorthAnother(result: SendResult): boolean {
  if (result.kind === "fault") return !result.isPermanent;
  if (result.status === LOOP) return false;
  return result.status >= 500 || result.status === 408 || result.status === 429;
}

function reasonOf(result: SendResult): string {
  return result.kind === "fault" ? result.message : `it answered ${result.status}`;
}
