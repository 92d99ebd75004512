import { lookup } from "node:dns/promises";
import { connect, type Socket } from "node:net";
import { classify } from "../faults.ts";
import type { ConnectionFacts, FailedAddress } from "./types.ts";

/** All addresses of a name, in the order to try them. Rejects with the errors of `node:dns`. */
export type LookUp = (host: string) => Promise<readonly string[]>;

/** Begins a connection. */
export type Dial = (address: string, port: number) => Socket;

export const systemLookUp: LookUp = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address);

export const systemDial: Dial = (address, port) => connect({ host: address, port });

/** No part of an exchange had been sent. */
export const NOTHING_SENT = {
  isWritten: false,
  hasHead: false,
  isReused: false,
  isSilent: true,
  sinceWrittenMs: 0,
} as const;

/** An error that `classify` knows. */
export function codedError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/**
 * What a promise gives, or an error of `code` after some time, or the signal's reason. What is late is let go.
 *
 * @param late  Gets a result that comes too late, to be freed.
 */
export function inTime<T>(
  promise: Promise<T>,
  timeoutMs: number,
  code: string,
  signal: AbortSignal,
  late: (value: T) => void = () => undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const end = (settle: () => void) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      settle();
    };
    const onAbort = () => end(() => reject(signal.reason));
    const timer = setTimeout(() => end(() => reject(codedError(code))), timeoutMs);
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
    promise.then(
      (value) => (isOver ? late(value) : end(() => resolve(value))),
      (error: unknown) => end(() => reject(error)),
    );
  });
}

/**
 * Connects to the first address that answers. While others are left, one may take half of the time that is left.
 *
 * @returns The socket, on which errors are listened to and nothing is read yet.
 * @throws What the last address failed with; `failed` has the others.
 */
export async function connectToOne(
  addresses: readonly string[],
  port: number,
  options: { readonly dial: Dial; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<{ socket: Socket; facts: ConnectionFacts }> {
  const startedAt = performance.now();
  const failed: FailedAddress[] = [];
  for (const [index, address] of addresses.entries()) {
    const left = Math.max(1, options.timeoutMs - (performance.now() - startedAt));
    const isLast = index === addresses.length - 1;
    const socket = options.dial(address, port);
    socket.on("error", () => undefined);
    try {
      await inTime(connected(socket), isLast ? left : left / 2, "UND_ERR_CONNECT_TIMEOUT", options.signal);
      const durationMs = performance.now() - startedAt;
      return { socket, facts: { address, port, durationMs, failed } };
    } catch (error) {
      socket.destroy();
      if (isLast || options.signal.aborted) throw error;
      failed.push({ address, code: classify(error, NOTHING_SENT) });
    }
  }
  throw codedError("ENOTFOUND");
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("connect", () => resolve());
    socket.once("error", reject);
    socket.once("close", () => reject(codedError("ECONNRESET")));
  });
}
