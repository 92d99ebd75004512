import { isUtf8 } from "node:buffer";
import { urlOf } from "../json/url.ts";
import type { HttpRequest } from "../transport/types.ts";
import { isSecretName } from "../trust/secret-names.ts";
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

type Withheld = "url" | "headers" | "body" | `header ${string}`;

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
  /** When it was given up, or, of a letter that is owed to an earlier run, when it was made; ISO 8601, UTC. */
  readonly at: string;
  /** What is left out because it is or holds a secret (`header X-Api-Key`), or because there was no request to send. */
  readonly withheld?: readonly Withheld[];
}

export interface DeadLetterOptions {
  readonly run: string;
  /** Whether a text holds a known secret, in whatever encoding. */
  readonly hasSecret?: (text: string) => boolean;
  /** Is told of every letter that is written without its body. */
  readonly onNoBody?: () => void;
  /** Headers whose templates name a secret: `publicRequest` has none of them. */
  readonly secretHeaders?: readonly string[];
}

/** What is made anew with each request: `idempotency-key` from `chatx.identity`. */
const MADE_ANEW = new Set(["idempotency-key", "content-length", "host"]);

/** The line of a message that failed for good, newline included. Holds no secret that the options or names of headers can tell. */
export function deadLetterLine(outcome: MessageOutcome, options: DeadLetterOptions, at: Date): string {
  const { message, attempts, status, code, reason } = outcome;
  const rendered = message.publicRequest?.() ?? message.request(undefined);
  const { request, withheld } = publicParts(rendered, options);
  if (withheld.includes("body")) options.onNoBody?.();
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

function publicParts(
  rendered: RenderedRequest,
  options: DeadLetterOptions,
): { readonly request: PublicRequest; readonly withheld: readonly Withheld[] } {
  if (!rendered.ok) {
    return { request: { method: "POST", headers: [], body: "" }, withheld: ["url", "headers", "body"] };
  }
  const { request } = rendered;
  const { hasSecret = () => false } = options;
  const withheld: Withheld[] = [];
  const url = urlWithoutUser(request.url);
  const isUrlPublic = url !== undefined && !hasSecret(url);
  if (!isUrlPublic) withheld.push("url");
  const { headers, secret } = publicHeaders(request.headers, hasSecret, options.secretHeaders ?? []);
  withheld.push(...secret.map((name) => `header ${name}` as const));
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

type Headers = DeadLetter["headers"];

/** @returns The headers that a letter holds, and the names of those that it must not hold. */
function publicHeaders(
  all: Headers,
  hasSecret: (text: string) => boolean,
  secretHeaders: readonly string[],
): { readonly headers: Headers; readonly secret: readonly string[] } {
  const secret = new Map(secretHeaders.map((name) => [name.toLowerCase(), name]));
  const headers = all.filter(([name, value]) => {
    const lower = name.toLowerCase();
    if (MADE_ANEW.has(lower)) return false;
    if (!secret.has(lower) && !isSecretName(name) && !hasSecret(value)) return true;
    if (!secret.has(lower)) secret.set(lower, name);
    return false;
  });
  return { headers, secret: [...secret.values()] };
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
