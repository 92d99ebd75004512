import { createServer } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { runInside } from "../../support/run-inside.ts";
import { certificatePath, identityOf } from "../../support/test-ca.ts";
import { document, json, SOUND, talk } from "./answers.ts";
import { checked, codesOf, serverFor } from "./checking.ts";

const TRUST = ["--cacert", certificatePath("ca.pem")];

describe("a sound endpoint", () => {
  test("behind TLS has nothing to hear but that it is local", async () => {
    const server = await serverFor((reply) => reply.send(json(SOUND)), { tls: identityOf("server") });
    const run = await runInside(["check", ...TRUST, `${server.url}/support-endpoint.json`]);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain(
      "0 errors, 1 warning: the answer will do, but Ferndesk cannot reach this address",
    );
    expect(run.stdout).toMatch(
      /ok {7}TLS {11}TLSv1\.3, certificate of server from chatx test authority, until 2123-12-31/,
    );
    expect(run.stdout).toMatch(/ok {7}schema {8}2 conversations/);
    expect(run.stdout).toMatch(
      /ok {7}meaning {7}3 messages, 2026-03-01T10:00:00Z to 2026-03-02T09:05:00Z, newest first/,
    );
  });

  test("of Node's own server, chunked and kept alive, is sound too", async () => {
    const server = createServer((_, response) => {
      response.setHeader("content-type", "application/json; charset=utf-8");
      response.write(SOUND.slice(0, 40));
      response.end(SOUND.slice(40));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const result = await checked(`http://127.0.0.1:${port}/x`);
    expect(codesOf(result)).toEqual(["check/url-http", "check/private-address"]);
    expect(result.verdict).toBe("ok");
  });

  test("may announce its answer by interim ones", async () => {
    const interim =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n";
    const server = await serverFor((reply) => reply.send(interim, json(SOUND)));
    const result = await checked(`${server.url}/x`);
    expect(result.verdict).toBe("ok");
    expect(result.steps.find(({ name }) => name === "status")?.facts).toMatchObject({
      status: 200,
      interim: [103],
    });
  });

  test("is asked once, by GET, with the query as it is and no header of its own", async () => {
    const server = await serverFor((reply) => reply.send(json(SOUND)));
    await checked(`${server.url}/a%20b/x.json?tag=a+b&tag=%C3%A4`);
    expect(server.requests).toHaveLength(1);
    const [request] = server.requests;
    expect(request).toMatchObject({ method: "GET", target: "/a%20b/x.json?tag=a+b&tag=%C3%A4" });
    expect(request?.headers.map(([name]) => name)).toEqual([
      "host",
      "connection",
      "user-agent",
      "accept",
      "accept-encoding",
    ]);
  });

  test("that heeds startDate is asked with it, without it, and with nonsense", async () => {
    const dated = ["2026-03-02T09:05:00Z", "2026-01-01T10:00:00Z"];
    const server = await serverFor((reply, { target }) => {
      const date = new URL(target, "http://x").searchParams.get("startDate") ?? "";
      const shown = dated.filter((time) => (/^\d{4}/.test(date) ? time >= date : true));
      reply.send(
        json(
          document(
            ...shown.map((time) =>
              talk(time, {
                lastMessageAt: time,
                messages: [{ id: time, role: "user", content: "Hello", createdAt: time }],
              }),
            ),
          ),
        ),
      );
    });
    const result = await checked(`${server.url}/x?startDate=2026-02-01`);
    expect(codesOf(result)).toEqual(["check/url-http", "check/private-address"]);
    expect(server.requests.map(({ target }) => target)).toEqual([
      "/x?startDate=2026-02-01",
      "/x",
      "/x?startDate=not-a-day",
    ]);
    expect(result.steps.at(-1)).toEqual({
      name: "start-date",
      outcome: "ok",
      facts: { date: "2026-02-01", with: 1, without: 2, older: 1 },
    });
  });

  test("in pieces of every size gives the same result", async () => {
    const text = SOUND.replace("parcel", "p\u{1f4e6}rcel");
    const head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    const results: unknown[] = [];
    for (const size of [1, 7, 64, 100_000]) {
      const bytes = Buffer.from(`\ufeff ${text}`);
      const server = await serverFor(async (reply) => {
        reply.send(head);
        for (let at = 0; at < bytes.length; at += size) {
          const piece = bytes.subarray(at, at + size);
          reply.send(`${piece.length.toString(16)}\r\n`, piece, "\r\n");
        }
        reply.send("0\r\n\r\n");
      });
      const result = await checked(`${server.url}/x`);
      results.push([codesOf(result), result.steps.find(({ name }) => name === "meaning")?.facts]);
    }
    expect(new Set(results.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(results[0]).toEqual([
      ["check/url-http", "check/private-address", "check/byte-order-mark"],
      { messages: 3, oldest: "2026-03-01T10:00:00Z", newest: "2026-03-02T09:05:00Z", order: "newest first" },
    ]);
  });
});
