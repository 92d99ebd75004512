import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";

/** One request as it came over the wire. */
export interface ReceivedRequest {
  readonly method: string;
  /** As in the request line. */
  readonly target: string;
  /** In order, names as sent. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** How-manyth connection carried it, from 1, and how-manyth request it is on that connection. */
  readonly connection: number;
  readonly onConnection: number;
}

/** The server's end of one exchange: whatever bytes, in whatever way. */
export interface Reply {
  /** Bytes as they are; strings as Latin-1. */
  send(...parts: (string | Uint8Array)[]): void;
  /** The bytes one by one, each in a packet of its own as far as the system allows. */
  trickle(text: string): Promise<void>;
  /** FIN. */
  end(): void;
  /** RST. */
  reset(): void;
  readonly socket: Socket;
}

/** Answers one request. `index` counts all requests to this server, from 0. */
export type Script = (reply: Reply, request: ReceivedRequest, index: number) => void | Promise<void>;

export interface FaultServer {
  readonly port: number;
  /** Without a slash at the end. */
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** Connections ever taken, and open now. */
  readonly connections: number;
  readonly openConnections: number;
  readonly mostOpenConnections: number;
  /** Resolves when the condition holds; checked whenever something happens here. */
  until(condition: () => boolean): Promise<void>;
  /** Ends all connections, too. */
  close(): Promise<void>;
}

export interface FaultServerOptions {
  readonly tls?: TlsOptions;
  /** Called for each connection before anything is read; may end it. */
  readonly onConnection?: (socket: Socket, index: number) => void;
}

/**
 * A server on a loopback socket that answers as scripted and knows what reached it. It reads requests with
 * Content-Length or none, and nothing more of HTTP: the answers are the script's.
 */
export async function startFaultServer(
  script: Script,
  options: FaultServerOptions = {},
): Promise<FaultServer> {
  const requests: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();
  let connections = 0;
  let mostOpen = 0;
  const happened = () => {
    for (const check of [...waiting]) check();
  };
  const onConnection = (socket: Socket) => {
    const connection = ++connections;
    let onThis = 0;
    sockets.add(socket);
    mostOpen = Math.max(mostOpen, sockets.size);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      sockets.delete(socket);
      happened();
    });
    socket.setNoDelay(true);
    options.onConnection?.(socket, connection - 1);
    const take = requestReader((parsed) => {
      const request = { ...parsed, connection, onConnection: ++onThis };
      requests.push(request);
      void script(replyOn(socket), request, requests.length - 1);
      happened();
    });
    socket.on("data", take);
    happened();
  };
  const server: Server =
    options.tls === undefined
      ? createServer(onConnection)
      : createTlsServer(options.tls, onConnection).on("tlsClientError", () => undefined);
  // Under TLS these are the sockets below: those whose handshake failed are known nowhere else.
  const raw = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    raw.add(socket);
    socket.on("close", () => raw.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    port,
    url: `${options.tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    requests,
    get connections() {
      return connections;
    },
    get openConnections() {
      return sockets.size;
    },
    get mostOpenConnections() {
      return mostOpen;
    },
    until: (condition) =>
      new Promise((resolve) => {
        const check = () => {
          if (!condition()) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of [...sockets, ...raw]) socket.destroy();
      }),
  };
}

/** A port on which nobody listens: it was free a moment ago. */
export async function closedPort(): Promise<number> {
  const server = await startFaultServer(() => undefined);
  await server.close();
  return server.port;
}

/** A plain answer with its length. */
export function answer(status: number, body = "", headers: readonly string[] = []): string {
  const lines = [
    `HTTP/1.1 ${status} scripted`,
    ...headers,
    `content-length: ${Buffer.byteLength(body)}`,
    "",
    body,
  ];
  return lines.join("\r\n");
}

type Parsed = Omit<ReceivedRequest, "connection" | "onConnection">;

function requestReader(found: (request: Parsed) => void): (chunk: Buffer) => void {
  let buffered: Buffer = Buffer.alloc(0);
  return (chunk) => {
    buffered = Buffer.concat([buffered, chunk]);
    for (;;) {
      const end = buffered.indexOf("\r\n\r\n");
      if (end < 0) return;
      const [first = "", ...lines] = buffered.toString("latin1", 0, end).split("\r\n");
      const headers = lines.map((line): [string, string] => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon), line.slice(colon + 1).trim()];
      });
      const length = Number(headers.find(([name]) => name.toLowerCase() === "content-length")?.[1] ?? 0);
      if (buffered.length < end + 4 + length) return;
      const body = buffered.subarray(end + 4, end + 4 + length);
      buffered = buffered.subarray(end + 4 + length);
      const [method = "", target = ""] = first.split(" ");
      found({ method, target, headers, body });
    }
  };
}

function replyOn(socket: Socket): Reply {
  return {
    socket,
    send(...parts) {
      for (const part of parts) {
        if (!socket.destroyed) socket.write(typeof part === "string" ? Buffer.from(part, "latin1") : part);
      }
    },
    async trickle(text) {
      for (const character of text) {
        if (socket.destroyed) return;
        await new Promise<void>((resolve) => socket.write(character, "latin1", () => resolve()));
        await new Promise(setImmediate);
      }
    },
    end: () => socket.end(),
    reset: () => socket.resetAndDestroy(),
  };
}
