import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import {
  type BodySignature,
  bodySignature,
  type SignOptions,
  webhookKeys,
  webhookSignatures,
} from "./sign.ts";
import type { SignableRequest } from "./types.ts";

/** How far a signed moment may be from ours; what the reference libraries of Standard Webhooks allow. */
export const TOLERANCE_MS = 5 * 60 * 1000;

/** Why a request is not taken for its sender's own. */
type Rejection =
  | "signature-missing"
  | "signature-twice"
  | "signature-wrong"
  | "timestamp-bad"
  | "timestamp-too-old"
  | "timestamp-too-new";

/** Tells whether a request was signed with our secret, over exactly its bytes. */
export interface Verifier {
  /**
   * Takes the same time whatever is wrong with a signature.
   *
   * @returns Undefined for a request that is right.
   */
  verify(request: SignableRequest, wallMs: number): Rejection | undefined;
}

/**
 * The verifier for `--verify`, the counterpart of `createSigner`:
 *
 * - standard-webhooks (documented, spec 1.0): `webhook-id`, `webhook-timestamp` and `webhook-signature`, or the same with
 *   `svix-` (third-party: Svix's own libraries), each once. Any signature of version v1 in the list and any of our keys
 *   may match; the moment may be five minutes off, in either direction.
 * - smartsupp (documented): X-Smartsupp-Hmac.
 * - hmac-sha256: header, spelling and prefix of the user's choice.
 *
 * @throws {SetupError} For a secret, header or prefix that cannot be used; its text does not show the secret.
 */
export function createVerifier(options: SignOptions): Verifier {
  if (options.kind === "standard-webhooks") return new WebhookVerifier(webhookKeys(options.secret));
  return new BodyVerifier(bodySignature(options), options.secret);
}

class BodyVerifier implements Verifier {
  readonly #signature: BodySignature;
  readonly #secret: string;

  constructor(signature: BodySignature, secret: string) {
    this.#signature = signature;
    this.#secret = secret;
  }

  verify({ headers, body }: SignableRequest): Rejection | undefined {
    const { header, encoding, prefix } = this.#signature;
    const values = valuesOf(headers, header);
    if (values.length === 0) return "signature-missing";
    if (values.length > 1) return "signature-twice";
    const expected = prefix + createHmac("sha256", this.#secret).update(body).digest(encoding);
    const given = values[0]!.trim();
    // Hex digits may be of either case; the prefix may not.
    const spelled =
      encoding === "hex" && given.startsWith(prefix)
        ? prefix + given.slice(prefix.length).toLowerCase()
        : given;
    return isSame(spelled, expected) ? undefined : "signature-wrong";
  }
}

class WebhookVerifier implements Verifier {
  readonly #keys: readonly Buffer[];

  constructor(keys: readonly Buffer[]) {
    this.#keys = keys;
  }

  verify({ headers, body }: SignableRequest, wallMs: number): Rejection | undefined {
    const brand = valuesOf(headers, "webhook-id").length > 0 ? "webhook" : "svix";
    const all = ["id", "timestamp", "signature"].map((part) => valuesOf(headers, `${brand}-${part}`));
    if (all.some((values) => values.length > 1)) return "signature-twice";
    const [id = "", time = "", signatures = ""] = all.map(([value]) => value);
    if (id === "" || time === "" || signatures === "") return "signature-missing";
    if (!/^\d{1,12}$/.test(time)) return "timestamp-bad";
    const aheadMs = Number(time) * 1000 - wallMs;
    if (aheadMs < -TOLERANCE_MS) return "timestamp-too-old";
    if (aheadMs > TOLERANCE_MS) return "timestamp-too-new";
    const given = signatures.split(" ");
    let isRight = false;
    for (const expected of webhookSignatures(this.#keys, id, time, body)) {
      for (const one of given) if (isSame(one, expected)) isRight = true;
    }
    return isRight ? undefined : "signature-wrong";
  }
}

function valuesOf(headers: SignableRequest["headers"], name: string): string[] {
  const lower = name.toLowerCase();
  return headers.filter(([one]) => one.toLowerCase() === lower).map(([, value]) => value);
}

/** In constant time, also for texts of different lengths: their hashes are compared. */
function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(hashOf(given), hashOf(expected));
}

function hashOf(text: string): Buffer {
  return createHash("sha256").update(text, "utf8").digest();
}
