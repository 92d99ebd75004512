import { createServer as createNetServer } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { sendJson } from "../../src/endpoint/http/answer.ts";
import { PathToken } from "../../src/endpoint/http/path-token.ts";
import { openServer } from "../../src/endpoint/http/server.ts";
import {
  DEFAULT_LIMITS,
  type Exchange,
  type OpenServer,
  type ServerLimits,
  type ServerOptions,
} from "../../src/endpoint/http/types.ts";
import { closedBy, openSocket, readUntil, sendRaw } from "../support/raw-http.ts";

const open: OpenServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close(0)));
});

interface Opened extends OpenServer {
  /** Targets of what reached `handle`. */
  readonly served: string[];
  readonly refused: string[];
  readonly errors: unknown[];
}

/** A server that answers with the length of the body. */
async function serverFor(
  options: Partial<Omit<ServerOptions, "limits">> & { limits?: Partial<ServerLimits> } = {},
): Promise<Opened> {
  const served: string[] = [];
  const refused: string[] = [];
  const errors: unknown[] = [];
  const handle = async (exchange: Exchange) => {
    served.push(exchange.target);
    const body = await exchange.readBody(1000);
    sendJson(exchange.response, 200, { bytes: body.length });
  };
  const server = await openServer({
    host: "127.0.0.1",
    port: 0,
    allowedHosts: ["127.0.0.1", "localhost"],
    handle,
    onRefused: (refusal) => refused.push(`${refusal.status} ${refusal.code}`),
    onError: (error) => errors.push(error),
    ...options,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
  });
  open.push(server);
  return Object.assign(server, { served, refused, errors });
}

const CLOSE = "Connection: close\r\n";

describe("what Node lets through", () => {
  const head = (rest: string, first = "GET / HTTP/1.1") => `${first}\r\n${rest}\r\n`;
  const cases: readonly (readonly [title: string, bytes: string, status: number, code: string])[] = [
    ["two Hosts", head("Host: localhost\r\nHost: localhost\r\n"), 400, "several-hosts"],
    ["no Host", head("Accept: */*\r\n"), 400, "no-host"],
    ["a Host that is none", head("Host: a b\r\n"), 400, "bad-host"],
    ["a Host with a path", head("Host: localhost/x\r\n"), 400, "bad-host"],
    [
      "HTTP/1.0 with a transfer coding",
      `${head("Host: localhost\r\nTransfer-Encoding: chunked\r\n", "POST / HTTP/1.0")}0\r\n\r\n`,
      400,
      "coding-in-http-1.0",
    ],
    [
      "a target that names another host",
      head("Host: localhost\r\n", "GET http://evil.example/ HTTP/1.1"),
      400,
      "foreign-target",
    ],
    [
      "a target with a user",
      head("Host: localhost\r\n", "GET http://a@localhost/ HTTP/1.1"),
      400,
      "foreign-target",
    ],
    [
      "a target of another scheme",
      head("Host: localhost\r\n", "GET ftp://localhost/ HTTP/1.1"),
      400,
      "bad-target",
    ],
    ["an asterisk", head("Host: localhost\r\n", "GET * HTTP/1.1"), 400, "bad-target"],
    ["CONNECT", head("Host: evil.example:443\r\n", "CONNECT evil.example:443 HTTP/1.1"), 405, "no-proxy"],
    ["a foreign Host", head("Host: evil.example\r\n"), 421, "foreign-host"],
    ["no Host in HTTP/1.0", head("", "GET / HTTP/1.0"), 421, "foreign-host"],
    ["a foreign Origin", head("Host: localhost\r\nOrigin: https://evil.example\r\n"), 403, "foreign-origin"],
    ["Origin null", head("Host: localhost\r\nOrigin: null\r\n"), 403, "foreign-origin"],
    [
      "another port's Origin",
      head("Host: localhost\r\nOrigin: http://localhost:3000\r\n"),
      403,
      "foreign-origin",
    ],
    ["a junk Expect", head("Host: localhost\r\nExpect: a miracle\r\n"), 417, "unknown-expectation"],
  ];
  test.each(cases)("is refused: %s", async (_, bytes, status, code) => {
    const server = await serverFor();
    const answer = await sendRaw(server.port, bytes.replace("\r\n\r\n", `\r\n${CLOSE}\r\n`));
    expect(answer.statuses).toEqual([status]);
    expect(JSON.parse(answer.body)).toEqual({ error: { code, message: expect.any(String) } });
    expect(answer.text).toMatch(/content-type: application\/json/i);
    expect(answer.text).toMatch(/x-content-type-options: nosniff/i);
    expect(answer.text).toMatch(/cache-control: no-store/i);
    expect(answer.text).not.toMatch(/access-control/i);
    expect(server.refused).toEqual([`${status} ${code}`]);
    expect(server.served).toEqual([]);
  });

  test("is taken in origin form where the target names this host", async () => {
    const server = await serverFor();
    await sendRaw(
      server.port,
      `GET http://localhost:${server.port}/a?b HTTP/1.1\r\nHost: localhost:${server.port}\r\n${CLOSE}\r\n`,
    );
    expect(server.served).toEqual(["/a?b"]);
  });

  test("passes with any Host and Origin where a secret guards the server", async () => {
    const server = await serverFor({ allowedHosts: "any" });
    const answer = await sendRaw(
      server.port,
      `GET / HTTP/1.1\r\nHost: tunnel.example\r\nOrigin: https://x.example\r\n${CLOSE}\r\n`,
    );
    expect(answer.statuses).toEqual([200]);
  });
});

