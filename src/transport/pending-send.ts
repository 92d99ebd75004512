import type { Connection } from "./connection.ts";
import { classify, type FaultCode, fault, type SendState } from "./faults.ts";
import { headerPairs } from "./head.ts";
import type { SendOptions, SendResult } from "./types.ts";

/** How much of a body that nobody keeps is read all the same, so that the connection can carry the next request. */
const READ_ON = 1024 * 1024;
/** setTimeout turns a longer delay into 1 ms. */
const LONGEST_TIMER = 2_147_483_647;
const NO_BYTES = new Uint8Array(0);

/** What an exchange needs of the transport it belongs to. */
export interface SendHome {
  /** Asked before the request is written: 0, or in how many milliseconds to ask again. */
  delayMs(): number;
  /** The request is about to be written to whichever socket is written to next. */
  writing(send: PendingSend): void;
  /** The exchange has its result. */
  ended(send: PendingSend): void;
}

/**
 * One request and what came of it, as undici's dispatch wants it: a handler of always the same shape, because this is
 * the hot path of a replay. Settles exactly once, whatever undici does afterwards.
 *
 * The rule for the verdict: an answer counts when it is complete, or when more of its body came than is kept; then the
 * head stands, however the body goes on. An endless or huge body is thus decided by its head, and a cut one is not.
 */
export class PendingSend {
  readonly #home: SendHome;
  readonly #host: string;
  readonly #isProxied: boolean;
  readonly #limit: number;
  /** What ends the exchange early; the transport listens to it. */
  readonly signal: AbortSignal | undefined;
  /** Dispatches the request once more; called after `delayMs`. */
  onTooSoon: (() => void) | undefined;
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;
  readonly #settle: (result: SendResult) => void;
  #isSettled = false;
  #isTooSoon = false;
  #isComplete = false;
  #connection: Connection | undefined;
  #writtenAt = 0;
  #status = 0;
  #headers: readonly Buffer[] = [];
  #chunks: Uint8Array[] = [];
  #kept = 0;
  #read = 0;

  /**
   * @param host  "host:port" for messages.
   * @param isProxied  The request goes to a proxy in absolute form, so that a 407 is the proxy's.
   */
  constructor(
    home: SendHome,
    host: string,
    isProxied: boolean,
    options: SendOptions,
    settle: (result: SendResult) => void,
  ) {
    this.#home = home;
    this.#host = host;
    this.#isProxied = isProxied;
    this.#limit = options.maxBodyBytes;
    this.signal = options.signal;
    this.#settle = settle;
    this.#timer = setTimeout(onTimeout, Math.min(options.timeoutMs, LONGEST_TIMER), this);
  }

  /** Ends the exchange because the run ends. */
  stop(): void {
    this.#fail(this.#connection === undefined ? "not-started" : "stopped");
  }

  timeOut(): void {
    if (this.#hasHeadThatStands()) this.#answer();
    else if (this.#connection === undefined) this.#fail("connect-timeout");
    else this.#fail(this.#status === 0 ? "answer-timeout" : "body-timeout");
  }

  /** The socket that carries the request. */
  onWrite(connection: Connection): void {
    this.#connection = connection;
    this.#writtenAt = performance.now();
  }

  onConnect(abort: (error?: Error) => void): void {
    // undici cannot take back a request that still waits for a socket; it asks here, before the first byte.
    if (this.#isSettled) {
      abort();
      return;
    }
    if (this.onTooSoon !== undefined) this.#waitForLeave(this.onTooSoon);
    this.#home.writing(this);
  }

  /** What is thrown here takes the request back and leaves its connection open. */
  #waitForLeave(again: () => void): void {
    const delayMs = this.#home.delayMs();
    if (delayMs <= 0) return;
    this.#isTooSoon = true;
    setTimeout(() => {
      if (!this.#isSettled) again();
    }, delayMs);
    throw new Error("too soon");
  }

  onHeaders(status: number, headers: readonly Buffer[]): boolean {
    if (status >= 200) {
      this.#status = status;
      this.#headers = headers;
    }
    return true;
  }

  onData(chunk: Buffer): boolean {
    const room = this.#limit - this.#kept;
    this.#read += chunk.length;
    if (room > 0) {
      this.#chunks.push(room < chunk.length ? chunk.subarray(0, room) : chunk);
      this.#kept += Math.min(room, chunk.length);
    }
    if (this.#read > this.#limit + READ_ON) this.#answer();
    return true;
  }

  onComplete(): void {
    this.#isComplete = true;
    if (this.#isProxied && this.#status === 407) this.#fail("proxy-credentials");
    else this.#answer();
  }

  onError(error: unknown): void {
    if (this.#isSettled) return;
    if (this.#isTooSoon) {
      this.#isTooSoon = false;
      return;
    }
    if (this.#hasHeadThatStands()) this.#answer();
    else this.#fail(classify(error, this.#state()));
  }

  #hasHeadThatStands(): boolean {
    return this.#status > 0 && this.#read > this.#limit;
  }

  #state(): SendState {
    return {
      isWritten: this.#connection !== undefined,
      hasHead: this.#status > 0,
      isReused: this.#connection?.isReused ?? false,
      isSilent: this.#connection?.isSilent ?? true,
      sinceWrittenMs: performance.now() - this.#writtenAt,
    };
  }

  #answer(): void {
    this.#end({
      kind: "answer",
      status: this.#status,
      headers: headerPairs(this.#headers),
      body: joined(this.#chunks, this.#kept),
      isBodyClipped: this.#read > this.#kept,
      durationMs: performance.now() - this.#startedAt,
    });
  }

  #fail(code: FaultCode): void {
    if (!this.#isSettled) this.#end(fault(code, this.#host, performance.now() - this.#startedAt));
  }

  #end(result: SendResult): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    clearTimeout(this.#timer);
    this.#home.ended(this);
    this.#settle(result);
    if (!this.#isComplete) this.#connection?.giveUp();
  }
}

function onTimeout(send: PendingSend): void {
  send.timeOut();
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  if (chunks.length === 0) return NO_BYTES;
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length);
}
