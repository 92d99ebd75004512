import type { IncomingMessage, ServerResponse } from "node:http";
import { JSON_TYPE, type Refusal, refusalBody, SAFE_HEADERS } from "./refusal.ts";

/** How much of a refused body is read on, and how long, so that the other side can read the answer before the end. */
const LINGER_BYTES = 1024 * 1024;
const LINGER_MS = 1000;

/** Sends a JSON answer with the headers that every answer has. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendText(response, status, `${JSON.stringify(value)}\n`, headers);
}

function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>>,
): void {
  const length = String(Buffer.byteLength(text));
  response.writeHead(status, {
    ...SAFE_HEADERS,
    "content-type": JSON_TYPE,
    "content-length": length,
    ...headers,
  });
  response.end(text);
}

/**
 * Answers with a refusal. Where the body has not been read to its end, the connection cannot be used again: the answer
 * is sent whole, a bounded part of the body is thrown away, then the connection ends. Closing at once would reset it, and
 * a client that still sends would see no answer.
 *
 * @param awaitsContinue  The client has been told nothing yet and keeps its body.
 */
export function sendRefusal(
  request: IncomingMessage,
  response: ServerResponse,
  refusal: Refusal,
  awaitsContinue: boolean,
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (request.complete) {
    sendText(response, refusal.status, refusalBody(refusal), refusal.headers);
    return;
  }
  const text = refusalBody(refusal);
  response.writeHead(refusal.status, {
    ...SAFE_HEADERS,
    "content-type": JSON_TYPE,
    "content-length": String(Buffer.byteLength(text)),
    ...refusal.headers,
    connection: "close",
  });
  if (awaitsContinue) {
    response.end(text);
    return;
  }
  response.write(text);
  throwAway(request, () => response.end());
}

function throwAway(request: IncomingMessage, then: () => void): void {
  let bytes = 0;
  let isOver = false;
  const end = () => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    request.pause();
    then();
  };
  const timer = setTimeout(end, LINGER_MS);
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > LINGER_BYTES) end();
  });
  request.on("end", end);
  request.on("close", end);
  request.resume();
}

/** A whole answer as bytes, for a connection whose request never became one. */
export function rawRefusal(refusal: Refusal): string {
  const text = refusalBody(refusal);
  const headers = {
    ...SAFE_HEADERS,
    "content-type": JSON_TYPE,
    "content-length": String(Buffer.byteLength(text)),
    ...refusal.headers,
    connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${refusal.status} ${REASONS.get(refusal.status) ?? "Refused"}\r\n${lines.join("")}\r\n${text}`;
}

const REASONS = new Map([
  [400, "Bad Request"],
  [405, "Method Not Allowed"],
  [408, "Request Timeout"],
  [413, "Payload Too Large"],
  [431, "Request Header Fields Too Large"],
  [503, "Service Unavailable"],
]);
