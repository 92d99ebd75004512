import { rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { acceptsGzip } from "../../../src/endpoint/serve/accepted-coding.ts";
import { timeZone } from "../../../src/model/time.ts";
import { BEGIN, hookLines, hookText } from "../../cli/payloads.ts";
import { closedBy, openSocket, readUntil, sendRaw } from "../../support/raw-http.ts";
import { folder, openSupport, openUnread, type Support, type SupportSetup, served } from "./support.ts";

const DAY = 86_400_000;

function hooksFile(count: number, dir = folder()): string {
  const path = join(dir, "hooks.jsonl");
  writeFileSync(
    path,
    hookLines(count, (k) => ({ sentAt: BEGIN + k * DAY })),
  );
  return path;
}

function ofHooks(count: number, setup: SupportSetup = {}): Promise<Support> {
  return openSupport([hooksFile(count)], setup);
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}

function portOf({ url }: Support): number {
  return Number(new URL(url).port);
}

/** As `fetch`, which decides over Host, Origin and Accept-Encoding by itself. */
function askWith(
  url: string,
  headers: Record<string, string>,
  method = "GET",
): Promise<Answer & { bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const bytes = Buffer.concat(chunks);
        const entries = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
        const all = new Headers(entries as [string, string][]);
        resolve({ status: response.statusCode!, headers: all, text: bytes.toString("utf8"), bytes });
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}

describe("startDate and limit", () => {
  test("give what a filter over all conversations gives", async () => {
    const { url } = await ofHooks(60);
    const all = await served(url);
    expect(all).toHaveLength(60);
    await fc.assert(
      fc.asyncProperty(
        fc.option(fc.integer({ min: -3, max: 63 })),
        fc.option(fc.integer({ min: 1, max: 70 })),
        async (day, limit) => {
          const start = day === null ? undefined : new Date(BEGIN + day * DAY).toISOString().slice(0, 10);
          const query = new URLSearchParams();
          if (start !== undefined) query.set("startDate", start);
          if (limit !== null) query.set("limit", String(limit));
          const wanted = all
            .filter(({ lastMessageAt }) => start === undefined || lastMessageAt >= start)
            .slice(0, limit ?? all.length);
          expect(await served(url, `?${query}`)).toEqual(wanted);
        },
      ),
      { numRuns: 25 },
    );
  });

  test("the day begins in the time zone of --time-zone", async () => {
    const path = join(folder(), "hook.json");
    // 23:00:20 in UTC, past midnight in Berlin.
    writeFileSync(path, hookText({ sentAt: Date.UTC(2026, 0, 30, 23) }));
    const zone = timeZone("Europe/Berlin");
    const utc = await openSupport([path]);
    const berlin = await openSupport([path], { settings: { zone, zoneIsGiven: true } });
    expect(await served(utc.url, "?startDate=2026-01-31")).toEqual([]);
    expect(await served(berlin.url, "?startDate=2026-01-31")).toHaveLength(1);
  });

  test("no answer has more than --limit conversations, whatever is asked for", async () => {
    const { url } = await ofHooks(20, { limit: 7 });
    const [newest] = await served(url);
    expect(newest?.id).toBe("smartsupp-4711-20");
    for (const query of ["", "?limit=8", "?limit=999999999999999", "?startDate=2000-01-01"]) {
      expect(await served(url, query)).toHaveLength(7);
    }
    expect(await served(url, "?limit=3")).toHaveLength(3);
  });

  test("nothing to give is an empty list", async () => {
    const { url } = await ofHooks(3);
    const { status, text } = await ask(`${url}?startDate=2099-01-01`);
    expect([status, text]).toEqual([200, '{"conversations":[]}\n']);
  });
});

describe("what is wrong is answered in JSON", () => {
  const cases: readonly [what: string, path: string, init: RequestInit, status: number, code: string][] = [
    ["no day", "/support-endpoint.json?startDate=yesterday", {}, 400, "bad-start-date"],
    ["a day that does not exist", "/support-endpoint.json?startDate=2026-02-30", {}, 400, "bad-start-date"],
    ["an empty day", "/support-endpoint.json?startDate=", {}, 400, "bad-start-date"],
    ["a time", "/support-endpoint.json?startDate=2026-01-01T00:00:00Z", {}, 400, "bad-start-date"],
    [
      "two days",
      "/support-endpoint.json?startDate=2026-01-01&startDate=2026-01-02",
      {},
      400,
      "repeated-parameter",
    ],
    ["limit 1e9", "/support-endpoint.json?limit=1e9", {}, 400, "bad-limit"],
    ["limit 0", "/support-endpoint.json?limit=0", {}, 400, "bad-limit"],
    ["limit -1", "/support-endpoint.json?limit=-1", {}, 400, "bad-limit"],
    ["an unknown name", "/support-endpoint.json?startdate=2026-01-01", {}, 400, "unknown-parameter"],
    ["__proto__", "/support-endpoint.json?__proto__=1", {}, 400, "unknown-parameter"],
    ["another path", "/", {}, 404, "not-found"],
    ["a path beyond", "/support-endpoint.json/x", {}, 404, "not-found"],
    ["an encoded path", "/support-endpoint%2ejson", {}, 404, "not-found"],
    ["POST", "/support-endpoint.json", { method: "POST", body: "{}" }, 405, "wrong-method"],
    ["PUT", "/support-endpoint.json", { method: "PUT", body: "{}" }, 405, "wrong-method"],
    ["DELETE", "/healthz", { method: "DELETE" }, 405, "wrong-method"],
    ["OPTIONS, as a page asks before", "/support-endpoint.json", { method: "OPTIONS" }, 405, "wrong-method"],
  ];

  test.each(cases)("%s", async (_, path, init, status, code) => {
    const { server } = await ofHooks(2);
    const answer = await ask(`${server.url}${path}`, init);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject({ error: { code, message: expect.any(String) } });
    expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    if (status === 405) expect(answer.headers.get("allow")).toBe("GET, HEAD");
  });

  test.each([
    "/../etc/passwd",
    "/support-endpoint.json/../x",
    "//support-endpoint.json",
    "/%2e%2e/x",
    "/..%2f",
  ])("the path %s, as it stands", async (path) => {
    const support = await ofHooks(1);
    const raw = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`;
    const { statuses, body } = await sendRaw(portOf(support), raw);
    expect(statuses).toEqual([404]);
    expect(JSON.parse(body)).toMatchObject({ error: { code: "not-found" } });
  });

  test("a foreign Host or Origin, which is how a page would read what only this machine may", async () => {
    const { url } = await ofHooks(1);
    for (const [headers, status] of [
      [{ host: "evil.example" }, 421],
      [{ host: "evil.example", origin: "http://evil.example" }, 421],
      [{ origin: "http://evil.example" }, 403],
      [{ origin: "null" }, 403],
      [{ host: new URL(url).host }, 200],
      [{ host: `localhost:${new URL(url).port}` }, 200],
    ] as const) {
      const answer = await askWith(url, headers);
      expect(answer.status).toBe(status);
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  test("everything, until the inputs have been read", async () => {
    const { url, server } = await openUnread([hooksFile(2)]);
    const early = await ask(url);
    expect(early.status).toBe(503);
    expect(early.headers.get("retry-after")).toBe("5");
    expect((await ask(`${server.url}/healthz`)).status).toBe(503);
    await server.readInputs();
    expect((await ask(url)).status).toBe(200);
  });
});

describe("HEAD, ETag and gzip", () => {
  test("HEAD has the headers of GET, and no body", async () => {
    const { url } = await ofHooks(5);
    const get = await ask(url);
    const head = await ask(url, { method: "HEAD" });
    expect(head.text).toBe("");
    for (const name of ["content-type", "etag", "cache-control", "vary", "x-content-type-options"]) {
      expect(head.headers.get(name)).toBe(get.headers.get(name));
    }
    expect(get.headers.get("etag")).toMatch(/^W\/"[\w-]{22}"$/);
    expect(get.headers.get("vary")).toBe("Accept-Encoding");
  });

  test("an ETag that is known costs no body", async () => {
    const { url } = await ofHooks(5);
    const etag = (await ask(url)).headers.get("etag")!;
    for (const known of [etag, etag.slice(2), `"other", ${etag}`, "*"]) {
      const { status, text } = await ask(url, { headers: { "if-none-match": known } });
      expect([status, text]).toEqual([304, ""]);
    }
    for (const unknown of ['"other"', 'W/"other"', ""]) {
      expect((await ask(url, { headers: { "if-none-match": unknown } })).status).toBe(200);
    }
  });

  test("an ETag names what the answer says: over restarts, but not over changes", async () => {
    const dir = folder();
    const path = hooksFile(5, dir);
    const etagOf = async (setup: SupportSetup = {}, query = "") =>
      (await ask(`${(await openSupport([path], setup)).url}${query}`)).headers.get("etag");
    const first = await etagOf();
    expect(await etagOf()).toBe(first);
    expect(await etagOf({ settings: { agentRole: "support_agent" } })).not.toBe(first);
    expect(await etagOf({}, "?limit=4")).not.toBe(first);
    expect(await etagOf({}, "?startDate=2000-01-01")).toBe(first);
    writeFileSync(
      path,
      hookLines(5, (k) => ({ sentAt: BEGIN + k * DAY, text: k === 2 ? "Other" : "Hello" })),
    );
    expect(await etagOf()).not.toBe(first);
  });

  test("gzip for those who take it, the same text for all", async () => {
    const { url } = await ofHooks(50);
    const plain = await askWith(url, {});
    const packed = await askWith(url, { "accept-encoding": "br, gzip" });
    expect(plain.headers.get("content-encoding")).toBeNull();
    expect(packed.headers.get("content-encoding")).toBe("gzip");
    expect(packed.bytes.length).toBeLessThan(plain.bytes.length / 3);
    expect(gunzipSync(packed.bytes).equals(plain.bytes)).toBe(true);
    expect(packed.headers.get("etag")).toBe(plain.headers.get("etag"));
  });

  test.each([
    ["gzip", true],
    ["GZIP;q=0.5", true],
    ["*", true],
    ["x-gzip", true],
    ["gzip, identity;q=0.5", true],
    ["gzip;q=0", false],
    ["gzip;q=0.0, *", false],
    ["identity, gzip;q=0.5", false],
    ["br, deflate", false],
    ["", false],
    ["gzip;q=nonsense", false],
    [undefined, false],
  ])("Accept-Encoding %s", (header, isAccepted) => {
    expect(acceptsGzip(header)).toBe(isAccepted);
  });
});

describe("--token", () => {
  const token = "0123456789abcdef";

  test("is a part of the path, and without it there is nothing", async () => {
    const { server } = await ofHooks(3, { token });
    expect(await served(`${server.url}/${token}/support-endpoint.json`)).toHaveLength(3);
    const wrong = [
      "/support-endpoint.json",
      `/${token}x/support-endpoint.json`,
      `/${token.slice(1)}/support-endpoint.json`,
      "/%c3%bc/support-endpoint.json",
      "//support-endpoint.json",
    ];
    for (const path of wrong) {
      const { status, text } = await ask(`${server.url}${path}`);
      expect([path, status]).toEqual([path, 401]);
      expect(text).not.toContain(token);
    }
    expect((await ask(`${server.url}/${token}/other`)).status).toBe(404);
  });

  test("hides what /healthz counts from those who do not know it", async () => {
    const { server } = await ofHooks(3, { token });
    expect(JSON.parse((await ask(`${server.url}/healthz`)).text)).toEqual({ status: "ok" });
    expect(JSON.parse((await ask(`${server.url}/${token}/healthz`)).text)).toMatchObject({
      conversations: 3,
    });
  });
});

test("/healthz tells what is served", async () => {
  const { server } = await ofHooks(3);
  expect(JSON.parse((await ask(`${server.url}/healthz`)).text)).toEqual({
    status: "ok",
    conversations: 3,
    newest: "2024-05-03T10:00:20.000Z",
    files: 1,
    findings: 0,
  });
});

describe("a file that changes under an answer", () => {
  test("is a 500 before the first byte, and the others are still served", async () => {
    const dir = folder();
    const path = hooksFile(3, dir);
    const { url, errors } = await openSupport([path]);
    rmSync(path);
    const { status, text } = await ask(url);
    expect(status).toBe(500);
    expect(JSON.parse(text)).toMatchObject({ error: { code: "source-changed" } });
    expect(String(errors[0])).toContain("hooks.jsonl");
    expect(await served(url, "?startDate=2099-01-01")).toEqual([]);
  });

  test("with other bytes in the same place is not taken for what was indexed", async () => {
    const path = hooksFile(3);
    const { url } = await openSupport([path]);
    writeFileSync(
      path,
      hookLines(3, (k) => ({ sentAt: BEGIN + k * DAY, text: "Tampe" })),
    );
    expect((await ask(url)).status).toBe(500);
  });

  test.each([undefined, "gzip"])(
    "cuts an answer that has begun: nobody takes it for whole (%s)",
    async (coding) => {
      const dir = folder();
      const long = "x".repeat(20_000);
      const write = (name: string, from: number) => {
        const path = join(dir, name);
        writeFileSync(
          path,
          hookLines(40, (k) => ({ id: from - k, sentAt: BEGIN + (from - k) * DAY, text: long })),
        );
        return path;
      };
      const [newer, older] = [write("newer.jsonl", 1000), write("older.jsonl", 100)];
      const { url } = await openSupport([newer, older]);
      rmSync(older);
      const headers: Record<string, string> = coding === undefined ? {} : { "accept-encoding": coding };
      await expect(askWith(url, headers)).rejects.toThrow(/aborted|hang up|reset/);
    },
  );
});

describe("clients of all kinds", () => {
  const many = () => {
    const path = join(folder(), "many.jsonl");
    const text = "Lorem ipsum dolor sit amet. ".repeat(300);
    writeFileSync(
      path,
      hookLines(1500, (k) => ({ sentAt: BEGIN + k * 1000, text })),
    );
    return openSupport([path]);
  };

  test("one that reads nothing holds back the answer, not the others, and fills no memory", async () => {
    const support = await many();
    collectGarbage();
    const before = process.memoryUsage();
    const slow = await Promise.all(Array.from({ length: 4 }, () => openSocket(portOf(support))));
    for (const socket of slow) {
      socket.pause();
      socket.write("GET /support-endpoint.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    }
    // 70 MB are asked for; each of these answers is whole.
    for (let k = 0; k < 3; k++) expect(await served(support.url, "?limit=500")).toHaveLength(500);
    // What the answers that were read have left behind goes with time; what is held for the others would stay.
    const held = () => {
      collectGarbage();
      return process.memoryUsage().arrayBuffers - before.arrayBuffers;
    };
    await expect.poll(held, { timeout: 20_000 }).toBeLessThan(30e6);
    for (const socket of slow) socket.destroy();
  });

  test("one that goes away in the middle is no error", async () => {
    const support = await many();
    for (let k = 0; k < 5; k++) {
      const socket = await openSocket(portOf(support));
      socket.write("GET /support-endpoint.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
      await readUntil(socket, /smartsupp-4711/);
      socket.destroy();
      await closedBy(socket);
    }
    expect(await served(support.url, "?limit=10")).toHaveLength(10);
    expect(support.errors).toEqual([]);
  });

  test("500 that never end their requests: others are answered meanwhile, and they are let go in time", async () => {
    const limits = { headersTimeoutMs: 2000, requestTimeoutMs: 2000, idleTimeoutMs: 2000 };
    const support = await ofHooks(20, { limits });
    const slow = await Promise.all(Array.from({ length: 500 }, () => openSocket(portOf(support))));
    for (const [k, socket] of slow.entries())
      if (k % 2 === 0) socket.write("GET /support-endpoint.json HTTP/1.1\r\nHo");
    expect(await served(support.url)).toHaveLength(20);
    await Promise.all(slow.map(closedBy));
    expect(await served(support.url)).toHaveLength(20);
    expect(support.errors).toEqual([]);
  });

  test.each([
    ["a TLS hello", Buffer.from("16030100a5010000a10303", "hex")],
    ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["junk", Buffer.from([0, 1, 2, 255, 254, 10, 13, 10])],
    ["two hosts", "GET /support-endpoint.json HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n"],
    ["another host's target", "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    [
      "HTTP/1.0 with a coding",
      "GET / HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    [
      "an unknown expectation",
      "GET / HTTP/1.1\r\nHost: localhost\r\nExpect: cake\r\nConnection: close\r\n\r\n",
    ],
    ["20 KB of header", `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(20_000)}\r\n\r\n`],
    [
      "a target of 100 KB",
      `GET /${"x".repeat(10_000)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    ],
  ])("%s is refused or cut, and nothing is served", async (_, bytes) => {
    // Where the answer leaves the connection open, the server ends it when it has been idle.
    const support = await ofHooks(1, { limits: { idleTimeoutMs: 200 } });
    const { statuses, text } = await sendRaw(portOf(support), bytes);
    for (const status of statuses) expect([400, 414, 417, 431, 505]).toContain(status);
    expect(text).not.toContain("smartsupp-4711");
    expect(await served(support.url)).toHaveLength(1);
  });

  test("many at once get the same", async () => {
    const { url } = await ofHooks(300);
    const texts = await Promise.all(Array.from({ length: 30 }, () => ask(url).then(({ text }) => text)));
    expect(new Set(texts).size).toBe(1);
  });

  test("HTTP/1.0, where the end of an answer is the end of the connection", async () => {
    const support = await ofHooks(3);
    const { statuses, body } = await sendRaw(portOf(support), "GET /support-endpoint.json HTTP/1.0\r\n\r\n");
    // Without Host nobody can tell that the request was meant for us.
    expect(statuses).toEqual([421]);
    const named = "GET /support-endpoint.json HTTP/1.0\r\nHost: localhost\r\n\r\n";
    const answer = await sendRaw(portOf(support), named);
    expect(answer.statuses).toEqual([200]);
    expect(JSON.parse(answer.body).conversations).toHaveLength(3);
    expect(body).toContain("foreign-host");
  });
});
