import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { rawRefusal } from "./answer.ts";
import { connectionsWithin } from "./descriptors.ts";
import { Refusal } from "./refusal.ts";

/** Beyond those that are served: connections that are just being told so. */
const BEING_REFUSED = 16;
/** How long such a one is given to read its answer. */
const REFUSAL_MS = 1000;

/** Knows all connections of a server and which of them have a request under way: for overload and for the end. */
export class Connections {
  readonly #server: Server;
  readonly #most: number;
  readonly #open = new Set<Socket>();
  /** Responses that are not done, by connection. */
  readonly #busy = new Map<Socket, Set<ServerResponse>>();
  readonly #refused = new WeakSet<Socket>();
  readonly #onRefused: (refusal: Refusal, remote: string | undefined) => void;
  #closing: Promise<void> | undefined;

  constructor(
    server: Server,
    most: number,
    onRefused: (refusal: Refusal, remote: string | undefined) => void,
  ) {
    this.#server = server;
    this.#most = connectionsWithin(most);
    this.#onRefused = onRefused;
    server.maxConnections = this.#most + BEING_REFUSED;
    server.on("connection", (socket: Socket) => this.#take(socket));
  }

  /** Whether what comes on this connection is not served any more. */
  isRefused(socket: Socket): boolean {
    return this.#refused.has(socket);
  }

  /** A request has come whose answer is `response`. */
  begin(socket: Socket, response: ServerResponse): void {
    const responses = this.#busy.get(socket) ?? new Set();
    this.#busy.set(socket, responses.add(response));
    if (this.#closing !== undefined) response.setHeader("connection", "close");
    response.once("close", () => {
      responses.delete(response);
      if (responses.size > 0) return;
      this.#busy.delete(socket);
      if (this.#closing !== undefined) socket.destroySoon();
    });
  }

  /** Whether an answer on this connection has begun: then no other may be written into it. */
  hasBegunAnswer(socket: Socket): boolean {
    return [...(this.#busy.get(socket) ?? [])].some((response) => response.headersSent);
  }

  close(graceMs: number): Promise<void> {
    this.#closing ??= this.#closeOnce(graceMs);
    return this.#closing;
  }

  async #closeOnce(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#open) {
      const responses = this.#busy.get(socket);
      if (responses === undefined) socket.destroy();
      else
        for (const response of responses)
          if (!response.headersSent) response.setHeader("connection", "close");
    }
    const timer = setTimeout(() => {
      for (const socket of this.#open) socket.destroy();
    }, graceMs);
    await closed;
    clearTimeout(timer);
  }

  #take(socket: Socket): void {
    this.#open.add(socket);
    socket.once("close", () => this.#open.delete(socket));
    if (this.#open.size <= this.#most) return;
    // Connections that are only kept for a next request make room for one that has something to say.
    this.#server.closeIdleConnections();
    for (const one of this.#open) if (one.destroyed) this.#open.delete(one);
    if (this.#open.size > this.#most) this.#refuse(socket);
  }

  #refuse(socket: Socket): void {
    const refusal = new Refusal(503, "overloaded", "too many connections are open; try again later", {
      "retry-after": "5",
    });
    this.#refused.add(socket);
    this.#onRefused(refusal, socket.remoteAddress);
    socket.end(rawRefusal(refusal));
    const timer = setTimeout(() => socket.destroy(), REFUSAL_MS);
    socket.once("close", () => clearTimeout(timer));
  }
}