describe("what is no request", () => {
  const junk: readonly (readonly [title: string, bytes: string | Uint8Array, statuses: number[]])[] = [
    ["a TLS hello", Buffer.from("16030100c8010000c403035f", "hex"), []],
    ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400]],
    ["zeros", Buffer.alloc(100), [400]],
    ["a lone LF", "GET / HTTP/1.1\nHost: localhost\n\n", [400]],
    ["a space before the colon", "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", [400]],
    ["a folded header", "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n", [400]],
    [
      "two lengths",
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      [400],
    ],
    [
      "a length and a coding",
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      [400],
    ],
    [
      "a broken chunk",
      "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      [400],
    ],
    ["a negative length", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", [400]],
    // Not even a token may hold it: a request line is ASCII.
    ["a byte above ASCII in the target", "GET /\u00e9 HTTP/1.1\r\nHost: localhost\r\n\r\n", [400]],
    ["an unknown version", "GET / HTTP/3.0\r\nHost: localhost\r\n\r\n", [400]],
  ];
  test.each(junk)("gets 400 or an end: %s", async (_, bytes, statuses) => {
    const server = await serverFor();
    const answer = await sendRaw(server.port, bytes);
    expect(answer.statuses).toEqual(statuses);
    expect(
      (await sendRaw(server.port, `GET / HTTP/1.1\r\nHost: localhost\r\n${CLOSE}\r\n`)).statuses,
    ).toEqual([200]);
    expect(server.errors).toEqual([]);
  });
});

describe("limits", () => {
  test.each([
    ["a long header", `X: ${"a".repeat(20_000)}\r\n`, "/", 431],
    ["many headers", "X: a\r\n".repeat(120), "/", 431],
    ["3,000 headers", "a:b\r\n".repeat(3000), "/", 431],
    ["a long target", "", `/${"a".repeat(9000)}`, 414],
    ["a target longer than all headers may be", "", `/${"a".repeat(100_000)}`, 431],
  ])("hold for %s", async (_, headers, target, status) => {
    const server = await serverFor();
    const answer = await sendRaw(
      server.port,
      `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${headers}${CLOSE}\r\n`,
    );
    expect(answer.statuses).toEqual([status]);
    expect(JSON.parse(answer.body).error.code).toMatch(
      /^(?:headers-too-large|too-many-headers|url-too-long)$/,
    );
  });

  const post = (rest: string) => `POST / HTTP/1.1\r\nHost: localhost\r\n${CLOSE}${rest}`;

  test("let a body of just the limit pass", async () => {
    const server = await serverFor();
    const answer = await sendRaw(server.port, post(`Content-Length: 1000\r\n\r\n${"a".repeat(1000)}`));
    expect(answer.body).toBe('{"bytes":1000}\n');
  });

  test("refuse a longer one by its stated length, and end the connection", async () => {
    const server = await serverFor();
    const answer = await sendRaw(
      server.port,
      post(`Content-Length: 5000000000\r\n\r\n${"a".repeat(2_000_000)}`),
    );
    expect(answer.statuses).toEqual([413]);
  });

  test("refuse a chunked one when it has become too long", async () => {
    const server = await serverFor();
    const chunk = `3e8\r\n${"a".repeat(1000)}\r\n`;
    const answer = await sendRaw(server.port, post(`Transfer-Encoding: chunked\r\n\r\n${chunk}${chunk}`));
    expect(answer.statuses).toEqual([413]);
  });

  test("send 100 Continue only for a body that is wanted", async () => {
    const server = await serverFor();
    const wanted = await openSocket(server.port);
    wanted.write(post("Content-Length: 3\r\nExpect: 100-continue\r\n\r\n"));
    await readUntil(wanted, /^HTTP\/1.1 100 Continue\r\n\r\n$/);
    wanted.write("abc");
    expect(await readUntil(wanted, /\{.*\}\n$/s)).toContain('{"bytes":3}');
    const unwanted = await sendRaw(server.port, post("Content-Length: 3000\r\nExpect: 100-continue\r\n\r\n"));
    expect(unwanted.statuses).toEqual([413]);
  });
});

