import { FileError } from "../../files/file-error.ts";
import type { FileCalls } from "../../files/group-writer.ts";
import type { CaptureFacts } from "../../input/types.ts";
import type { Transport } from "../../transport/types.ts";
import type { Verifier } from "../../trust/verify.ts";
import { sendJson } from "../http/answer.ts";
import type { PathToken } from "../http/path-token.ts";
import { Refusal, SAFE_HEADERS } from "../http/refusal.ts";
import { openServer } from "../http/server.ts";
import type { AllowedHosts, Exchange, OpenServer, ServerLimits } from "../http/types.ts";
import { BodyBudget } from "./body-budget.ts";
import type { CaptureEvent } from "./events.ts";
import { examineBody } from "./examine.ts";
import { Forwarder } from "./forward.ts";
import { type CaptureMarks, captureLine, type Examination, maskedUrl } from "./record.ts";
import { Repeats } from "./repeats.ts";
import { CaptureStore } from "./store.ts";

export interface CaptureOptions {
  readonly host: string;
  readonly port: number;
  readonly limits: ServerLimits;
  readonly allowedHosts: AllowedHosts;
  /** The file that records are appended to. */
  readonly path: string;
  readonly rotateBytes?: number;
  readonly isDaily: boolean;
  readonly isGzip: boolean;
  readonly maxBodyBytes: number;
  /** Of the answer to what is stored: 200 to 299. */
  readonly status: number;
  readonly token?: PathToken;
  readonly verify?: { readonly kind: string; readonly verifier: Verifier };
  /** Whether each body is examined as `chatx validate` does. */
  readonly isValidated: boolean;
  readonly forward?: { readonly url: string; readonly transport: Transport };
  readonly now: () => Date;
  readonly onEvent: (event: CaptureEvent) => void;
  readonly fileCalls?: FileCalls;
}

/**
 * Opens a server that stores what is posted to it, and answers 2xx only when that is on the disk.
 *
 * @throws {FileError} For a file that cannot or must not be used.
 * @throws {Error} Where it cannot listen; the file is closed then.
 */
export async function openCapture(options: CaptureOptions): Promise<OpenServer> {
  const { path, rotateBytes, isDaily, isGzip, now, onEvent, fileCalls, forward } = options;
  const store = await CaptureStore.open({
    path,
    isDaily,
    isGzip,
    now,
    onEvent,
    ...(rotateBytes === undefined ? {} : { rotateBytes }),
    ...(fileCalls === undefined ? {} : { calls: fileCalls }),
  });
  const forwarder =
    forward === undefined ? undefined : new Forwarder(forward.transport, forward.url, onEvent);
  const receiver = new Receiver(options, store, forwarder);
  let server: OpenServer;
  try {
    server = await openServer({
      host: options.host,
      port: options.port,
      limits: options.limits,
      allowedHosts: options.allowedHosts,
      handle: (exchange) => receiver.handle(exchange),
      onRefused: ({ status, code, message }, remote) =>
        onEvent({ event: "refused", status, code, message, ...(remote === undefined ? {} : { remote }) }),
      onError: (error) => onEvent({ event: "error", error }),
    });
  } catch (error) {
    await store.close();
    await forwarder?.close(0);
    throw error;
  }
  return {
    url: server.url,
    port: server.port,
    async close(graceMs) {
      await server.close(graceMs);
      await store.close();
      await forwarder?.close(graceMs);
    },
  };
}

class Receiver {
  readonly #options: CaptureOptions;
  readonly #store: CaptureStore;
  readonly #forwarder: Forwarder | undefined;
  readonly #repeats = new Repeats();
  readonly #budget: BodyBudget;

  constructor(options: CaptureOptions, store: CaptureStore, forwarder: Forwarder | undefined) {
    this.#options = options;
    this.#store = store;
    this.#forwarder = forwarder;
    this.#budget = new BodyBudget(options.maxBodyBytes);
  }

