import { isUtf8 } from "node:buffer";
import { urlOf } from "../json/url.ts";
import type { HttpRequest } from "../transport/types.ts";
import type { MessageOutcome, RenderedRequest } from "./types.ts";

/**
 * A dead letter: a capture record, as `chatx capture` writes it and every command reads it, with what became of the
 * message. Replayed untouched, it delivers the same bytes under the same identity.
 */
export interface DeadLetter {
  readonly method: string;
  readonly url?: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The text that was to be sent, where it is UTF-8; "" where it is withheld, so that nobody sends the dead letter itself. */
  readonly body?: string;
  /** The bytes, where they are no UTF-8. */
  readonly bodyBase64?: string;
  readonly chatx: DeadLetterFacts;
}

interface DeadLetterFacts {
  readonly identity: string;
  readonly sequence: number;
  /** The run that gave the message up; a journal's header has the same. */
  readonly run: string;
  readonly source: string;
  readonly record: number;
  readonly state: "failed";
  readonly status?: number;
  readonly code?: string;
  readonly reason?: string;
  readonly attempts: number;
  /** When it was given up; ISO 8601, UTC. */
  readonly at: string;
  /** What is left out because it holds a secret, or because there was no request to send. */
  readonly withheld?: readonly ("url" | "headers" | "body")[];
}

export interface DeadLetterOptions {
  readonly run: string;
  /** Whether a text holds a known secret, in whatever encoding. */
  readonly hasSecret?: (text: string) => boolean;
}

/** Rights of the sender, and what is made anew with each request: `idempotency-key` from `chatx.identity`. */
const LEFT_OUT = new Set([
  "authorization",
  "proxy-authorization",
  "cookie",
  "cookie2",
  "set-cookie",
  "idempotency-key",
  "content-length",
  "host",
]);

/** Names that say themselves that the value is nobody's business; rather one header too many than a secret on disk. */
const SECRET_NAME = /token|secret|passw|api-?key|access-?key|credential|session|signature|hmac|auth/i;

/** The line of a message that failed for good, newline included. Holds no secret that `hasSecret` or the names above can tell. */
export function deadLetterLine(outcome: MessageOutcome, options: DeadLetterOptions, at: Date): string {
  const { message, attempts, status, code, reason } = outcome;
  const rendered = message.publicRequest?.() ?? message.request(undefined);
  const { request, withheld } = publicParts(rendered, options.hasSecret ?? (() => false));
  const letter: DeadLetter = {
    ...request,
    chatx: {
      identity: message.identity,
      sequence: message.sequence,
      run: options.run,
      source: message.source,
      record: message.record,
      state: "failed",
      ...(status === undefined ? {} : { status }),
      ...(code === undefined ? {} : { code }),
      ...(reason === undefined ? {} : { reason }),
      attempts,
      at: at.toISOString(),
      ...(withheld.length === 0 ? {} : { withheld }),
    },
  };
  return `${JSON.stringify(letter)}\n`;
}

type PublicRequest = Omit<DeadLetter, "chatx">;
type Withheld = NonNullable<DeadLetterFacts["withheld"]>;

function publicParts(
  rendered: RenderedRequest,
  hasSecret: (text: string) => boolean,
): { readonly request: PublicRequest; readonly withheld: Withheld } {
  if (!rendered.ok) {
    return { request: { method: "POST", headers: [], body: "" }, withheld: ["url", "headers", "body"] };
  }
  const { request } = rendered;
  const withheld: Withheld[number][] = [];
  const url = urlWithoutUser(request.url);
  const isUrlPublic = url !== undefined && !hasSecret(url);
  if (!isUrlPublic) withheld.push("url");
  const headers = request.headers.filter(([name, value]) => isPublic(name, value, hasSecret));
  const isBodyPublic = !hasSecret(textOf(request.body));
  if (!isBodyPublic) withheld.push("body");
  return {
    request: {
      method: request.method,
      ...(isUrlPublic ? { url } : {}),
      headers,
      ...(isBodyPublic ? bodyMember(request) : { body: "" }),
    },
    withheld,
  };
}

function isPublic(name: string, value: string, hasSecret: (text: string) => boolean): boolean {
  return !LEFT_OUT.has(name.toLowerCase()) && !SECRET_NAME.test(name) && !hasSecret(value);
}

function urlWithoutUser(text: string): string | undefined {
  const url = urlOf(text);
  if (url === undefined) return undefined;
  if (url.username === "" && url.password === "") return text;
  url.username = "";
  url.password = "";
  return url.href;
}

function bodyMember({ body }: HttpRequest): { readonly body: string } | { readonly bodyBase64: string } {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return isUtf8(bytes) ? { body: bytes.toString("utf8") } : { bodyBase64: bytes.toString("base64") };
}

/** Only for looking for secrets, which are ASCII or at least UTF-8. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}
