import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createSigner, type SignOptions } from "../../src/trust/sign.ts";
import type { SignableRequest } from "../../src/trust/types.ts";
import { createVerifier, TOLERANCE_MS } from "../../src/trust/verify.ts";

type Headers = SignableRequest["headers"];

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const BODY = '{"test": 2432232314}';
const SECONDS = 1_614_265_330;
/** Published by the Standard Webhooks project for the four values above. */
const SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const NOW = SECONDS * 1000 + 500;

function webhook(changes: Record<string, string | undefined> = {}, brand = "webhook"): Headers {
  const all: Record<string, string | undefined> = {
    id: ID,
    timestamp: String(SECONDS),
    signature: SIGNATURE,
  };
  return Object.entries({ ...all, ...changes })
    .filter((pair): pair is [string, string] => pair[1] !== undefined)
    .map(([name, value]): [string, string] => [`${brand}-${name}`, value]);
}

function verdict(
  options: SignOptions,
  headers: Headers,
  body: string | Uint8Array = BODY,
  now = NOW,
): string {
  return createVerifier(options).verify({ headers, body: Buffer.from(body) }, now) ?? "right";
}

describe("standard-webhooks", () => {
  const standard: SignOptions = { kind: "standard-webhooks", secret: SECRET };

  /** What every reference library of Standard Webhooks is tested for, and what the specification says beyond. */
  const rules: readonly (readonly [rule: string, headers: Headers, expected: string])[] = [
    ["a valid signature", webhook(), "right"],
    ["names in another case", webhook().map(([name, value]) => [name.toUpperCase(), value]), "right"],
    ["the names of Svix", webhook({}, "svix"), "right"],
    ["a missing id", webhook({ id: undefined }), "signature-missing"],
    ["a missing timestamp", webhook({ timestamp: undefined }), "signature-missing"],
    ["a missing signature", webhook({ signature: undefined }), "signature-missing"],
    ["an empty signature", webhook({ signature: "" }), "signature-missing"],
    ["a timestamp that is no number", webhook({ timestamp: "hello" }), "timestamp-bad"],
    ["a timestamp with a fraction", webhook({ timestamp: `${SECONDS}.5` }), "timestamp-bad"],
    ["a wrong signature", webhook({ signature: SIGNATURE.replace("g0h", "h0h") }), "signature-wrong"],
    ["a part of the signature", webhook({ signature: SIGNATURE.slice(0, 20) }), "signature-wrong"],
    ["a signature of no version", webhook({ signature: SIGNATURE.slice(3) }), "signature-wrong"],
    [
      "a signature of another version",
      webhook({ signature: SIGNATURE.replace("v1", "v2") }),
      "signature-wrong",
    ],
    ["another id", webhook({ id: "msg_2" }), "signature-wrong"],
    ["another time, within the tolerance", webhook({ timestamp: String(SECONDS + 1) }), "signature-wrong"],
    [
      "several signatures, one of them right",
      webhook({ signature: `v1,${"A".repeat(43)}= v2,xyz junk ${SIGNATURE}` }),
      "right",
    ],
    ["a header that comes twice", [...webhook(), ["webhook-id", ID]], "signature-twice"],
    ["both brands, the wrong one of Svix", [...webhook(), ["svix-signature", "v1,no"]], "right"],
  ];
  test.each(rules)("judges %s", (_, headers, expected) => {
    expect(verdict(standard, headers)).toBe(expected);
  });

  test.each([
    [TOLERANCE_MS, "right"],
    [TOLERANCE_MS + 1000, "timestamp-too-old"],
    [-TOLERANCE_MS, "right"],
    [-TOLERANCE_MS - 1000, "timestamp-too-new"],
  ])("holds the moment to five minutes: %i ms later", (laterMs, expected) => {
    expect(verdict(standard, webhook(), BODY, SECONDS * 1000 + laterMs)).toBe(expected);
  });

  test("verifies the bytes, not what they mean", () => {
    expect(verdict(standard, webhook(), '{"test":2432232314}')).toBe("signature-wrong");
  });

  test("takes any of several keys, and a key without its prefix", () => {
    const other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    expect(verdict({ ...standard, secret: `${other} ${SECRET}` }, webhook())).toBe("right");
    expect(verdict({ ...standard, secret: SECRET.slice(6) }, webhook())).toBe("right");
    expect(verdict({ ...standard, secret: other }, webhook())).toBe("signature-wrong");
  });
});

describe("smartsupp", () => {
  const smartsupp: SignOptions = { kind: "smartsupp", secret: "shared" };
  const right = createHmac("sha256", "shared").update(BODY).digest("hex");

  test.each<[string, Headers, string]>([
    ["as documented", [["X-Smartsupp-Hmac", right]], "right"],
    ["in upper case", [["x-smartsupp-hmac", right.toUpperCase()]], "right"],
    ["of other bytes", [["X-Smartsupp-Hmac", right.replace(/^./, "g")]], "signature-wrong"],
    ["cut short", [["X-Smartsupp-Hmac", right.slice(1)]], "signature-wrong"],
    ["not ASCII", [["X-Smartsupp-Hmac", "\u00e9".repeat(64)]], "signature-wrong"],
    ["missing", [], "signature-missing"],
    [
      "given twice",
      [
        ["X-Smartsupp-Hmac", right],
        ["X-Smartsupp-Hmac", right],
      ],
      "signature-twice",
    ],
  ])("judges a signature %s", (_, headers, expected) => {
    expect(verdict(smartsupp, headers)).toBe(expected);
  });
});

test("whatever is signed is verified, and nothing else", () => {
  const kinds = fc.constantFrom<Omit<SignOptions, "secret">>(
    { kind: "standard-webhooks" },
    { kind: "smartsupp" },
    { kind: "hmac-sha256" },
    { kind: "hmac-sha256", header: "X-Hub-Signature-256", prefix: "sha256=" },
    { kind: "hmac-sha256", encoding: "base64" },
  );
  fc.assert(
    fc.property(kinds, fc.uint8Array({ minLength: 1 }), fc.nat(), (kind, body, at) => {
      const options = { ...kind, secret: SECRET };
      const request: SignableRequest = { headers: [["X-Other", "1"]], body };
      const signed = createSigner(options).sign(request, { identity: "m.1" }, NOW);
      const verifier = createVerifier(options);
      expect(verifier.verify(signed, NOW)).toBeUndefined();
      const changed = Uint8Array.from(body, (byte, index) => (index === at % body.length ? byte ^ 1 : byte));
      expect(verifier.verify({ ...signed, body: changed }, NOW)).toBe("signature-wrong");
      expect(verifier.verify(request, NOW)).toBe("signature-missing");
    }),
  );
});
