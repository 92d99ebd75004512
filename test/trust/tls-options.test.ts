import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { readTlsOptions } from "../../src/trust/tls-options.ts";
import { certificatePath, identityOf } from "../support/test-ca.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "chatx-tls-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

function fileWith(content: string, mode = 0o600): string {
  const path = join(folder(), "file.pem");
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

/** A copy that only we can read, whatever the mode in the checkout is. */
function clientKey(mode = 0o600): string {
  const path = join(folder(), "client.key");
  copyFileSync(certificatePath("client.key"), path);
  chmodSync(path, mode);
  return path;
}

describe("the TLS options", () => {
  test("check certificates with the built-in authorities by default", () => {
    expect(readTlsOptions({}, {})).toEqual({
      settings: { rejectUnauthorized: true, minVersion: "TLSv1.2" },
      warnings: [],
    });
  });

  test("warn of --insecure, and of the variable that would mean the same and is ignored", () => {
    const insecure = readTlsOptions({ insecure: true }, { NODE_TLS_REJECT_UNAUTHORIZED: "0" });
    expect(insecure.settings.rejectUnauthorized).toBe(false);
    expect(insecure.warnings).toEqual([expect.stringMatching(/^--insecure/)]);
    const left = readTlsOptions({}, { NODE_TLS_REJECT_UNAUTHORIZED: "0" });
    expect(left.settings.rejectUnauthorized).toBe(true);
    expect(left.warnings).toEqual([
      expect.stringMatching(/^NODE_TLS_REJECT_UNAUTHORIZED=0 is .*--insecure turns/),
    ]);
    const without = readTlsOptions({}, { NODE_TLS_REJECT_UNAUTHORIZED: "0" }, false);
    expect(without.warnings).toEqual([
      "NODE_TLS_REJECT_UNAUTHORIZED=0 is ignored, certificates are checked; --cacert trusts one of your own",
    ]);
  });

  test("take an own certificate with its key, from two files or one", () => {
    const { cert, key } = identityOf("client");
    const two = readTlsOptions({ cert: certificatePath("client.pem"), key: clientKey() }, {});
    expect(two).toMatchObject({ settings: { cert, key }, warnings: [] });
    const one = readTlsOptions({ cert: fileWith(`${key}${cert}`) }, {});
    expect(one.settings.key).toContain("PRIVATE KEY");
  });

  test.skipIf(process.platform === "win32")("warn of a key that others can read", () => {
    const { warnings } = readTlsOptions({ cert: certificatePath("client.pem"), key: clientKey(0o644) }, {});
    expect(warnings).toEqual([expect.stringMatching(/can be read by others; chmod 600/)]);
  });

  test("take an authority file with several certificates and text between them", () => {
    const ca = readFileSync(certificatePath("ca.pem"), "utf8");
    const cacert = fileWith(`# ours\n${ca}\n# again\n${ca}`);
    expect(readTlsOptions({ cacert }, {}).settings.ca).toContain("# again");
  });

  const certificate = certificatePath("client.pem");
  test.each([
    [
      "a file that is not there",
      () => ({ cacert: "/nonexistent/ca.pem" }),
      /cannot read \/nonexistent\/ca.pem \(ENOENT\)/,
    ],
    ["no certificate", () => ({ cacert: fileWith("canary") }), /holds no certificate/],
    [
      "a damaged certificate",
      () => ({ cacert: fileWith("-----BEGIN CERTIFICATE-----\nY2FuYXJ5\n-----END CERTIFICATE-----") }),
      /certificate 1 in .* cannot be read/,
    ],
    ["a key without a certificate", () => ({ key: clientKey() }), /--key needs --cert/],
    ["a certificate without a key", () => ({ cert: certificate }), /holds no private key/],
    [
      "a key of another certificate",
      () => ({ cert: certificate, key: certificatePath("server.key") }),
      /do not belong together/,
    ],
    [
      "a damaged key",
      () => ({
        cert: certificate,
        key: fileWith("-----BEGIN PRIVATE KEY-----\nY2FuYXJ5\n-----END PRIVATE KEY-----\n"),
      }),
      /damaged/,
    ],
    ["an encrypted key", () => ({ cert: certificate, key: fileWith(ENCRYPTED_KEY) }), /it is encrypted/],
  ])("refuse %s and do not show it", (_, options, message) => {
    expect(() => readTlsOptions(options(), {})).toThrow(message);
    expect(() => readTlsOptions(options(), {})).toThrow(/^(?!.*(canary|Y2FuYXJ5))/);
  });
});

/** Made by `openssl genpkey -algorithm ed25519 -aes256 -pass pass:test`; protects nothing. */
const ENCRYPTED_KEY = `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgMJF+veJXvJAICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEDzkg4qkBuu6pQ2o0sPVAV4EQF4E
Y3TbektOLHdNRYoFSTslFrFh33slxAAXBHNzvfEkVBwWiB8UC0Lkfzq7elU3/i+d
4pjfI33HgHn3VYz6A2c=
-----END ENCRYPTED PRIVATE KEY-----
`;
