import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { AcceptBurst } from "./accept-burst.ts";
import { rawRefusal, sendRefusal } from "./answer.ts";
import { readBody } from "./body.ts";
import { checkRequest } from "./check-request.ts";
import { Connections } from "./connections.ts";
import { ClientGone, Refusal } from "./refusal.ts";
import type { Exchange, OpenServer, ServerLimits, ServerOptions } from "./types.ts";

/**
 * Opens an HTTP server for hostile company: what Node lets through is refused (`checkRequest`), everything has a limit,
 * each refusal is JSON, no answer allows another origin to read it, and neither overload nor junk ends the process.
 *
 * @throws {Error} Where it cannot listen: EADDRINUSE, EACCES, EADDRNOTAVAIL, ENOTFOUND …
 */
export async function openServer(options: ServerOptions): Promise<OpenServer> {
  const { limits } = options;
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: Math.min(limits.headersTimeoutMs, limits.requestTimeoutMs),
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.idleTimeoutMs,
    connectionsCheckingInterval: checkInterval(limits),
    // We answer that ourselves, in JSON.
    requireHostHeader: false,
    insecureHTTPParser: false,
  });
  server.timeout = limits.stallTimeoutMs;
  // Not documented, and in Node since its beginnings: who ends its side behind the request, as `nc -N` does, is answered.
  Object.assign(server, { httpAllowHalfOpen: true });
  // Node drops the headers beyond this number without a word; one more than allowed is enough to see it.
  server.maxHeadersCount = limits.headerCount + 1;
  const front = new Front(options, server);
  await listen(server, options);
  // Past this point an error is one of accepting a connection: the others go on.
  server.on("error", options.onError);
  const { address, family, port } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${port}`,
    port,
    close: (graceMs) => front.connections.close(graceMs),
  };
}

/** Node looks for late requests at this interval only. */
function checkInterval({ headersTimeoutMs, requestTimeoutMs }: ServerLimits): number {
  return Math.min(1000, Math.max(50, Math.min(headersTimeoutMs, requestTimeoutMs) / 4));
}

function listen(server: Server, { host, port }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, backlog: 1024 }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Stands between Node's parser and `handle`. */
class Front {
  readonly connections: Connections;
  readonly #options: ServerOptions;
  readonly #burst = new AcceptBurst();

  constructor(options: ServerOptions, server: Server) {
    this.#options = options;
    server.on("connection", () => this.#burst.accepted());
    this.connections = new Connections(server, options.limits.maxConnections, (refusal, remote) =>
      options.onRefused?.(refusal, remote),
    );
    server.on("request", (request, response) => void this.#serve(request, response, false));
    server.on("checkContinue", (request, response) => void this.#serve(request, response, true));
    server.on("checkExpectation", (request, response) => {
      const refusal = new Refusal(417, "unknown-expectation", "of Expect, 100-continue alone is understood");
      this.#refuse(request, response, refusal, true);
    });
    server.on("connect", (_, socket) => {
      const refusal = new Refusal(405, "no-proxy", "this server is no proxy", { allow: "GET, POST" });
      this.#refuseRaw(socket as Socket, refusal);
    });
    server.on("clientError", (error, socket) => this.#onClientError(error, socket as Socket));
  }

  async #serve(request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): Promise<void> {
    const { socket } = request;
    if (this.connections.isRefused(socket)) return;
    this.connections.begin(socket, response);
    const exchange = new RunningExchange(request, response, awaitsContinue);
    await this.#burst.over();
    try {
      exchange.target = checkRequest(request, this.#options.limits, this.#options.allowedHosts);
      await this.#options.handle(exchange);
    } catch (error) {
      if (error instanceof ClientGone) response.destroy();
      else this.#fail(exchange, error);
    }
  }

  #fail({ request, response, awaitsContinue }: RunningExchange, error: unknown): void {
    try {
      this.#refuse(request, response, this.#refusalOf(error), awaitsContinue);
    } catch (second) {
      // Whatever it is, it must not end the server.
      this.#options.onError(second);
      response.destroy();
    }
  }

  #refusalOf(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    this.#options.onError(error);
    return new Refusal(500, "internal", "the server could not answer; its log says why");
  }

  #refuse(
    request: IncomingMessage,
    response: ServerResponse,
    refusal: Refusal,
    awaitsContinue: boolean,
  ): void {
    this.#options.onRefused?.(refusal, request.socket.remoteAddress);
    sendRefusal(request, response, refusal, awaitsContinue);
  }

  #refuseRaw(socket: Socket, refusal: Refusal): void {
    this.#options.onRefused?.(refusal, socket.remoteAddress);
    if (socket.writable) socket.end(rawRefusal(refusal), () => socket.destroy());
    else socket.destroy();
  }

  /** What came is no request, or not in time. */
  #onClientError(error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket: Socket): void {
    const refusal = refusalFor(error);
    // Into an answer that has begun nothing else may be written; a TLS client could not read it.
    if (
      refusal === undefined ||
      this.connections.hasBegunAnswer(socket) ||
      this.connections.isRefused(socket)
    ) {
      socket.destroy();
      return;
    }
    this.#refuseRaw(socket, refusal);
  }
}

function refusalFor(error: NodeJS.ErrnoException & { rawPacket?: Buffer }): Refusal | undefined {
  const { code = "", rawPacket } = error;
  if (code === "HPE_HEADER_OVERFLOW") {
    return new Refusal(431, "headers-too-large", "the header of the request is too large");
  }
  if (code === "HPE_CHUNK_EXTENSIONS_OVERFLOW") {
    return new Refusal(413, "chunk-extensions-too-large", "the chunk extensions of the body are too large");
  }
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return new Refusal(408, "request-timeout", "the request did not come in time");
  }
  const isGone = code === "HPE_INVALID_EOF_STATE" || !code.startsWith("HPE_");
  if (isGone || rawPacket?.[0] === TLS_HANDSHAKE) return undefined;
  return new Refusal(400, "malformed-request", "what came is no request of HTTP/1.1");
}

/** The first byte of a TLS connection. */
const TLS_HANDSHAKE = 0x16;

class RunningExchange implements Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  awaitsContinue: boolean;
  target = "/";
  readonly #abort = new AbortController();

  constructor(request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean) {
    this.request = request;
    this.response = response;
    this.awaitsContinue = awaitsContinue;
    response.once("close", () => {
      if (!response.writableFinished) this.#abort.abort(new ClientGone());
    });
  }

  get path(): string {
    return this.target.split("?", 1)[0]!;
  }

  get query(): string {
    const at = this.target.indexOf("?");
    return at < 0 ? "" : this.target.slice(at + 1);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  readBody(limitBytes: number, onBytes?: (bytes: number) => void): Promise<Buffer> {
    const begin = () => {
      if (this.awaitsContinue) this.response.writeContinue();
      this.awaitsContinue = false;
    };
    return readBody(this.request, limitBytes, begin, onBytes);
  }
}