describe("time", () => {
  const short = { headersTimeoutMs: 200, requestTimeoutMs: 300, idleTimeoutMs: 200, stallTimeoutMs: 5000 };

  test.each([
    ["that says nothing", ""],
    ["whose header does not end", "POST / HTTP/1.1\r\nHost: loc"],
    ["whose body does not end", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc"],
  ])("is up for a connection %s", async (_, bytes) => {
    const server = await serverFor({ limits: short });
    const answer = await sendRaw(server.port, bytes);
    expect(answer.statuses).toEqual([408]);
  });

  test("is up for a kept connection without a next request", async () => {
    const server = await serverFor({ limits: short });
    const answer = await sendRaw(server.port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    expect(answer.statuses).toEqual([200]);
  });

  test("is not lost on others: beside 500 slow connections a request is answered", async () => {
    const server = await serverFor({ limits: { headersTimeoutMs: 20_000, requestTimeoutMs: 20_000 } });
    const slow = await Promise.all(Array.from({ length: 500 }, () => openSocket(server.port)));
    for (const [index, socket] of slow.entries()) if (index % 2 === 0) socket.write("POST / HTTP/1.1\r\nHo");
    // The best of three: other tests take the processor now and then.
    const times: number[] = [];
    for (let count = 0; count < 3; count++) {
      const before = performance.now();
      const answer = await sendRaw(server.port, `GET / HTTP/1.1\r\nHost: localhost\r\n${CLOSE}\r\n`);
      times.push(performance.now() - before);
      expect(answer.statuses).toEqual([200]);
    }
    expect(Math.min(...times)).toBeLessThan(1000);
    for (const socket of slow) socket.destroy();
  });
});

describe("too many connections", () => {
  test("are told so; the ones there are go on", async () => {
    const server = await serverFor({ limits: { maxConnections: 2 } });
    const first = await openSocket(server.port);
    first.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\na");
    const second = await openSocket(server.port);
    second.write("POST / HTTP/1.1\r\nHost: loc");
    const third = await sendRaw(server.port, "");
    expect(third.statuses).toEqual([503]);
    expect(third.text).toMatch(/retry-after: 5/);
    first.write("bc");
    expect(await readUntil(first, /\}\n$/)).toContain('{"bytes":3}');
    second.destroy();
  });

  test("make room by ending what is only kept open", async () => {
    const server = await serverFor({ limits: { maxConnections: 2 } });
    for (let count = 0; count < 6; count++) {
      const kept = await openSocket(server.port);
      kept.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      expect(await readUntil(kept, /\}\n$/)).toContain("200 OK");
    }
    expect(server.refused).toEqual([]);
  });
});

describe("an exchange", () => {
  test("ends without an answer or an error when the client leaves in the body", async () => {
    let gone: (error: unknown) => void;
    const left = new Promise((resolve) => {
      gone = resolve;
    });
    const server = await serverFor({
      handle: async (exchange) => {
        exchange.signal.addEventListener("abort", () => gone(exchange.signal.reason));
        await exchange.readBody(1000);
      },
    });
    const socket = await openSocket(server.port);
    socket.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc", () =>
      socket.destroy(),
    );
    await left;
    expect(server.errors).toEqual([]);
    expect(server.refused).toEqual([]);
  });

  test("that fails is 500 without the reason, which goes to the log", async () => {
    const fault = new Error("the reason");
    const server = await serverFor({ handle: () => Promise.reject(fault) });
    const answer = await sendRaw(server.port, `GET / HTTP/1.1\r\nHost: localhost\r\n${CLOSE}\r\n`);
    expect(answer.statuses).toEqual([500]);
    expect(answer.text).not.toContain("the reason");
    expect(server.errors).toEqual([fault]);
  });
});

