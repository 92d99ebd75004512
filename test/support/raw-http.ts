import { connect, type Socket } from "node:net";

/** What came back on one connection: every byte, until the other side closed it. */
export interface RawAnswer {
  readonly text: string;
  /** Of each answer on the connection, in order. */
  readonly statuses: readonly number[];
  /** What stands behind the last header. */
  readonly body: string;
}

/** Opens a connection that outlives resets: what the other side does with it is what is looked at. */
export function openSocket(port: number, host = "127.0.0.1"): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host, allowHalfOpen: true }, () => {
      socket.off("error", reject);
      socket.on("error", () => undefined);
      resolve(socket);
    });
    socket.once("error", reject);
  });
}

/** Resolves when the other side has closed the connection, in whatever way. */
export function closedBy(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve();
    socket.resume();
    socket.once("end", () => {
      socket.destroy();
      resolve();
    });
    socket.once("close", () => resolve());
  });
}

/** Sends bytes as they are (strings as Latin-1) and reads until the other side closes. */
export async function sendRaw(port: number, ...parts: (string | Uint8Array)[]): Promise<RawAnswer> {
  const socket = await openSocket(port);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  for (const part of parts) socket.write(typeof part === "string" ? Buffer.from(part, "latin1") : part);
  await closedBy(socket);
  return parseAnswers(Buffer.concat(chunks).toString("utf8"));
}

/** Resolves with what came so far once it matches. */
export function readUntil(socket: Socket, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const onData = (chunk: Buffer) => {
      text += chunk.toString("utf8");
      if (!pattern.test(text)) return;
      socket.off("data", onData);
      resolve(text);
    };
    socket.on("data", onData);
    socket.once("close", () => reject(new Error(`closed after ${JSON.stringify(text)}`)));
  });
}

function parseAnswers(text: string): RawAnswer {
  const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
  return { text, statuses, body: text.slice(text.lastIndexOf("\r\n\r\n") + 4) };
}
