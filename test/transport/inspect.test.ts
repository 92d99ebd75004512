import { describe, expect, onTestFinished, test } from "vitest";
import { inspect } from "../../src/transport/inspect/inspect.ts";
import type { BodyFault, Inspection, InspectOptions } from "../../src/transport/inspect/types.ts";
import { serverFor } from "../replay/sending.ts";
import { answer } from "../support/fault-server.ts";
import { identityOf, testAuthority } from "../support/test-ca.ts";
import { atTimeLimit } from "../support/time-limit.ts";

async function inspected(url: string, options: Partial<InspectOptions> = {}): Promise<Inspection> {
  const inspection = await inspect(new URL(url), [["accept", "*/*"]], {
    timeoutMs: 20_000,
    connectTimeoutMs: 10_000,
    tls: { ca: testAuthority(), rejectUnauthorized: true, minVersion: "TLSv1.2" },
    signal: new AbortController().signal,
    ...options,
  });
  onTestFinished(() => inspection.close());
  return inspection;
}

describe("an exchange that is looked at", () => {
  test("tells the facts of every step", async () => {
    const server = await serverFor((reply) => reply.send(answer(200, "hello", ["X-A: 1", "X-A: 2"])), {
      tls: identityOf("server"),
    });
    const { addresses, connection, tls, fault, answer: got } = await inspected(`${server.url}/a?b=c`);
    expect(addresses).toEqual(["127.0.0.1"]);
    expect(connection).toMatchObject({ address: "127.0.0.1", port: server.port, failed: [] });
    expect(tls).toMatchObject({
      protocol: "TLSv1.3",
      certificate: {
        ...{ subject: "server", issuer: "chatx test authority", hasIssuer: true, namesIssuerUrl: false },
        names: "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1",
        validFromMs: Date.parse("2024-01-01T00:00:00Z"),
      },
    });
    expect(fault).toBeUndefined();
    expect(got?.headers.slice(0, 2)).toEqual([
      ["X-A", "1"],
      ["X-A", "2"],
    ]);
    expect(await textOf(got!.body)).toBe("hello");
    expect(server.requests[0]).toMatchObject({ method: "GET", target: "/a?b=c" });
  });

  test("sends nothing to a server that cannot be trusted, and still reads its certificate", async () => {
    const server = await serverFor((reply) => reply.send(answer(200)), { tls: identityOf("expired") });
    const { tls, fault } = await inspected(server.url);
    expect(fault).toMatchObject({ stage: "tls", code: "tls-expired" });
    expect(tls?.certificate.validToMs).toBe(Date.parse("2021-01-01T00:00:00Z"));
    expect(server.requests).toEqual([]);
  });

  test("ends before the connection where its addresses are not wanted", async () => {
    const server = await serverFor((reply) => reply.send(answer(200)));
    const { signal } = new AbortController();
    const tls = { rejectUnauthorized: true, minVersion: "TLSv1.2" } as const;
    const options = { timeoutMs: 5000, connectTimeoutMs: 5000, tls, signal };
    const result = await inspect(new URL(server.url), [], options, () => false);
    expect(result).toMatchObject({ addresses: ["127.0.0.1"] });
    expect(result.connection).toBeUndefined();
    expect(server.connections).toBe(0);
  });

  test("takes no more of a body than is read, and a little", async () => {
    let sent = 0;
    const piece = Buffer.alloc(65_536, "x");
    const server = await serverFor((reply) => {
      reply.send("HTTP/1.1 200 OK\r\n\r\n");
      const more = () => {
        sent += piece.length;
        if (!reply.socket.destroyed) reply.socket.write(piece, more);
      };
      more();
    });
    const { answer: got } = await inspected(server.url);
    let taken = 0;
    for await (const chunk of got!.body) {
      taken += chunk.length;
      // The network's own buffers hold some megabytes as well.
      expect(sent - taken).toBeLessThan(24 * 2 ** 20);
      await new Promise(setImmediate);
      if (taken > 100 * 2 ** 20) break;
    }
    await server.until(() => server.openConnections === 0);
  });

  test.each([
    ["a length that is not kept", "content-length: 10\r\n\r\nabc", "body-cut"],
    ["chunks without an end", "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n", "body-cut"],
    ["chunks of no size", "transfer-encoding: chunked\r\n\r\nzz\r\nabc\r\n", "malformed-answer"],
  ])("throws a fault at the end of what came of a body with %s", async (_, rest, code) => {
    const server = await serverFor((reply) => {
      reply.send(`HTTP/1.1 200 OK\r\n${rest}`);
      reply.end();
    });
    const { answer: got } = await inspected(server.url);
    const failure = await textOf(got!.body).catch((error: BodyFault) => error);
    expect(failure).toMatchObject({ code });
  });

  test("knows bytes that follow an answer", async () => {
    const server = await serverFor((reply) => reply.send(answer(200, "abc"), "def"));
    const { answer: got } = await inspected(server.url);
    expect(await textOf(got!.body)).toBe("abc");
    expect(got!.hasExtraBytes()).toBe(true);
  });

  test("times out while a head trickles", async () => {
    const server = await serverFor(async (reply) => {
      reply.send("HTTP/1.1 200 OK\r\n");
      while (!reply.socket.destroyed) await reply.trickle("x: y\r\n");
    });
    await atTimeLimit(async (timeoutMs) => {
      const { fault } = await inspected(server.url, { timeoutMs });
      expect(fault).toMatchObject({ stage: "answer", code: "answer-timeout" });
    });
    await server.until(() => server.openConnections === 0);
  });
});

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString("latin1");
}
