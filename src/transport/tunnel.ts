import type { Socket } from "node:net";
import type { ProxyServer } from "./proxy.ts";

type Done = (error: Error | null, socket: Socket | null) => void;

/** Longest answer to CONNECT; proxies say no with whole pages, of which only the first line counts. */
const LONGEST_ANSWER = 65_536;

/** Why no tunnel came about; `classify` knows the codes. No text of the proxy is in it. */
class ProxyError extends Error {
  readonly code: "CHATX_PROXY_REFUSED" | "CHATX_PROXY_CREDENTIALS" | "CHATX_PROXY_FAILED";

  constructor(code: ProxyError["code"]) {
    super("the proxy made no tunnel");
    this.code = code;
  }
}

/**
 * Asks a proxy for a tunnel (CONNECT) over a connection to it that is there already.
 *
 * @param target  "host:port"; a literal IPv6 address in brackets.
 * @param done  Called once, with a socket that carries nothing but the target's bytes. On an error the socket is gone.
 */
export function openTunnel(
  socket: Socket,
  proxy: ProxyServer,
  target: string,
  timeoutMs: number,
  done: Done,
): void {
  let answer = Buffer.alloc(0);
  const end = (error: Error | null) => {
    clearTimeout(timer);
    socket.off("readable", onReadable).off("end", onLost).off("close", onLost);
    if (error === null) socket.off("error", onLost);
    // The error listener stays on a socket that is given up: what it still says concerns nobody.
    else socket.destroy();
    done(error, error === null ? socket : null);
  };
  const onLost = () => end(new ProxyError("CHATX_PROXY_FAILED"));
  const onReadable = () => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    answer = Buffer.concat([answer, chunk]);
    const verdict = readAnswer(answer);
    if (verdict === undefined) return;
    if (verdict instanceof ProxyError) return end(verdict);
    if (verdict.length > 0) socket.unshift(verdict);
    end(null);
  };
  const timer = setTimeout(onLost, timeoutMs);
  socket.on("readable", onReadable).once("end", onLost).once("close", onLost).once("error", onLost);
  socket.write(connectRequest(proxy, target), "latin1");
}

/** The line and headers of a CONNECT. */
function connectRequest(proxy: ProxyServer, target: string): string {
  const credentials =
    proxy.authorization === undefined ? "" : `proxy-authorization: ${proxy.authorization}\r\n`;
  return `CONNECT ${target} HTTP/1.1\r\nhost: ${target}\r\n${credentials}\r\n`;
}

/** @returns What follows a yes, the error for a no, undefined while the answer is not complete. */
function readAnswer(answer: Buffer): Buffer | ProxyError | undefined {
  const end = answer.indexOf("\r\n\r\n");
  if (end < 0) return answer.length > LONGEST_ANSWER ? new ProxyError("CHATX_PROXY_FAILED") : undefined;
  const status = Number(/^HTTP\/1\.[01] (\d{3})\b/.exec(answer.toString("latin1", 0, 16))?.[1] ?? 0);
  if (status >= 200 && status < 300) return answer.subarray(end + 4);
  if (status === 407) return new ProxyError("CHATX_PROXY_CREDENTIALS");
  return new ProxyError(status >= 400 && status < 500 ? "CHATX_PROXY_REFUSED" : "CHATX_PROXY_FAILED");
}

/** A failure to reach the proxy itself. */
export function proxyUnreachable(): Error {
  return new ProxyError("CHATX_PROXY_FAILED");
}
