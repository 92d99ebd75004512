import { createServer } from "node:http";

/**
 * An endpoint that counts by Idempotency-Key what it has answered or is about to answer, and what each key carried.
 *
 * @returns Its URL; `life()`, the keys of all requests since it was last called; `bodies`, key to body; `mixed`, keys that
 *   came with more than one body, and `close()`.
 */
export async function startCountingServer() {
  const bodies = new Map();
  const mixed = new Set();
  let inLife = [];
  let waiting = () => undefined;
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("error", () => undefined);
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const key = String(request.headers["idempotency-key"]).replaceAll('"', "");
      const body = Buffer.concat(chunks).toString();
      if ((bodies.get(key) ?? body) !== body) mixed.add(key);
      bodies.set(key, body);
      inLife.push(key);
      waiting();
      response.end("{}");
    });
  });
  server.keepAliveTimeout = 0;
  const sockets = new Set();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/hook`,
    bodies,
    mixed,
    /** Resolves when the n-th request of this life has come. */
    reached: (n) =>
      new Promise((resolve) => {
        waiting = () => {
          if (inLife.length >= n) resolve();
        };
        waiting();
      }),
    /** To be called when the sender is gone: what it had sent may still be on its way to us. */
    async life() {
      while (sockets.size > 0)
        await new Promise((resolve) => sockets.values().next().value.on("close", resolve));
      const keys = inLife;
      inLife = [];
      return keys;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
