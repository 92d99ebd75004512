import { onTestFinished } from "vitest";
import type { HttpRequest, SendOptions, SendResult, Transport } from "../../src/transport/types.ts";
import { openTransport, type TransportOptions } from "../../src/transport/undici-transport.ts";
import {
  type FaultServer,
  type FaultServerOptions,
  type Script,
  startFaultServer,
} from "../support/fault-server.ts";

/** A transport that is closed when the test ends. */
export async function transportFor(options: Partial<TransportOptions> = {}): Promise<Transport> {
  const transport = await openTransport({ connections: 4, ...options });
  onTestFinished(() => transport.close());
  return transport;
}

/** A fault server that is closed when the test ends. */
export async function serverFor(script: Script, options?: FaultServerOptions): Promise<FaultServer> {
  const server = await startFaultServer(script, options);
  onTestFinished(() => server.close());
  return server;
}

export function post(
  url: string,
  body: string | Uint8Array = "{}",
  headers: HttpRequest["headers"] = [],
): HttpRequest {
  return {
    method: "POST",
    url,
    headers: [["content-type", "application/json"], ...headers],
    body: typeof body === "string" ? Buffer.from(body) : body,
  };
}

/** Long enough for every answer that comes at all. */
export const PATIENT: SendOptions = { timeoutMs: 30_000, maxBodyBytes: 65_536 };
/** For servers that never end their answer: the time limit is the subject of the test (atTimeLimit gives it). */
export const impatient = (timeoutMs: number): SendOptions => ({ ...PATIENT, timeoutMs });

/** What a result says to people and machines, in a line: "200 body" or "code certainty permanent". */
export function told(result: SendResult): string {
  if (result.kind === "answer") return `${result.status} ${Buffer.from(result.body).toString("latin1")}`;
  return `${result.code} ${result.certainty} ${result.isPermanent ? "permanent" : "temporary"}`;
}
