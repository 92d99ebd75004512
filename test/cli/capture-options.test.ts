import { networkInterfaces } from "node:os";
import { describe, expect, test } from "vitest";
import { leadsTo } from "../../src/cli/capture/leads-to.ts";
import { type CaptureFlags, prepareCapture } from "../../src/cli/capture/options.ts";

const DEFAULTS = {
  gzip: true,
  host: "127.0.0.1",
  port: "8080",
  headersTimeout: "10s",
  requestTimeout: "30s",
  idleTimeout: "5s",
  maxConnections: "1024",
  grace: "10s",
  maxBodyBytes: "1MiB",
  respond: "200",
} as const;

const ENV = {
  T: "canary",
  ODD: "canary!",
  TOKEN: "canary-canary-canary",
  WHSEC: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
};

function prepare(flags: Partial<CaptureFlags>) {
  return prepareCapture({ ...DEFAULTS, ...flags }, ENV);
}

describe("the options of chatx capture", () => {
  test.each<[string, Partial<CaptureFlags>, RegExp]>([
    ["no output", {}, /needs --out FILE or --out-dir DIR/],
    ["two outputs", { out: "a", outDir: "b" }, /exclude each other/],
    ["a compressed output", { out: "a.jsonl.gz" }, /never compressed/],
    ["a folder that cannot be", { outDir: "/dev/null/x" }, /cannot make/],
    ["a folder that is a file", { outDir: "/etc/passwd" }, /FileError: cannot make/],
    ["longer bodies than a record can hold", { out: "a", maxBodyBytes: "1GiB" }, /at most 250MiB/],
    ["another address", { out: "a", host: "0.0.0.0" }, /can be reached from other machines/],
    ["another address of IPv6", { out: "a", host: "::" }, /can be reached from other machines/],
    [
      "a name that may be anything",
      { out: "a", host: "127.0.0.1.example.com" },
      /reached from other machines/,
    ],
    ["a token on the command line", { out: "a", token: "canary-canary-canary" }, /env:NAME or file:PATH/],
    ["a short token", { out: "a", token: "env:T" }, /shorter than 16/],
    ["a variable that is not set", { out: "a", token: "env:NONE" }, /NONE is empty or not set/],
    ["no secret", { out: "a", verify: "smartsupp" }, /needs --verify-secret/],
    ["a secret without a kind", { out: "a", verifySecret: "env:T" }, /needs --verify/],
    ["an unknown kind", { out: "a", verify: "smartsup", verifySecret: "env:T" }, /--verify takes/],
    [
      "a secret of another kind",
      { out: "a", verify: "standard-webhooks", verifySecret: "env:ODD" },
      /Standard Webhooks/,
    ],
    [
      "a spelling where there is one only",
      { out: "a", verify: "smartsupp", verifySecret: "env:T", verifyPrefix: "sha256=" },
      /go with hmac-sha256 only/,
    ],
    ["a status that is none of success", { out: "a", respond: "302" }, /200 to 299/],
    ["another rotation", { out: "a", rotate: "weekly" }, /takes daily/],
    ["a size that is none", { out: "a", rotateSize: "big" }, /--rotate-size takes/],
    ["a port that is none", { out: "a", port: "65536" }, /up to 65535/],
    ["no connection at all", { out: "a", maxConnections: "0" }, /above zero/],
    ["no time at all", { out: "a", headersTimeout: "0s" }, /above zero/],
    ["more time than a timer has", { out: "a", grace: "25d" }, /at most 24h/],
    ["a name with a port", { out: "a", allowHost: ["a:80"] }, /without a port/],
  ])("are refused: %s", (_, flags, message) => {
    let said = "";
    try {
      prepare(flags);
    } catch (error) {
      said = `${(error as Error).name}: ${(error as Error).message} ${(error as { hint?: string }).hint}`;
    }
    expect(said).toMatch(message);
    expect(said).not.toContain("canary");
  });

  test("let others in with a token or a signature only, by whatever name then", () => {
    expect(prepare({ out: "a" }).capture.allowedHosts).toContain("localhost");
    expect(prepare({ out: "a", allowHost: ["X.example"] }).capture.allowedHosts).toContain("x.example");
    expect(prepare({ out: "a", host: "0.0.0.0", token: "env:TOKEN" }).capture.allowedHosts).toBe("any");
    const signed = prepare({ out: "a", host: "::", verify: "standard-webhooks", verifySecret: "env:WHSEC" });
    expect(signed.capture).toMatchObject({
      host: "::",
      allowedHosts: "any",
      verify: { kind: "standard-webhooks" },
    });
  });

  test.each(["localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]"])("take %s for this machine", (host) => {
    expect(prepare({ out: "a", host }).server.host).toBe(host.replace(/[[\]]/g, ""));
  });
});

describe("a URL that leads to this server", () => {
  test.each<[string, number]>([
    ["http://localhost:8080/", 8080],
    ["http://a.localhost:8080/", 8080],
    ["http://LOCALHOST.:8080/", 8080],
    ["http://127.0.0.1/", 80],
    ["http://127.1:80/", 80],
    ["http://127.0.0.2:8080/", 8080],
    ["http://[::1]:8080/", 8080],
    ["http://[::ffff:127.0.0.1]:8080/", 8080],
    ["http://0.0.0.0:8080/", 8080],
    ["http://[::]:8080/", 8080],
    ["https://127.0.0.1/", 443],
    ...Object.values(networkInterfaces())
      .flatMap((one) => one ?? [])
      .filter(({ family }) => family === "IPv4")
      .map(({ address }): [string, number] => [`http://${address}:8080/`, 8080]),
  ])("is known by any spelling: %s", async (url, port) => {
    expect(await leadsTo(new URL(url), "127.0.0.1", port)).toBe(true);
  });

  test.each([
    ["http://localhost:8081/", 8080],
    ["http://localhost/", 8080],
    ["http://192.0.2.1:8080/", 8080],
    ["http://name.invalid:8080/", 8080],
    ["http://localhost:8080/", 0],
  ])("is not %s", async (url, port) => {
    expect(await leadsTo(new URL(url), "127.0.0.1", port)).toBe(false);
  });
});
