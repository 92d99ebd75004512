import { getEventListeners } from "node:events";
import { createServer, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { impatient, PATIENT, post, serverFor, told, transportFor } from "../replay/sending.ts";
import { answer, closedPort } from "../support/fault-server.ts";
import { atTimeLimit } from "../support/time-limit.ts";

describe("a request", () => {
  test("reaches the server as it is, byte for byte, and asks for no compression", async () => {
    const server = await serverFor((reply) => reply.send(answer(200)));
    const transport = await transportFor();
    const body = Buffer.from(`{"text":"${"\u{1f642}\u00fc\u4e16".repeat(100_000)}"}`);
    const request = post(`${server.url}/a%2Fb/%C3%BC?x=%20y&z#part`, body, [
      ["Accept-Encoding", "gzip, br"],
      ["Content-Length", "3"],
      ["X-Twice", "1"],
      ["X-Twice", "2"],
    ]);
    await transport.send(request, PATIENT);
    const [received] = server.requests;
    expect(received?.target).toBe("/a%2Fb/%C3%BC?x=%20y&z");
    expect(received?.body.equals(body)).toBe(true);
    expect(received?.headers.filter(([name]) => !/^(host|connection)$/.test(name))).toEqual([
      ["accept-encoding", "identity"],
      ["content-type", "application/json"],
      ["X-Twice", "1"],
      ["X-Twice", "2"],
      ["content-length", String(body.length)],
    ]);
  });

  test.each(["GET", "DELETE", "PUT", "PATCH", "M-SEARCH"])("may have the method %s", async (method) => {
    const server = await serverFor((reply) => reply.send(answer(200)));
    const transport = await transportFor();
    await transport.send({ ...post(server.url, "x"), method }, PATIENT);
    await transport.send({ ...post(server.url, ""), method }, PATIENT);
    expect(server.requests.map(({ method: sent, body }) => [sent, body.toString()])).toEqual([
      [method, "x"],
      [method, ""],
    ]);
  });

  test("takes the Host header that the user gives", async () => {
    const server = await serverFor((reply) => reply.send(answer(200)));
    const transport = await transportFor();
    await transport.send(post(server.url, "", [["Host", "staging.example.com"]]), PATIENT);
    expect(server.requests[0]?.headers.filter(([name]) => name.toLowerCase() === "host")).toEqual([
      ["host", "staging.example.com"],
    ]);
  });

  test.each([
    ["a line end in a header", { headers: [["x-a", "b\r\nx-c: canary"]] }],
    ["a NUL in a header", { headers: [["x-a", "canary\0"]] }],
    ["a character beyond Latin-1", { headers: [["x-a", "canary\u010a"]] }],
    ["a header name with a space", { headers: [["x a", "canary"]] }],
    ["a framing header", { headers: [["transfer-encoding", "chunked"]] }],
    [
      "two hosts",
      {
        headers: [
          ["host", "a.example.com"],
          ["host", "b.example.com"],
        ],
      },
    ],
    ["a method that is none", { method: "GET /canary" }],
    ["a URL with user and password", { url: "http://user:canary@127.0.0.1/" }],
    ["a URL with a user", { url: "http://canary@127.0.0.1/" }],
    ["another scheme", { url: "ftp://127.0.0.1/canary" }],
    ["no URL", { url: "/canary" }],
  ] as const)("is refused before anything is sent: %s", async (_, wrong) => {
    const server = await serverFor((reply) => reply.send(answer(200)));
    const transport = await transportFor();
    const result = await transport.send({ ...post(`${server.url}/`), ...wrong }, PATIENT);
    expect(told(result)).toBe("invalid-request not-sent permanent");
    expect(JSON.stringify(result)).not.toContain("canary");
    expect(server.requests).toEqual([]);
    const next = await transport.send(post(server.url), PATIENT);
    expect(told(next)).toBe("200 ");
  });
});

describe("an endpoint that is not there", () => {
  test("refuses", async () => {
    const port = await closedPort();
    const transport = await transportFor();
    const result = await transport.send(post(`http://127.0.0.1:${port}/canary`), PATIENT);
    expect(told(result)).toBe("connection-refused not-sent temporary");
    expect(result).toMatchObject({ message: `127.0.0.1:${port} refused the connection` });
  });

  test("refuses every one of many senders, and is found when it comes back", async () => {
    const port = await closedPort();
    const transport = await transportFor();
    const many = await Promise.all(
      Array.from({ length: 50 }, () => transport.send(post(`http://127.0.0.1:${port}/`), PATIENT)),
    );
    expect(new Set(many.map(told))).toEqual(new Set(["connection-refused not-sent temporary"]));
    const server = createServer((socket) => socket.on("data", () => socket.end(answer(200, "back"))));
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    expect(told(await transport.send(post(`http://127.0.0.1:${port}/`), PATIENT))).toBe("200 back");
  });

  test("takes the connection and drops it", async () => {
    const server = await serverFor(() => undefined, { onConnection: (socket) => socket.resetAndDestroy() });
    const transport = await transportFor();
    const result = await transport.send(post(server.url), PATIENT);
    // Whether the reset comes before or after our first byte is up to the system.
    expect(["reset unknown temporary", "connect-failed not-sent temporary"]).toContain(told(result));
    expect(server.requests).toEqual([]);
  });

  test("takes the connection and says nothing in TLS: nothing was sent", async () => {
    const server = createServer((socket) => socket.on("error", () => undefined));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const transport = await transportFor();
    const result = await transport.send(post(`https://127.0.0.1:${port}/`), impatient(150));
    expect(told(result)).toBe("connect-timeout not-sent temporary");
  });
});

describe("a kept connection", () => {
  test("carries all requests of one sender", async () => {
    const server = await serverFor((reply) => reply.send(answer(200)));
    const transport = await transportFor({ connections: 1 });
    for (let turn = 0; turn < 20; turn++) await transport.send(post(server.url), PATIENT);
    expect(server.connections).toBe(1);
  });

  test("that the server closed while it was idle costs nothing: the request goes over a new one", async () => {
    const server = await serverFor((reply) => {
      reply.send(answer(200, "ok"));
      reply.end();
    });
    const transport = await transportFor({ connections: 1 });
    for (let turn = 1; turn <= 10; turn++) {
      expect(told(await transport.send(post(server.url), PATIENT))).toBe("200 ok");
      await server.until(() => server.openConnections === 0);
    }
    expect(server.requests).toHaveLength(10);
  });

  test("that is closed at the moment of sending is told as stale, not as a failure of the server", async () => {
    const server = await serverFor((reply, { onConnection }) => {
      if (onConnection === 1) reply.send(answer(200, "ok"));
      else reply.reset();
    });
    const transport = await transportFor({ connections: 1 });
    await transport.send(post(server.url), PATIENT);
    const result = await transport.send(post(server.url), PATIENT);
    expect(told(result)).toBe("stale-connection unknown temporary");
    expect(result).toMatchObject({ isStaleConnection: true });
    expect(told(await transport.send(post(server.url), PATIENT))).toBe("200 ok");
  });

  test("loses no message when closes and requests cross at every moment", async () => {
    const server = await serverFor((reply, _, index) => {
      reply.send(answer(200, "ok"));
      // After none, one, two … turns of the event loop.
      const close = (turns: number): unknown => (turns === 0 ? reply.end() : setImmediate(close, turns - 1));
      close(index % 5);
    });
    const transport = await transportFor({ connections: 1 });
    const results: string[] = [];
    for (let turn = 0; turn < 200; turn++) {
      let result = await transport.send(post(server.url), PATIENT);
      while (result.kind === "fault" && result.isStaleConnection)
        result = await transport.send(post(server.url), PATIENT);
      results.push(told(result));
    }
    expect(new Set(results)).toEqual(new Set(["200 ok"]));
  });

  test("is not called stale when the server fails over a fresh one", async () => {
    const server = await serverFor((reply) => reply.reset());
    const transport = await transportFor();
    for (let turn = 0; turn < 3; turn++) {
      expect(told(await transport.send(post(server.url), PATIENT))).toBe("reset unknown temporary");
    }
  });

  test("is not used again after an answer that brings more than it promised", async () => {
    const server = await serverFor((reply, { connection }) => {
      reply.send(answer(200, `on ${connection}`), connection === 1 ? answer(200, "smuggled") : "");
    });
    const transport = await transportFor({ connections: 1 });
    expect(told(await transport.send(post(server.url), PATIENT))).toBe("200 on 1");
    expect(told(await transport.send(post(server.url), PATIENT))).toBe("200 on 2");
  });

  test("is given up after a time limit, so that a late answer meets no other request", async () => {
    await atTimeLimit(async (limitMs) => {
      const held: Socket[] = [];
      const server = await serverFor((reply, _, index) => {
        if (index === 0) held.push(reply.socket);
        else reply.send(answer(200, "mine"));
      });
      const transport = await transportFor({ connections: 1 });
      const given = await transport.send(post(server.url), impatient(limitMs));
      expect(told(given)).toBe("answer-timeout unknown temporary");
      held[0]?.write(answer(200, "late"));
      expect(told(await transport.send(post(server.url), PATIENT))).toBe("200 mine");
      expect(server.connections).toBe(2);
    });
  });
});

describe("many senders", () => {
  test("never hold more connections than they are allowed", async () => {
    const server = await serverFor((reply) => void setImmediate(() => reply.send(answer(200))));
    const transport = await transportFor({ connections: 4 });
    const results = await Promise.all(
      Array.from({ length: 200 }, () => transport.send(post(server.url), PATIENT)),
    );
    expect(results.filter(({ kind }) => kind === "answer")).toHaveLength(200);
    expect(server.mostOpenConnections).toBeLessThanOrEqual(4);
  });

  test("get each their own answer", async () => {
    const server = await serverFor((reply, { body }, index) => {
      const turns = (left: number): unknown =>
        left === 0 ? reply.send(answer(200, body.toString())) : setImmediate(turns, left - 1);
      turns((index * 7) % 11);
    });
    const transport = await transportFor({ connections: 8 });
    const bodies = Array.from({ length: 300 }, (_, at) => `message ${at}`);
    const results = await Promise.all(bodies.map((body) => transport.send(post(server.url, body), PATIENT)));
    expect(results.map(told)).toEqual(bodies.map((body) => `200 ${body}`));
  });

  test("that wait for a connection are given up at their own time limit, unsent", async () => {
    const server = await serverFor(() => undefined);
    const transport = await transportFor({ connections: 1 });
    const stop = new AbortController();
    const first = transport.send(post(server.url), { ...PATIENT, signal: stop.signal });
    await server.until(() => server.requests.length === 1);
    const second = await transport.send(post(server.url), impatient(150));
    expect(told(second)).toBe("connect-timeout not-sent temporary");
    stop.abort();
    expect(told(await first)).toBe("stopped unknown temporary");
    expect(server.requests).toHaveLength(1);
  });
});

describe("a request that may not leave yet", () => {
  test("is written when it may, once, over connections that stay open", async () => {
    const server = await serverFor((reply, { body }) => reply.send(answer(200, body.toString())));
    let asked = 0;
    const transport = await transportFor({ connections: 3, leave: () => (++asked % 3 === 0 ? 0 : 2) });
    const bodies = Array.from({ length: 60 }, (_, at) => `message ${at}`);
    const results = await Promise.all(bodies.map((body) => transport.send(post(server.url, body), PATIENT)));
    expect(results.map(told)).toEqual(bodies.map((body) => `200 ${body}`));
    expect(server.requests.map(({ body }) => body.toString()).sort()).toEqual([...bodies].sort());
    expect(asked).toBe(180);
    expect(server.connections).toBe(3);
  });

  test("is given up at its time limit, and when the run stops, unsent", async () => {
    const server = await serverFor((reply) => reply.send(answer(200)));
    const transport = await transportFor({ connections: 2, leave: () => 5 });
    const stop = new AbortController();
    const limited = await transport.send(post(server.url), impatient(150));
    expect(limited).toMatchObject({ kind: "fault", certainty: "not-sent" });
    const stopped = transport.send(post(server.url), { ...PATIENT, signal: stop.signal });
    stop.abort();
    expect(told(await stopped)).toBe("not-started not-sent temporary");
    expect(server.requests).toEqual([]);
  });
});

describe("stopping", () => {
  test("ends what is under way at once, and knows what was sent", async () => {
    const server = await serverFor(() => undefined);
    const transport = await transportFor({ connections: 1 });
    const stop = new AbortController();
    const sends = [1, 2].map(() => transport.send(post(server.url), { ...PATIENT, signal: stop.signal }));
    await server.until(() => server.requests.length === 1);
    stop.abort();
    expect((await Promise.all(sends)).map(told)).toEqual([
      "stopped unknown temporary",
      "not-started not-sent temporary",
    ]);
    const after = await transport.send(post(server.url), { ...PATIENT, signal: stop.signal });
    expect(told(after)).toBe("not-started not-sent temporary");
    expect(server.requests).toHaveLength(1);
  });

  test("by close() waits for no server, and leaves no connection", async () => {
    const server = await serverFor(() => undefined);
    const silent = createServer((socket) => socket.on("error", () => undefined));
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void silent.close());
    const transport = await transportFor();
    const { port } = silent.address() as { port: number };
    const sends = [
      transport.send(post(server.url), PATIENT),
      transport.send(post(`https://127.0.0.1:${port}/`), PATIENT),
    ];
    await server.until(() => server.requests.length === 1);
    await transport.close();
    expect((await Promise.all(sends)).map(told)).toEqual([
      "stopped unknown temporary",
      "not-started not-sent temporary",
    ]);
    await server.until(() => server.openConnections === 0);
    expect(told(await transport.send(post(server.url), PATIENT))).toBe("not-started not-sent temporary");
  });

  test("takes one listener on the signal, however many requests it is for, and leaves none", async () => {
    const server = await serverFor((reply) => reply.send(answer(200)));
    const transport = await transportFor();
    const { signal } = new AbortController();
    for (let turn = 0; turn < 5; turn++) await transport.send(post(server.url), { ...PATIENT, signal });
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    await transport.close();
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("is not done by a time limit beyond what timers can hold", async () => {
    const server = await serverFor((reply) => void setImmediate(() => reply.send(answer(200))));
    const transport = await transportFor();
    expect(told(await transport.send(post(server.url), { ...PATIENT, timeoutMs: 1e12 }))).toBe("200 ");
  });
});
