import type { Socket } from "node:net";
import type { buildConnector, Pool } from "undici";
import { urlOf } from "../json/url.ts";
import type { TlsSettings } from "../trust/tls-options.ts";
import { watchSocket } from "./connection.ts";
import { fault } from "./faults.ts";
import { MAX_HEADER_BYTES } from "./head.ts";
import { PendingSend } from "./pending-send.ts";
import type { ProxyChoice, ProxyServer } from "./proxy.ts";
import { openTunnel, proxyUnreachable } from "./tunnel.ts";
import type { HttpRequest, SendOptions, SendResult, Transport } from "./types.ts";

export interface TransportOptions {
  /** Most connections to one scheme, host and port; the number of senders. */
  readonly connections: number;
  /** For looking the name up, TCP and TLS together; milliseconds. */
  readonly connectTimeoutMs?: number;
  readonly tls?: TlsSettings;
  readonly proxyFor?: ProxyChoice;
  /** Asked before a request is written: 0 where it may leave now, else in how many milliseconds to ask again. */
  readonly leave?: () => number;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** How long close() waits for sockets that are destroyed already. */
const CLOSE_WITHIN_MS = 1000;

/** Where requests to one scheme, host and port go. */
interface Route {
  readonly pool: Pool;
  /** For people. */
  readonly host: string;
  /** Requests name the whole URL and carry these headers: they go to a proxy that forwards them. */
  readonly proxyHeaders?: readonly string[];
}

type OpenSocket = (...args: Parameters<buildConnector.connector>) => Socket;

interface Target {
  readonly url: string;
  readonly route: Route;
  readonly path: string;
}

/**
 * The transport over undici 7. Loads undici, which takes some time: call it when there is something to send.
 *
 * One request per connection at a time (what is sent is not safe to pipeline), connections kept open between requests,
 * no redirect followed, no compression asked for, nothing retried.
 */
export async function openTransport(options: TransportOptions): Promise<Transport> {
  const undici = await import("undici");
  return new UndiciTransport(options, undici);
}

class UndiciTransport implements Transport {
  readonly #options: TransportOptions;
  readonly #undici: typeof import("undici");
  readonly #connectTimeoutMs: number;
  readonly #routes = new Map<string, Route>();
  readonly #sockets = new Set<Socket>();
  readonly #active = new Set<PendingSend>();
  /** A run has one signal for all its requests: it is listened to once, as listening costs as much as a timer. */
  readonly #heard = new WeakSet<AbortSignal>();
  readonly #closing = new AbortController();
  #last: Target | undefined;
  #writer: PendingSend | undefined;
  #isClosed = false;

  constructor(options: TransportOptions, undici: typeof import("undici")) {
    this.#options = options;
    this.#undici = undici;
    this.#connectTimeoutMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
  }

