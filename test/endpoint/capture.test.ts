import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { BodyBudget } from "../../src/endpoint/capture/body-budget.ts";
import { type CaptureOptions, openCapture } from "../../src/endpoint/capture/capture.ts";
import type { CaptureEvent } from "../../src/endpoint/capture/events.ts";
import { PathToken } from "../../src/endpoint/http/path-token.ts";
import { DEFAULT_LIMITS, type OpenServer } from "../../src/endpoint/http/types.ts";
import { realCalls } from "../../src/files/group-writer.ts";
import { inflateBody } from "../../src/input/inflate.ts";
import { RecordSplitter } from "../../src/input/records.ts";
import { openTransport } from "../../src/transport/undici-transport.ts";
import { createSigner, type SignatureKind } from "../../src/trust/sign.ts";
import { createVerifier } from "../../src/trust/verify.ts";
import { post } from "../soak/capture-kill.mjs";
import {
  answer,
  type FaultServer,
  type ReceivedRequest,
  type Reply,
  startFaultServer,
} from "../support/fault-server.ts";
import { closedBy, openSocket, readUntil, sendRaw } from "../support/raw-http.ts";
import { root } from "../support/run-chatx.ts";

const folder = mkdtempSync(join(tmpdir(), "chatx-capture-"));
const agent = new Agent({ keepAlive: true });
const open: { close(graceMs: number): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close(0)));
});

function fixtureText(path: string): string {
  return readFileSync(join(root, "fixtures", path), "utf8");
}

let files = 0;

interface Captured extends OpenServer {
  readonly path: string;
  readonly events: CaptureEvent[];
  until(kind: CaptureEvent["event"], count?: number): Promise<CaptureEvent[]>;
  /** The records in the file. */
  records(): Record<string, unknown>[];
}

async function capture(options: Partial<CaptureOptions> = {}): Promise<Captured> {
  const path = join(folder, `${++files}.jsonl`);
  const events: CaptureEvent[] = [];
  const waiting: (() => void)[] = [];
  const server = await openCapture({
    host: "127.0.0.1",
    port: 0,
    limits: DEFAULT_LIMITS,
    allowedHosts: "any",
    path,
    isDaily: false,
    isGzip: false,
    maxBodyBytes: 100_000,
    status: 200,
    isValidated: false,
    now: () => new Date("2026-01-31T12:00:00.000Z"),
    onEvent: (event) => {
      events.push(event);
      for (const check of waiting) check();
    },
    ...options,
  });
  open.push(server);
  const until = (kind: CaptureEvent["event"], count = 1) =>
    new Promise<CaptureEvent[]>((resolve) => {
      const check = () => {
        const found = events.filter(({ event }) => event === kind);
        if (found.length >= count) resolve(found);
      };
      waiting.push(check);
      check();
    });
  const records = () =>
    readFileSync(path, "utf8")
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  return Object.assign(server, { path, events, until, records });
}

function bytesOf(record: Record<string, unknown>): Buffer {
  return typeof record.body === "string"
    ? Buffer.from(record.body)
    : Buffer.from(record.bodyBase64 as string, "base64");
}

