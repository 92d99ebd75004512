import { createHmac } from "node:crypto";
import { SetupError } from "./setup-error.ts";
import type { SignableRequest, Signer } from "./types.ts";

/** The kinds of `--sign`. */
export const SIGNATURES = ["standard-webhooks", "smartsupp", "hmac-sha256"] as const;
export type SignatureKind = (typeof SIGNATURES)[number];

export interface SignOptions {
  readonly kind: SignatureKind;
  /** As it was read; for standard-webhooks one or several with white space between them, each signs. */
  readonly secret: string;
  /** For hmac-sha256: which header (default X-Signature), hex or base64 (default hex), and what stands before it. */
  readonly header?: string;
  readonly encoding?: "hex" | "base64";
  readonly prefix?: string;
}

type Headers = SignableRequest["headers"];

/**
 * The signer for `--sign`. All kinds are HMAC-SHA256 over exactly the bytes of the body:
 *
 * - standard-webhooks (documented, spec 1.0): over `id.time.body` with the decoded key; `webhook-id` is the message's
 *   identity, so it is the same on every attempt, and `webhook-timestamp` that of the attempt.
 * - smartsupp (documented): over the body, lower-case hex in X-Smartsupp-Hmac.
 * - hmac-sha256: over the body, in a header and spelling of the user's choice.
 *
 * A header of the same name that the request has already, say of the capture, is replaced.
 *
 * @throws {SetupError} For a secret, header or prefix that cannot be used; its text does not show the secret.
 */
export function createSigner(options: SignOptions): Signer {
  if (options.kind === "standard-webhooks") return standardWebhooks(webhookKeys(options.secret));
  const { header, encoding, prefix } = bodySignature(options);
  return bodySigner(header, encoding, prefix, options.secret);
}

/** Where a signature over the body alone stands, and how it is spelled. */
export interface BodySignature {
  readonly header: string;
  readonly encoding: "hex" | "base64";
  readonly prefix: string;
}

/** @throws {SetupError} As `createSigner`. */
export function bodySignature(options: SignOptions): BodySignature {
  if (options.secret === "") throw new SetupError("the secret to sign with is empty");
  if (options.kind === "smartsupp") return { header: "X-Smartsupp-Hmac", encoding: "hex", prefix: "" };
  const { header = "X-Signature", encoding = "hex", prefix = "" } = options;
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(header)) {
    throw new SetupError(
      "the name of the signature's header is no header name",
      "for example X-Hub-Signature-256",
    );
  }
  if (!/^[\x21-\x7e]*$/.test(prefix)) {
    throw new SetupError(
      "the signature's prefix has characters that a header cannot have",
      "for example sha256=",
    );
  }
  return { header, encoding, prefix };
}

function bodySigner(header: string, encoding: "hex" | "base64", prefix: string, secret: string): Signer {
  return {
    sign(request) {
      const signature = createHmac("sha256", secret).update(request.body).digest(encoding);
      return withHeaders(request, [[header, `${prefix}${signature}`]]);
    },
  };
}

function standardWebhooks(keys: readonly Buffer[]): Signer {
  return {
    sign(request, { identity }, wallMs) {
      const time = String(Math.floor(wallMs / 1000));
      return withHeaders(request, [
        ["webhook-id", identity],
        ["webhook-timestamp", time],
        ["webhook-signature", webhookSignatures(keys, identity, time, request.body).join(" ")],
      ]);
    },
  };
}

/** The entries of `webhook-signature`, one a key. @param time  As in `webhook-timestamp`. */
export function webhookSignatures(
  keys: readonly Buffer[],
  id: string,
  time: string,
  body: Uint8Array,
): string[] {
  return keys.map((key) => {
    const hmac = createHmac("sha256", key).update(`${id}.${time}.`).update(body);
    return `v1,${hmac.digest("base64")}`;
  });
}

/** The keys of Standard Webhooks in a secret, which may hold several with white space between them. @throws {SetupError} */
export function webhookKeys(secrets: string): Buffer[] {
  const keys = secrets
    .split(/\s+/)
    .filter((one) => one !== "")
    .map(webhookKey);
  if (keys.length === 0) throw new SetupError("the secret to sign with is empty");
  return keys;
}

/** The key in `whsec_<base64>`; the prefix may be left out, as the reference libraries allow. */
function webhookKey(secret: string): Buffer {
  const text = secret.replace(/^whsec_/, "");
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.replace(/=+$/, "").length % 4 !== 1;
  if (!isBase64) {
    const hint = /^whpk_|^whsk_/.test(secret)
      ? "whsk_ keys make v1a signatures, which chatx does not; use a whsec_ secret"
      : "it looks like whsec_ and Base64";
    throw new SetupError("the secret is none of Standard Webhooks", hint);
  }
  return Buffer.from(text, "base64");
}

function withHeaders<R extends SignableRequest>(request: R, added: Headers): R {
  const names = new Set(added.map(([name]) => name.toLowerCase()));
  const kept = request.headers.filter(([name]) => !names.has(name.toLowerCase()));
  return { ...request, headers: [...kept, ...added] };
}
