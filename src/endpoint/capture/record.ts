import { isUtf8 } from "node:buffer";
import { isSecretName, isSecretParameter, MASKED } from "../../trust/secret-names.ts";

type Headers = readonly (readonly [name: string, value: string])[];

/** What is kept of a request; the body as it came over the wire, with no coding undone. */
export interface CapturedRequest {
  readonly method: string;
  /** Path and query, without the token. */
  readonly url: string;
  /** In order, names as sent. */
  readonly headers: Headers;
  readonly receivedAt: Date;
  readonly body: Uint8Array;
  /** What chatx found out about the request; left out where it is empty. */
  readonly marks: CaptureMarks;
}

/** Beside the request, under `chatx`. Nothing that reads capture records takes it for a part of the request. */
export interface CaptureMarks {
  /** Which signature was verified. */
  readonly verified?: string;
  /** What makes it a repeat of an earlier request: the sender's id for it, or the same bytes. */
  readonly duplicate?: "webhook-id" | "body";
  readonly examined?: Examination;
}

/** What `--validate` found. */
export interface Examination {
  readonly verdict: "valid" | "invalid" | "skipped";
  /** The formats of the payloads, each once; none where no payload is of a known one. */
  readonly formats: readonly string[];
  /** At most `MAX_FINDINGS`. */
  readonly findings: readonly {
    readonly code: string;
    readonly severity: string;
    readonly pointer: string;
  }[];
  /** The body is longer, or has more payloads or values, than is looked at of one request. */
  readonly partial?: boolean;
}

/**
 * The capture record of a request as one line, newline included: `{"method","url","headers","receivedAt",
 * "body"|"bodyBase64","chatx"}`, which every command reads. The body is text only where the text gives the same bytes
 * again. Values of headers and query parameters whose names say that they are secrets are masked, signatures are kept:
 * they open nothing, and prove where the body came from.
 */
export function captureLine({ method, url, headers, receivedAt, body, marks }: CapturedRequest): string {
  const record = {
    method,
    url: maskedUrl(url),
    headers: headers.map(([name, value]) => [name, isCredential(name) ? MASKED : value]),
    receivedAt: receivedAt.toISOString(),
    ...bodyMember(body),
    ...(Object.keys(marks).length === 0 ? {} : { chatx: marks }),
  };
  return `${JSON.stringify(record)}\n`;
}

/** Whether what stands under this name is a right of the sender. */
export function isCredential(name: string): boolean {
  return isSecretName(name) && !SIGNATURE.test(name);
}

/** What it says is verified against the bytes, which are kept. */
const SIGNATURE = /signature|hmac/i;

/** The path and query with the values of secret parameters masked; the rest as it was sent. */
export function maskedUrl(url: string): string {
  const at = url.indexOf("?");
  if (at < 0) return url;
  const pairs = url.slice(at + 1).split("&");
  return `${url.slice(0, at)}?${pairs.map(maskedPair).join("&")}`;
}

function maskedPair(pair: string): string {
  const [name = ""] = pair.split("=", 1);
  const isRight = isSecretParameter(name) && !SIGNATURE.test(name);
  return pair.length > name.length && isRight ? `${name}=${MASKED}` : pair;
}

/** Controls that JSON spells with six characters make Base64 the shorter form; also, such a body is no text. */
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;

function bodyMember(body: Uint8Array): { body: string } | { bodyBase64: string } {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (isUtf8(bytes)) {
    const text = bytes.toString("utf8");
    if (!CONTROLS.test(text)) return { body: text };
  }
  return { bodyBase64: bytes.toString("base64") };
}