  send(request: HttpRequest, options: SendOptions): Promise<SendResult> {
    const target = this.#targetOf(request.url);
    if (target === undefined) return Promise.resolve(fault("invalid-request", "the endpoint", 0));
    const { route, path } = target;
    if (this.#isClosed || options.signal?.aborted) {
      return Promise.resolve(fault("not-started", route.host, 0));
    }
    if (options.signal !== undefined) this.#listenTo(options.signal);
    return new Promise((resolve) => {
      const send = new PendingSend(this, route.host, route.proxyHeaders !== undefined, options, resolve);
      this.#active.add(send);
      const body = request.body.length === 0 ? null : request.body;
      const dispatched = { path, method: request.method, headers: headersOf(request, route), body };
      if (this.#options.leave !== undefined) send.onTooSoon = () => route.pool.dispatch(dispatched, send);
      route.pool.dispatch(dispatched, send);
    });
  }

  /** Ends what is under way, and comes back within about a second whatever the other side does. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#closing.abort();
    for (const send of [...this.#active]) send.stop();
    const pools = [...this.#routes.values()].map(({ pool }) => pool.destroy());
    for (const socket of this.#sockets) socket.destroy();
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_WITHIN_MS);
    });
    await Promise.race([Promise.allSettled(pools), limit]);
    clearTimeout(timer);
  }

  #listenTo(signal: AbortSignal): void {
    if (this.#heard.has(signal)) return;
    this.#heard.add(signal);
    const onAbort = () => {
      for (const send of [...this.#active]) if (send.signal === signal) send.stop();
    };
    signal.addEventListener("abort", onAbort, { once: true, signal: this.#closing.signal });
  }

  /** For pending sends. */
  delayMs(): number {
    return this.#options.leave?.() ?? 0;
  }

  /** For pending sends: the next bytes that a socket is given are this one's. undici says and does both in one step. */
  writing(send: PendingSend): void {
    this.#writer = send;
  }

  /** For pending sends. */
  ended(send: PendingSend): void {
    this.#active.delete(send);
  }

  #targetOf(text: string): Target | undefined {
    if (this.#last?.url === text) return this.#last;
    const url = urlOf(text);
    if (url === undefined) return undefined;
    // User and password in a URL end in logs; those who need them write an Authorization header.
    if (!/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") return undefined;
    let route = this.#routes.get(url.origin);
    if (route === undefined) {
      route = this.#openRoute(url);
      this.#routes.set(url.origin, route);
    }
    const path = `${route.proxyHeaders === undefined ? "" : url.origin}${url.pathname}${url.search}`;
    this.#last = { url: text, route, path };
    return this.#last;
  }

  #openRoute(url: URL): Route {
    const proxy = this.#options.proxyFor?.(url);
    if (proxy === undefined) {
      return { pool: this.#openPool(url.origin, this.#connector()), host: hostWithPort(url) };
    }
    if (url.protocol === "https:") {
      return { pool: this.#openPool(url.origin, this.#tunnelConnector(proxy)), host: hostWithPort(url) };
    }
    const authorization =
      proxy.authorization === undefined ? [] : ["proxy-authorization", proxy.authorization];
    return {
      pool: this.#openPool(proxy.origin, this.#connector()),
      host: `the proxy ${proxy.hostname}:${proxy.port}`,
      proxyHeaders: ["host", url.host, ...authorization],
    };
  }

  #openPool(origin: string, connect: buildConnector.connector): Pool {
    return new this.#undici.Pool(origin, {
      connections: this.#options.connections,
      pipelining: 1,
      connect,
      maxHeaderSize: MAX_HEADER_BYTES,
      // The pending send has one timer for all of it.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** Straight connections, each watched and known, so that close() leaves none behind. */
  #connector(): buildConnector.connector {
    const connect = this.#build();
    return (options, callback) => {
      this.#keep(connect(options, this.#watched(callback)));
    };
  }

  /** Connections through a tunnel of the proxy, with TLS to the endpoint inside. */
  #tunnelConnector(proxy: ProxyServer): buildConnector.connector {
    const connect = this.#build();
    return (options, callback) => {
      const { hostname, protocol } = proxy;
      const host = `${options.hostname.includes(":") ? `[${options.hostname}]` : options.hostname}`;
      const target = `${host}:${options.port || 443}`;
      const toProxy = connect(
        { hostname, protocol, host: hostname, port: String(proxy.port) },
        (error, socket) => {
          if (error !== null) return callback(proxyUnreachable(), null);
          openTunnel(socket, proxy, target, this.#connectTimeoutMs, (problem, tunnel) => {
            if (problem !== null || tunnel === null) return callback(problem ?? proxyUnreachable(), null);
            this.#keep(connect({ ...options, httpSocket: tunnel }, this.#watched(callback)));
          });
        },
      );
      this.#keep(toProxy);
    };
  }

  #build(): OpenSocket {
    const settings = { ...this.#options.tls, timeout: this.#connectTimeoutMs };
    // The connector returns its socket at once, which the types of undici leave out.
    return this.#undici.buildConnector(settings) as unknown as OpenSocket;
  }

  #watched(callback: buildConnector.Callback): buildConnector.Callback {
    return (error, socket) => {
      if (error !== null) return callback(renamed(error), null);
      watchSocket(socket, () => {
        const writer = this.#writer;
        this.#writer = undefined;
        return writer;
      });
      callback(null, socket);
    };
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    if (this.#isClosed) socket.destroy();
  }
}

/**
 * On ERR_TLS_CERT_ALTNAME_INVALID undici 7 fails the requests at hand, but counts one as running for ever, and those
 * that wait behind it hang. The same fact under OpenSSL's own name goes the way of all other failed connections.
 */
function renamed(error: Error): Error {
  if (!("code" in error) || error.code !== "ERR_TLS_CERT_ALTNAME_INVALID") return error;
  return Object.assign(new Error("wrong name"), { code: "HOSTNAME_MISMATCH" });
}

function hostWithPort(url: URL): string {
  return url.port === "" ? `${url.host}:${url.protocol === "https:" ? 443 : 80}` : url.host;
}

/** Names and values in one list, as undici takes them. Length and coding are the transport's own to say. */
function headersOf({ headers }: HttpRequest, route: Route): string[] {
  const list = ["accept-encoding", "identity"];
  let hasHost = false;
  for (const [name, value] of headers) {
    if (name.length === 15 && name.toLowerCase() === "accept-encoding") continue;
    if (name.length === 14 && name.toLowerCase() === "content-length") continue;
    if (name.length === 4 && name.toLowerCase() === "host") hasHost = true;
    list.push(name, value);
  }
  if (route.proxyHeaders === undefined) return list;
  return [...list, ...(hasHost ? route.proxyHeaders.slice(2) : route.proxyHeaders)];
}