describe("what is stored", () => {
  test("are the bytes that came, whatever they are", async () => {
    const server = await capture();
    const text = fc
      .array(fc.integer({ min: 0, max: 0x10ffff }))
      .map((points) => Buffer.from(String.fromCodePoint(...points)));
    const special = [
      "",
      "{}",
      "[1,",
      "\ufeff{}",
      "a\r\nb\tc",
      "\u0000",
      "\u2028\u202e\u009b",
      "\ud83d\ude00",
    ];
    const bodies: Uint8Array[] = [
      ...fc.sample(fc.oneof(fc.uint8Array(), text), 200),
      ...special.map((one) => Buffer.from(one)),
      gzipSync("{}"),
      Buffer.from("eda080", "hex"),
    ];
    const statuses = await Promise.all(bodies.map((body) => post(agent, server.url, body)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
    const stored = server.records().map((record) => hash(bytesOf(record)));
    expect(stored.sort()).toEqual(bodies.map(hash).sort());
  });

  test("is a record that the input reads back, gzip body and all", async () => {
    const server = await capture({ isValidated: true });
    const payload = fixtureText("smartsupp/valid/offline-message.json");
    await post(agent, `${server.url}/a`, payload);
    await post(agent, `${server.url}/b`, gzipSync(payload), { "content-encoding": "gzip" });
    await post(agent, `${server.url}/c`, brotliCompressSync(payload), { "content-encoding": "br" });
    const splitter = new RecordSplitter("c", { maxRecordBytes: 1e6, inflate: inflateBody });
    const read = [...splitter.push(readFileSync(server.path))].map((record) => ({
      text: Buffer.from(record.bytes).toString(),
      capture: record.capture,
    }));
    expect(read.map(({ text }) => text)).toEqual([payload.trim(), payload.trim(), payload.trim()]);
    expect(read.map(({ capture: facts }) => facts)).toMatchObject([
      { method: "POST", url: "/a", receivedAt: "2026-01-31T12:00:00.000Z" },
      { method: "POST", url: "/b" },
      { method: "POST", url: "/c" },
    ]);
    const marks = server.records().map(({ chatx }) => chatx);
    expect(marks).toMatchObject([1, 2, 3].map(() => ({ examined: { verdict: "valid" } })));
  });

  test("has its headers in order, as sent, with credentials masked and signatures kept", async () => {
    const server = await capture();
    const secrets = [
      "Authorization: Bearer canary",
      "Cookie: a=canary",
      "X-Api-Key: canary",
      "X-Auth-Token: canary",
    ];
    const kept = [
      "X-Twice: 1",
      "x-twice: 2",
      "X-Smartsupp-Hmac: abc",
      "webhook-signature: v1,abc",
      "X-Author: me",
    ];
    await sendRaw(
      server.port,
      `POST /h?api_key=canary&x=1&flag&to%6ben=canary&key=canary HTTP/1.1\r\nHost: x\r\n${[...secrets, ...kept].join("\r\n")}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    );
    const [record] = server.records();
    expect(record!.url).toBe("/h?api_key=***&x=1&flag&to%6ben=***&key=***");
    expect(record!.headers).toEqual([
      ["Host", "x"],
      ...secrets.map((line) => [line.split(":")[0], "***"]),
      ...kept.map((line) => line.split(": ")),
      ["Connection", "close"],
      ["Content-Length", "0"],
    ]);
    expect(JSON.stringify([record, server.events])).not.toContain("canary");
  });

  test("says that it is a repeat, by the sender's id or by the same bytes", async () => {
    const server = await capture();
    await post(agent, server.url, "1", { "webhook-id": "m1" });
    await post(agent, server.url, "2", { "webhook-id": "m1" });
    await post(agent, server.url, "2");
    await post(agent, server.url, "3");
    await post(agent, server.url, "");
    await post(agent, server.url, "");
    expect(server.records().map(({ chatx }) => chatx)).toEqual([
      undefined,
      { duplicate: "webhook-id" },
      { duplicate: "body" },
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("is marked with its format and findings, sound or not", async () => {
    const server = await capture({ isValidated: true });
    const good = fixtureText("userlike/valid/conversation_ended.json");
    await post(agent, server.url, good);
    await post(agent, server.url, `[${good},${good}]`);
    await post(agent, server.url, fixtureText("smartsupp/invalid/channel-missing.json"));
    await post(agent, server.url, "{broken");
    await post(agent, server.url, "");
    await post(agent, server.url, gzipSync(Buffer.alloc(10_000_000)));
    const examined = server.records().map(({ chatx }) => (chatx as { examined: unknown }).examined);
    expect(examined).toMatchObject([
      { verdict: "valid", formats: ["userlike"] },
      { verdict: "valid", formats: ["userlike"] },
      {
        verdict: "invalid",
        formats: ["smartsupp"],
        findings: [{ severity: "error", pointer: expect.any(String) }],
      },
      { verdict: "invalid", formats: [], findings: [{ code: "json/syntax" }] },
      { verdict: "skipped", formats: [], findings: [] },
      { verdict: "skipped", formats: [], findings: [], partial: true },
    ]);
  });

  test.each([
    [201, '{"status":"stored"}\n'],
    [204, ""],
    [205, ""],
  ])("is answered %i where that is asked for", async (status, body) => {
    const server = await capture({ status });
    const got = await sendRaw(
      server.port,
      "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    );
    expect([got.statuses, got.body]).toEqual([[status], body]);
  });
});

describe("what is not stored", () => {
  test.each(["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"])(
    "another method: %s",
    async (method) => {
      const server = await capture();
      const got = await sendRaw(server.port, `${method} /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(got.statuses).toEqual([405]);
      expect(got.text).toMatch(/allow: POST/);
      expect(got.text).not.toMatch(/access-control/i);
      expect(server.records()).toEqual([]);
    },
  );

  test("a body above the limit; one of just the limit is", async () => {
    const server = await capture({ maxBodyBytes: 1000 });
    expect(await post(agent, server.url, Buffer.alloc(1000))).toBe(200);
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, k) =>
        post(agent, server.url, Buffer.alloc(1001), k % 2 === 0 ? { "transfer-encoding": "chunked" } : {}),
      ),
    );
    expect(new Set(results)).toEqual(new Set([413]));
    expect(server.records()).toHaveLength(1);
  });

  test("a body whose client leaves in the middle", async () => {
    const server = await capture();
    const socket = await openSocket(server.port);
    socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n");
    await readUntil(socket, /100 Continue/);
    await new Promise<void>((resolve) => socket.write("abc", () => resolve()));
    socket.destroy();
    expect(await post(agent, server.url, "next")).toBe(200);
    expect(server.records().map(({ body }) => body)).toEqual(["next"]);
    expect(server.events.map(({ event }) => event)).toEqual(["stored"]);
  });

  test.each<SignatureKind>(["standard-webhooks", "smartsupp", "hmac-sha256"])(
    "what is not signed as asked: %s",
    async (kind) => {
      const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
      const server = await capture({ verify: { kind, verifier: createVerifier({ kind, secret }) } });
      const body = Buffer.from('{"a":1}');
      const signer = createSigner({ kind, secret });
      const signed = signer.sign(
        { headers: [], body },
        { identity: "m1" },
        Date.parse("2026-01-31T12:00:00Z"),
      );
      const headers = Object.fromEntries(signed.headers);
      expect(await post(agent, server.url, body, headers)).toBe(200);
      expect(await post(agent, server.url, `${body} `, headers)).toBe(401);
      expect(await post(agent, server.url, body)).toBe(401);
      expect(server.records()).toMatchObject([{ body: '{"a":1}', chatx: { verified: kind } }]);
    },
  );

  test("what lacks the token, which stands nowhere in the records", async () => {
    const token = "canary-canary-canary";
    const server = await capture({ token: new PathToken(token) });
    expect(
      await post(agent, `${server.url}/${token}/hook?to=/${token}`, "1", {
        "x-original-uri": `/${token}/hook`,
      }),
    ).toBe(200);
    expect(await post(agent, `${server.url}/hook`, "2", { authorization: `Bearer ${token}` })).toBe(200);
    expect(await post(agent, `${server.url}/hook`, "3")).toBe(401);
    expect(server.records().map(({ url, body }) => [url, body])).toEqual([
      ["/hook?to=/***", "1"],
      ["/hook", "2"],
    ]);
    expect(JSON.stringify([server.records(), server.events])).not.toContain("canary");
  });
});

