import { describe, expect, test } from "vitest";
import { readTlsOptions, type TlsArguments } from "../../src/trust/tls-options.ts";
import { PATIENT, post, serverFor, told, transportFor } from "../replay/sending.ts";
import { answer } from "../support/fault-server.ts";
import { certificatePath, identityOf, type TestCertificate, testAuthority } from "../support/test-ca.ts";

const trusting: TlsArguments = { cacert: certificatePath("ca.pem") };

async function tlsTransport(options: TlsArguments, environment: Record<string, string> = {}) {
  return transportFor({ tls: readTlsOptions(options, environment).settings });
}

function tlsServer(certificate: TestCertificate, more: object = {}) {
  return serverFor((reply) => reply.send(answer(200, "ok")), {
    tls: { ...identityOf(certificate), ...more },
  });
}

describe("a server's certificate", () => {
  test("of the authority that --cacert names is taken", async () => {
    const server = await tlsServer("server");
    const transport = await tlsTransport(trusting);
    for (let turn = 0; turn < 3; turn++)
      expect(told(await transport.send(post(server.url), PATIENT))).toBe("200 ok");
    expect(told(await transport.send(post(server.url.replace("127.0.0.1", "localhost")), PATIENT))).toBe(
      "200 ok",
    );
  });

  test.each([
    ["expired", trusting, "tls-expired"],
    ["not-yet-valid", trusting, "tls-not-yet-valid"],
    ["wrong-name", trusting, "tls-wrong-name"],
    ["self-signed", trusting, "tls-self-signed"],
    ["unknown-root", trusting, "tls-unknown-root"],
    ["server", {}, "tls-unknown-root"],
  ] as const)("that is %s is refused for good, and nothing is sent", async (certificate, options, code) => {
    const server = await tlsServer(certificate);
    const transport = await tlsTransport(options);
    const result = await transport.send(post(server.url, "canary", [["authorization", "canary"]]), PATIENT);
    expect(told(result)).toBe(`${code} not-sent permanent`);
    expect(server.requests).toEqual([]);
    const insecure = await tlsTransport({ ...options, insecure: true });
    expect(told(await insecure.send(post(server.url), PATIENT))).toBe("200 ok");
  });

  test("is refused to all senders, also when they wait for one connection", async () => {
    const server = await tlsServer("wrong-name");
    const transport = await tlsTransport(trusting);
    const results = await Promise.all(
      Array.from({ length: 20 }, () => transport.send(post(server.url), PATIENT)),
    );
    expect(new Set(results.map(told))).toEqual(new Set(["tls-wrong-name not-sent permanent"]));
  });

  test("is checked even if NODE_TLS_REJECT_UNAUTHORIZED says no", async () => {
    const server = await tlsServer("self-signed");
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    try {
      const transport = await tlsTransport({}, { NODE_TLS_REJECT_UNAUTHORIZED: "0" });
      expect(told(await transport.send(post(server.url), PATIENT))).toBe(
        "tls-self-signed not-sent permanent",
      );
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
  });
});

describe("a TLS connection", () => {
  test("is not made with TLS 1.1", async () => {
    const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" };
    const server = await tlsServer("server", old);
    const transport = await tlsTransport({ ...trusting, insecure: true });
    expect(told(await transport.send(post(server.url), PATIENT))).toBe("tls-old-protocol not-sent permanent");
  });

  test("is not made with a server that speaks plain HTTP", async () => {
    const server = await serverFor((reply) => reply.send(answer(400)), {
      onConnection: (socket) => socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
    });
    const transport = await tlsTransport(trusting);
    const result = await transport.send(post(server.url.replace("http:", "https:")), PATIENT);
    expect(told(result)).toBe("tls-not-spoken not-sent permanent");
  });

  test.each(["TLSv1.2", "TLSv1.3"] as const)(
    "shows the client certificate that a server asks for: %s",
    async (version) => {
      const server = await tlsServer("server", {
        requestCert: true,
        rejectUnauthorized: true,
        ca: testAuthority(),
        minVersion: version,
        maxVersion: version,
      });
      const own = { cert: certificatePath("client.pem"), key: certificatePath("client.key") };
      const transport = await tlsTransport({ ...trusting, ...own });
      expect(told(await transport.send(post(server.url), PATIENT))).toBe("200 ok");
      const without = await tlsTransport(trusting);
      expect(await without.send(post(server.url), PATIENT)).toMatchObject({ kind: "fault" });
      expect(server.requests).toHaveLength(1);
    },
  );

  test("that is reset after the head is a cut body, as without TLS", async () => {
    const server = await serverFor(
      (reply) => {
        reply.socket.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc", () => reply.socket.destroy());
      },
      { tls: identityOf("server") },
    );
    const transport = await tlsTransport(trusting);
    expect(told(await transport.send(post(server.url), PATIENT))).toBe("body-cut unknown temporary");
  });
});