  async handle(exchange: Exchange): Promise<void> {
    const { token, maxBodyBytes } = this.#options;
    const path = token === undefined ? exchange.path : token.strip(exchange);
    const { method = "" } = exchange.request;
    if (path === "/healthz" && (method === "GET" || method === "HEAD")) return this.#health(exchange);
    if (method !== "POST") {
      throw new Refusal(405, "method-not-allowed", "webhooks are posted", { allow: "POST" });
    }
    if (this.#forwarder?.hasPassedOn(exchange.request.rawHeaders)) {
      throw new Refusal(508, "loop", "this server has passed this request on itself, and it came back");
    }
    const share = this.#budget.open();
    try {
      const body = await exchange.readBody(maxBodyBytes, (bytes) => share.take(bytes));
      await this.#receive(exchange, exchange.query === "" ? path : `${path}?${exchange.query}`, body);
    } finally {
      share.giveBack();
    }
  }

  #health({ response }: Exchange): void {
    if (this.#store.isFailing) throw new Refusal(503, "storing-fails", "what came last could not be stored");
    sendJson(response, 200, { status: "ok" });
  }

  async #receive(exchange: Exchange, url: string, body: Buffer): Promise<void> {
    const { token, verify, now, isValidated, onEvent } = this.#options;
    const headers = pairsOf(exchange.request.rawHeaders);
    const receivedAt = now();
    const rejection = verify?.verifier.verify({ headers, body }, receivedAt.getTime());
    if (rejection !== undefined) {
      throw new Refusal(401, rejection, "the request is not signed as this server expects it");
    }
    const { duplicate, forget } = this.#repeats.look(headers, body);
    const examined = isValidated ? this.#examined(body, headers) : undefined;
    const marks: CaptureMarks = {
      ...(verify === undefined ? {} : { verified: verify.kind }),
      ...(duplicate === undefined ? {} : { duplicate }),
      ...(examined === undefined ? {} : { examined }),
    };
    const { method = "" } = exchange.request;
    const mask = (text: string) => token?.mask(text) ?? text;
    const shown = maskedUrl(mask(url));
    const kept = headers.map(([name, value]) => [name, mask(value)] as const);
    try {
      const line = captureLine({ method, url: shown, headers: kept, receivedAt, body, marks });
      await this.#store.append(line);
    } catch (error) {
      forget();
      throw refusalFor(error);
    }
    this.#answer(exchange);
    onEvent({
      event: "stored",
      request: {
        receivedAt,
        method,
        url: shown,
        bodyBytes: body.length,
        ...(duplicate === undefined ? {} : { duplicate }),
        ...(examined === undefined
          ? {}
          : {
              verdict: examined.verdict,
              formats: examined.formats,
              findings: examined.findings.length,
              ...(examined.partial ? { partial: true } : {}),
            }),
      },
    });
    this.#forwarder?.push({ method, headers: kept, body });
  }

  /** A fault of the examination is no reason to lose the request. */
  #examined(body: Uint8Array, headers: CaptureFacts["headers"]): Examination | undefined {
    try {
      return examineBody(body, headers);
    } catch (error) {
      this.#options.onEvent({ event: "error", error });
      return undefined;
    }
  }

  #answer({ response }: Exchange): void {
    const { status } = this.#options;
    if (status !== 204 && status !== 205) {
      sendJson(response, status, { status: "stored" });
      return;
    }
    response.writeHead(status, status === 204 ? SAFE_HEADERS : { ...SAFE_HEADERS, "content-length": "0" });
    response.end();
  }
}

function pairsOf(rawHeaders: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) pairs.push([rawHeaders[at]!, rawHeaders[at + 1]!]);
  return pairs;
}

const RETRY_AFTER = { "retry-after": "30" };
/** EDQUOT has no name in Node. */
const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG", "Unknown system error -122"]);

function refusalFor(error: unknown): unknown {
  if (!(error instanceof FileError)) return error;
  const { cause } = error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return FULL.has(code)
    ? new Refusal(507, "no-space", "there is no room to store the request; send it again later", RETRY_AFTER)
    : new Refusal(503, "not-stored", "the request could not be stored; send it again later", RETRY_AFTER);
}