describe("the end", () => {
  test("closes idle connections at once and lets uploads end", async () => {
    const server = await serverFor();
    const idle = await Promise.all(Array.from({ length: 50 }, () => openSocket(server.port)));
    const uploads = await Promise.all(Array.from({ length: 10 }, () => openSocket(server.port)));
    for (const socket of uploads) {
      socket.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
      await readUntil(socket, /100 Continue/);
    }
    const closed = server.close(10_000);
    await Promise.all(idle.map(closedBy));
    await expect(openSocket(server.port)).rejects.toThrow(/ECONNREFUSED/);
    const answers = uploads.map((socket) => readUntil(socket, /\}\n$/));
    for (const socket of uploads) socket.write("abc");
    for (const answer of await Promise.all(answers)) {
      expect(answer).toContain('{"bytes":3}');
      expect(answer).toMatch(/connection: close/i);
    }
    await Promise.all([closed, ...uploads.map(closedBy)]);
  });

  test("cuts what is not done after the grace", async () => {
    const server = await serverFor();
    const socket = await openSocket(server.port);
    socket.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    await readUntil(socket, /100 Continue/);
    await Promise.all([server.close(50), closedBy(socket)]);
    expect(server.errors).toEqual([]);
  });
});

describe("a port", () => {
  test("that is taken is an error of the system's", async () => {
    const other = createNetServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    await expect(serverFor({ port })).rejects.toThrow(/EADDRINUSE/);
    other.close();
  });
});

describe("a token", () => {
  const token = "0123456789abcdef";
  async function guarded(): Promise<Opened> {
    const guard = new PathToken(token);
    return serverFor({
      allowedHosts: "any",
      handle: async (exchange) => sendJson(exchange.response, 200, { rest: guard.strip(exchange) }),
    });
  }
  const get = (path: string, headers = "") => `GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}${CLOSE}\r\n`;

  test.each([
    ["missing", "/", ""],
    ["too short", "/0123456789abcde", ""],
    ["too long", "/0123456789abcdef0", ""],
    ["right at its beginning only", "/0123456789abcdeX/x", ""],
    ["in another case", "/0123456789ABCDEF", ""],
    ["not ASCII, coded", "/0123456789abcde%C3%A9", ""],
    ["not ASCII, in a header", "/", "Authorization: Bearer 0123456789abcde\u00e9\r\n"],
    ["in the second segment", "/x/0123456789abcdef", ""],
    ["percent-coded", "/%30123456789abcdef", ""],
    ["in two headers", "/", `Authorization: Bearer ${token}\r\nAuthorization: Bearer ${token}\r\n`],
    ["wrong in the header", "/", "Authorization: Bearer no\r\n"],
    ["of another scheme", "/", `Authorization: Basic ${token}\r\n`],
  ])("that is %s is 401", async (_, path, headers) => {
    const server = await guarded();
    const answer = await sendRaw(server.port, get(path, headers));
    expect(answer.statuses).toEqual([401]);
    expect(JSON.parse(answer.body).error.code).toBe("wrong-token");
    expect(answer.text).not.toContain(token.slice(0, 8));
    expect(server.errors).toEqual([]);
  });

  test.each([
    [`/${token}`, "", "/"],
    [`/${token}/hooks?x=1`, "", "/hooks"],
    ["/hooks", `Authorization: Bearer ${token}\r\n`, "/hooks"],
  ])("that is right lets %s pass", async (path, headers, rest) => {
    const server = await guarded();
    expect(JSON.parse((await sendRaw(server.port, get(path, headers))).body)).toEqual({ rest });
  });

  test.each([
    ["short"],
    ["with a space in it ......"],
    ["with/a/slash/in/it/...."],
    ["......................"],
  ])("cannot be %s", (text) => {
    expect(() => new PathToken(text)).toThrow(/the token/);
  });
});
