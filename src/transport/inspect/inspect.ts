import type { Socket } from "node:net";
import { classify, type FaultCode } from "../faults.ts";
import { connectToOne, inTime, NOTHING_SENT, systemDial, systemLookUp } from "./dial.ts";
import { Exchange } from "./exchange.ts";
import { handshake, Untrusted } from "./handshake.ts";
import type { Inspection, InspectOptions, Stage } from "./types.ts";

type Draft = { -readonly [K in keyof Omit<Inspection, "close">]: Inspection[K] };

/** Loads what exchanges need, so that the first of them does not count that time. */
export async function prepareInspect(): Promise<void> {
  await import("undici");
}

/**
 * One GET, with what each step on the way found out: the name's addresses, the connection, TLS with the certificate, the
 * head of the answer, and the body as a stream. Goes straight to the host, never through a proxy, and follows nothing.
 *
 * @param headers  Sent as they are, after Host.
 * @param accept  Asked with the addresses before one is connected to; false ends the exchange there.
 * @returns How far it came. Never throws but the signal's reason.
 */
export async function inspect(
  url: URL,
  headers: readonly (readonly [string, string])[],
  options: InspectOptions,
  accept: (addresses: readonly string[]) => boolean = () => true,
): Promise<Inspection> {
  const draft: Draft = {};
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const startedAt = performance.now();
  const left = () => Math.max(1, options.timeoutMs - (performance.now() - startedAt));
  const stepMs = () => Math.min(options.connectTimeoutMs, left());
  let stage: Stage = "name";
  let close: () => Promise<void> = async () => undefined;
  try {
    const { lookUp = systemLookUp, dial = systemDial, signal } = options;
    draft.addresses = await inTime(lookUp(host), stepMs(), "CHATX_NAME_TIMEOUT", signal);
    draft.nameMs = performance.now() - startedAt;
    if (!accept(draft.addresses)) return { ...draft, close };
    stage = "connection";
    const made = await connectToOne(draft.addresses, portOf(url), { dial, timeoutMs: stepMs(), signal });
    draft.connection = made.facts;
    let socket: Socket = made.socket;
    let tlsProblem: (() => Error | undefined) | undefined;
    if (url.protocol === "https:") {
      stage = "tls";
      const secured = await handshake(socket, host, options.tls, stepMs(), signal);
      draft.tls = secured.facts;
      ({ socket, problem: tlsProblem } = secured);
    }
    stage = "answer";
    const exchange = new Exchange(await import("undici"), socket, {
      url,
      headers,
      timeoutMs: left(),
      signal,
      ...(tlsProblem === undefined ? {} : { tlsProblem }),
    });
    close = () => exchange.close();
    const result = await exchange.run();
    if ("stage" in result) draft.fault = result;
    else draft.answer = result;
  } catch (error) {
    if (options.signal.aborted) throw options.signal.reason;
    if (error instanceof Untrusted) draft.tls = error.facts;
    draft.fault = { stage, code: codeOf(error), ...detailOf(error) };
  }
  return { ...draft, close };
}

function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}

function codeOf(error: unknown): FaultCode {
  return classify(error, NOTHING_SENT);
}

/** Whose time was up, where `classify` knows only that it was. */
function detailOf(error: unknown): { detail?: string } {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "CHATX_NAME_TIMEOUT" || code === "CHATX_TLS_TIMEOUT") return { detail: "timeout" };
  return code === "UNABLE_TO_VERIFY_LEAF_SIGNATURE" ? { detail: "leaf" } : {};
}