test("a client that ends its side behind the request is answered", async () => {
  const server = await capture();
  const socket = await openSocket(server.port);
  const answered = readUntil(socket, /"stored"/);
  socket.end("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
  expect(await answered).toContain("200 OK");
  await closedBy(socket);
  expect(server.records()).toMatchObject([{ body: "abc" }]);
});

test("bodies of the longest that is allowed are held, one at a time", () => {
  const budget = new BodyBudget(100 * 1024 * 1024);
  const [first, second] = [budget.open(), budget.open()];
  first.take(100 * 1024 * 1024);
  expect(() => second.take(1)).toThrow("too many bodies");
  first.giveBack();
  second.take(1);
  expect(() => new BodyBudget(1000).open().take(64 * 1024 * 1024)).not.toThrow();
});

describe("when storing fails", () => {
  test.each([
    ["ENOSPC", 507],
    ["EDQUOT", 507],
    ["EIO", 503],
  ])("with %s the answer is %i, never 2xx, and it recovers", async (code, status) => {
    let isFull = false;
    const server = await capture({
      fileCalls: {
        ...realCalls,
        write: (fd, bytes, offset) =>
          isFull
            ? Promise.reject(Object.assign(new Error(code), { code }))
            : realCalls.write(fd, bytes, offset),
      },
    });
    expect(await post(agent, server.url, "before")).toBe(200);
    isFull = true;
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, k) => post(agent, server.url, String(k))),
    );
    expect(new Set(results)).toEqual(new Set([status]));
    const health = await sendRaw(
      server.port,
      "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    );
    expect(health.statuses).toEqual([503]);
    isFull = false;
    // It failed the first time, so it is no repeat.
    expect(await post(agent, server.url, "7")).toBe(200);
    const healthy = await sendRaw(
      server.port,
      "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    );
    expect([healthy.statuses, healthy.body]).toEqual([[200], '{"status":"ok"}\n']);
    expect(server.records().map(({ body, chatx }) => [body, chatx])).toEqual([
      ["before", undefined],
      ["7", undefined],
    ]);
  });
});

