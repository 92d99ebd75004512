import { createHmac, timingSafeEqual } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HttpRequest } from "../../src/transport/types.ts";
import { createSigner, type SignOptions } from "../../src/trust/sign.ts";

function request(body: string | Uint8Array, headers: HttpRequest["headers"] = []): HttpRequest {
  return { method: "POST", url: "https://staging.example.com/hook", headers, body: Buffer.from(body) };
}

function header(signed: HttpRequest, name: string): string | undefined {
  return signed.headers.find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1];
}

/**
 * The vectors that the Standard Webhooks project publishes with its libraries: the one of every library's "sign" test,
 * and the one of testdata/signatures.json.
 */
const PUBLISHED = [
  {
    secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    seconds: 1614265330,
    payload: '{"test": 2432232314}',
    signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  },
  {
    secret: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    seconds: 1696200454,
    payload:
      '{"type": "example.created", "timestamp":"2023-09-28T19:20:22+00:00", "data":{"str":"string","bool":true,"int":42}}',
    signature: "v1,GgjvufBlIj71MBIVQotYGb+xEC3LNXCsIZp0HsDC8qs=",
  },
];

describe("standard-webhooks", () => {
  test.each(PUBLISHED)(
    "makes the published signature at $seconds",
    ({ secret, id, seconds, payload, signature }) => {
      const signer = createSigner({ kind: "standard-webhooks", secret });
      const signed = signer.sign(request(payload), { identity: id }, seconds * 1000 + 999);
      expect(signed.headers).toEqual([
        ["webhook-id", id],
        ["webhook-timestamp", String(seconds)],
        ["webhook-signature", signature],
      ]);
    },
  );

  test("keeps the id and takes a fresh time on every attempt", () => {
    const signer = createSigner({ kind: "standard-webhooks", secret: PUBLISHED[0]!.secret });
    const first = signer.sign(request("{}"), { identity: "a1" }, 1_700_000_000_000);
    const again = signer.sign(request("{}"), { identity: "a1" }, 1_700_000_060_000);
    expect(header(again, "webhook-id")).toBe(header(first, "webhook-id"));
    expect(header(again, "webhook-timestamp")).toBe("1700000060");
    expect(header(again, "webhook-signature")).not.toBe(header(first, "webhook-signature"));
  });

  test("signs with every secret of a rotation, in order", () => {
    const [first, second] = [
      Buffer.from("first key of 24 bytes..."),
      Buffer.from("second key of 24 bytes.."),
    ];
    const secret = `whsec_${first.toString("base64")}\nwhsec_${second.toString("base64")}`;
    const signed = createSigner({ kind: "standard-webhooks", secret }).sign(
      request("{}"),
      { identity: "a1" },
      5000,
    );
    const expected = [first, second].map(
      (key) => `v1,${createHmac("sha256", key).update("a1.5.{}").digest("base64")}`,
    );
    expect(header(signed, "webhook-signature")).toBe(expected.join(" "));
  });

  test.each(["whsec_", "canary secret!", "whsec_canary*", "whsk_canary", "whsec_c"])(
    "refuses the secret %s without showing it",
    (secret) => {
      expect(() => createSigner({ kind: "standard-webhooks", secret })).toThrow(/^(?!.*canary)/);
      expect(() => createSigner({ kind: "standard-webhooks", secret })).toThrow(/Standard Webhooks/);
    },
  );
});

describe("a signature over the body", () => {
  const any = fc.record({ body: fc.uint8Array({ maxLength: 300 }), secret: fc.string({ minLength: 1 }) });

  /** HMAC by its definition (RFC 2104), with nothing but the hash of Web Crypto. */
  async function hmacByHand(secret: string, body: Uint8Array): Promise<Buffer> {
    const hash = async (...parts: Uint8Array[]) =>
      Buffer.from(await crypto.subtle.digest("SHA-256", Buffer.concat(parts)));
    const bytes = Buffer.from(secret);
    const key = Buffer.alloc(64);
    (bytes.length > 64 ? await hash(bytes) : bytes).copy(key);
    const inner = await hash(
      key.map((byte) => byte ^ 0x36),
      body,
    );
    return hash(
      key.map((byte) => byte ^ 0x5c),
      inner,
    );
  }

  test("of smartsupp is the lower-case hex HMAC of exactly the bytes", async () => {
    await fc.assert(
      fc.asyncProperty(any, async ({ body, secret }) => {
        const signed = createSigner({ kind: "smartsupp", secret }).sign(request(body), { identity: "a1" }, 0);
        const value = header(signed, "X-Smartsupp-Hmac") ?? "";
        expect(value).toMatch(/^[0-9a-f]{64}$/);
        expect(timingSafeEqual(Buffer.from(value, "hex"), await hmacByHand(secret, body))).toBe(true);
        expect(Buffer.compare(signed.body, body)).toBe(0);
      }),
    );
  });

  test("of hmac-sha256 is in the header and spelling that the user chose", async () => {
    await fc.assert(
      fc.asyncProperty(any, async ({ body, secret }) => {
        const options: SignOptions = {
          kind: "hmac-sha256",
          secret,
          header: "X-Hub-Signature-256",
          encoding: "base64",
          prefix: "sha256=",
        };
        const signed = createSigner(options).sign(request(body), { identity: "a1" }, 0);
        const expected = (await hmacByHand(secret, body)).toString("base64");
        expect(signed.headers).toEqual([["X-Hub-Signature-256", `sha256=${expected}`]]);
      }),
    );
    const plain = createSigner({ kind: "hmac-sha256", secret: "s" }).sign(
      request("{}"),
      { identity: "a1" },
      0,
    );
    expect(header(plain, "x-signature")).toBe((await hmacByHand("s", Buffer.from("{}"))).toString("hex"));
  });

  test("replaces the stale one of the capture, however it is spelled, and nothing else", () => {
    const captured = request("{}", [
      ["x-smartsupp-hmac", "old"],
      ["X-Other", "kept"],
      ["X-SMARTSUPP-HMAC", "older"],
    ]);
    const signed = createSigner({ kind: "smartsupp", secret: "s" }).sign(captured, { identity: "a1" }, 0);
    expect(signed.headers.map(([name]) => name)).toEqual(["X-Other", "X-Smartsupp-Hmac"]);
    expect(captured.headers).toHaveLength(3);
  });

  test.each([
    { kind: "smartsupp", secret: "" },
    { kind: "hmac-sha256", secret: "canary", header: "X Signature" },
    { kind: "hmac-sha256", secret: "canary", header: "X\r\nInjected" },
    { kind: "hmac-sha256", secret: "canary", prefix: "a\r\nb: c" },
  ] as const)("is not made with unusable options %#", (options) => {
    expect(() => createSigner(options)).toThrow(/^(?!.*canary)/);
    expect(() => createSigner(options)).toThrow(/secret|header|prefix/);
  });
});
