import type { IncomingMessage } from "node:http";
import { ClientGone, Refusal } from "./refusal.ts";

/**
 * Reads a request's body to its end.
 *
 * @param begin  Called once it is settled that the body is wanted: the moment to send 100 Continue.
 * @throws {Refusal} 413
 * @throws {ClientGone}
 */
export function readBody(
  request: IncomingMessage,
  limitBytes: number,
  begin: () => void,
  onBytes?: (bytes: number) => void,
): Promise<Buffer> {
  const stated = Number(request.headers["content-length"] ?? 0);
  if (stated > limitBytes) return Promise.reject(tooLarge(limitBytes));
  begin();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      try {
        if (length > limitBytes) throw tooLarge(limitBytes);
        onBytes?.(chunk.length);
        chunks.push(chunk);
      } catch (error) {
        stop();
        reject(error);
      }
    };
    const onEnd = () => {
      stop();
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length));
    };
    const onGone = () => {
      stop();
      reject(new ClientGone());
    };
    const stop = () => {
      request.off("data", onData);
      request.off("end", onEnd);
      request.off("close", onGone);
    };
    // Gone while something else was waited for: no event will come any more.
    if (request.destroyed && !request.complete) return onGone();
    request.on("data", onData);
    request.on("end", onEnd);
    // Also after an error; "end" does not come then.
    request.on("close", onGone);
  });
}

function tooLarge(limitBytes: number): Refusal {
  return new Refusal(413, "body-too-large", `a body may have ${limitBytes} bytes`);
}