describe("passing on", () => {
  async function forwarding(
    script: (reply: Reply, index: number, seen: ReceivedRequest) => void,
    options: Partial<CaptureOptions> = {},
  ): Promise<[Captured, FaultServer]> {
    const target = await startFaultServer((reply, seen, index) => script(reply, index, seen));
    open.push({ close: () => target.close() });
    const transport = await openTransport({ connections: 4 });
    return [await capture({ ...options, forward: { url: `${target.url}/in`, transport } }), target];
  }

  test("gives the same bytes and headers, without what belongs to this connection", async () => {
    const [server, target] = await forwarding((reply) => reply.send(answer(202)));
    const body = gzipSync('{"a":1}');
    await post(agent, `${server.url}/x`, body, {
      "content-encoding": "gzip",
      "content-type": "application/json",
      "webhook-signature": "v1,abc",
      authorization: "Bearer canary",
      cookie: "canary",
    });
    await server.until("forwarded");
    const [got] = target.requests;
    expect(got!.method + got!.target).toBe("POST/in");
    expect(got!.body.equals(body)).toBe(true);
    const headers = Object.fromEntries(got!.headers.map(([name, value]) => [name.toLowerCase(), value]));
    expect(headers).toMatchObject({ "content-encoding": "gzip", "webhook-signature": "v1,abc" });
    expect(headers.host).toBe(target.url.slice("http://".length));
    expect(JSON.stringify(headers)).not.toContain("canary");
  });

  test("keeps credentials and this server's own token from the other side", async () => {
    const token = "canary-canary-canary";
    const [server, target] = await forwarding((reply) => reply.send(answer(200)), {
      token: new PathToken(token),
    });
    await post(agent, `${server.url}/${token}/hook`, "1", {
      "x-api-key": "canary",
      "x-auth-token": "canary",
      "x-original-url": `/${token}/hook`,
      referer: `https://hooks.example.com/${token}/`,
      "x-smartsupp-hmac": "abc",
      "x-author": "me",
    });
    await server.until("forwarded");
    const [got] = target.requests;
    expect(JSON.stringify(got)).not.toContain("canary");
    const headers = Object.fromEntries(got!.headers.map(([name, value]) => [name.toLowerCase(), value]));
    expect(headers).toMatchObject({
      "x-original-url": "/***/hook",
      referer: "https://hooks.example.com/***/",
      "x-smartsupp-hmac": "abc",
      "x-author": "me",
    });
    expect(headers).not.toHaveProperty("x-api-key");
  });

  test("tries again, and what fails for good stays stored and is said", async () => {
    const [server] = await forwarding((reply, index) => reply.send(answer(index === 0 ? 503 : 400)));
    expect(await post(agent, server.url, "1")).toBe(200);
    const [failed] = await server.until("not-forwarded");
    expect(failed).toMatchObject({ reason: "it answered 400", attempts: 2 });
    expect(server.records()).toHaveLength(1);
  });

  test("to itself, by whatever way, ends after one round", async () => {
    const holder: { server?: Captured } = {};
    // Another server between the two: only what the request carries tells that it came back.
    const [server] = await forwarding(async (reply, _, seen) => {
      const { headers, body } = seen;
      const back = await post(
        agent,
        holder.server!.url,
        body,
        Object.fromEntries(headers.filter(([name]) => /via/i.test(name))),
      );
      reply.send(answer(back ?? 0));
    });
    holder.server = server;
    expect(await post(agent, server.url, "1", { via: "1.0 fred" })).toBe(200);
    expect(await server.until("not-forwarded")).toMatchObject([{ reason: "it answered 508", attempts: 1 }]);
    expect(server.records()).toHaveLength(1);
    expect(server.events).toContainEqual(expect.objectContaining({ event: "refused", code: "loop" }));
  });

  test("to nobody changes no answer", async () => {
    const transport = await openTransport({ connections: 4 });
    const server = await capture({ forward: { url: "http://127.0.0.1:1/", transport } });
    expect(await post(agent, server.url, "1")).toBe(200);
    await server.close(0);
    expect(server.events).toContainEqual(expect.objectContaining({ event: "not-forwarded" }));
    rmSync(server.path);
  });
});
