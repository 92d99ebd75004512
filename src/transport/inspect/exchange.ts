import type { Socket } from "node:net";
import type { buildConnector, Client } from "undici";
import { type Connection, watchSocket } from "../connection.ts";
import { classify, type FaultCode } from "../faults.ts";
import { headerPairs, MAX_HEADER_BYTES } from "../head.ts";
import { BodyStream } from "./body-stream.ts";
import { BodyFault, type InspectedAnswer, type InspectFault } from "./types.ts";

const FIRST_BYTES = 8;
/** A TLS record of an alert or a handshake: a server that speaks TLS to somebody who does not. */
const TLS_RECORD = /^[\x15\x16]\x03/;

export interface ExchangeOptions {
  readonly url: URL;
  readonly headers: readonly (readonly [string, string])[];
  /** For the head and the body together. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** A complaint of TLS, which says more than the end of the connection that follows it. */
  readonly tlsProblem?: () => Error | undefined;
}

/** A GET over a socket that is ready for it. */
export class Exchange {
  readonly #socket: Socket;
  readonly #client: Client;
  readonly #options: ExchangeOptions;
  readonly #body = new BodyStream(() => this.#stop());
  readonly #timer: NodeJS.Timeout;
  #settle: (result: InspectedAnswer | InspectFault) => void = () => undefined;
  #forget: () => void = () => undefined;
  #connection: Connection | undefined;
  #writtenAt = 0;
  #first = "";
  #status = 0;
  #interim: number[] = [];
  #isOver = false;
  #hasExtraBytes = false;

  constructor(undici: typeof import("undici"), socket: Socket, options: ExchangeOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#timer = setTimeout(() => this.#fail(this.#isTimedOut()), options.timeoutMs);
    this.#notice(socket);
    this.#client = new undici.Client(options.url.origin, {
      // Answered in the same breath, undici would miss it: it is still busy with asking.
      connect: (_, callback) => queueMicrotask(() => this.#connect(callback)),
      pipelining: 1,
      maxHeaderSize: MAX_HEADER_BYTES,
      // One timer for all of it.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** @returns The head of the answer, or why there is none. Rejects with the signal's reason. */
  run(): Promise<InspectedAnswer | InspectFault> {
    const { url, headers, signal } = this.#options;
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        reject(signal.reason);
        this.#fail("stopped");
      };
      signal.addEventListener("abort", onAbort);
      this.#forget = () => signal.removeEventListener("abort", onAbort);
      this.#settle = (result) => resolve(result);
      const path = `${url.pathname}${url.search}`;
      this.#client.dispatch({ path, method: "GET", headers: headers.flat() }, this.#handler());
    });
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#forget();
    this.#isOver = true;
    this.#socket.destroy();
    await this.#client.destroy().catch(() => undefined);
  }

  #connect(callback: buildConnector.Callback): void {
    const socket = this.#socket;
    if (socket.destroyed) callback(Object.assign(new Error("gone already"), { code: "ECONNRESET" }), null);
    else callback(null, socket);
  }

  #handler() {
    return {
      onConnect: () => undefined,
      onHeaders: (status: number, headers: Buffer[], resume: () => void) => {
        if (status < 200) this.#interim.push(status);
        else this.#answer(status, headers, resume);
        return true;
      },
      onData: (chunk: Buffer) => this.#body.push(chunk),
      onComplete: () => {
        clearTimeout(this.#timer);
        this.#isOver = true;
        // undici ends a connection with these words when bytes come that answer nothing; those of the same packet it
        // looks at next.
        setImmediate(() => {
          this.#hasExtraBytes = this.#socket.errored?.message === "bad response";
          this.#body.end("complete");
        });
      },
      onError: (error: unknown) => this.#fail(this.#codeOf(error), detailOf(error)),
    };
  }

  #answer(status: number, raw: readonly Buffer[], resume: () => void): void {
    this.#status = status;
    this.#body.onResume(resume);
    this.#settle({
      status,
      headers: headerPairs(raw),
      httpVersion: /^HTTP\/(1\.\d)/.exec(this.#first)?.[1] ?? "1.1",
      interim: this.#interim,
      firstByteMs: performance.now() - this.#writtenAt,
      body: this.#body,
      hasExtraBytes: () => this.#hasExtraBytes,
    });
  }

  #fail(code: FaultCode, detail?: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    if (this.#status > 0) this.#body.end(new BodyFault(code, detail));
    else {
      const isTls = code === "malformed-answer" && TLS_RECORD.test(this.#first);
      const words = isTls ? "tls" : detail;
      this.#settle({ stage: "answer", code, ...(words === undefined ? {} : { detail: words }) });
    }
    this.#connection?.giveUp();
    this.#socket.destroy();
  }

  #isTimedOut(): FaultCode {
    return this.#status > 0 ? "body-timeout" : "answer-timeout";
  }

  #codeOf(error: unknown): FaultCode {
    return classify(this.#options.tlsProblem?.() ?? error, {
      isWritten: true,
      hasHead: this.#status > 0,
      isReused: false,
      isSilent: this.#connection?.isSilent ?? true,
      sinceWrittenMs: performance.now() - this.#writtenAt,
    });
  }

  /** The reader has had enough. */
  #stop(): void {
    if (!this.#isOver) this.#fail("stopped");
  }

  /** Keeps the first bytes of the answer, which undici does not show. */
  #notice(socket: Socket): void {
    const read = socket.read.bind(socket);
    socket.read = (size?: number) => {
      const chunk = read(size) as Buffer | null;
      if (chunk !== null && this.#first.length < FIRST_BYTES) {
        this.#first += chunk.toString("latin1", 0, FIRST_BYTES - this.#first.length);
      }
      return chunk;
    };
    let isAsked = false;
    watchSocket(socket, () => {
      if (isAsked) return undefined;
      isAsked = true;
      return {
        onWrite: (connection) => {
          this.#connection = connection;
          this.#writtenAt = performance.now();
        },
      };
    });
  }
}

/** llhttp's own name of what it did not like, such as HPE_INVALID_CHUNK_SIZE. */
function detailOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return /^HPE_[A-Z_]+$/.test(String(error.code)) ? String(error.code) : undefined;
}
