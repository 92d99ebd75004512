import { connect, Socket } from "node:net";
import { describe, expect, test } from "vitest";
import type { Dial } from "../../../src/transport/inspect/dial.ts";
import { closedPort } from "../../support/fault-server.ts";
import { identityOf } from "../../support/test-ca.ts";
import { atTimeLimit } from "../../support/time-limit.ts";
import { json, SOUND, status } from "./answers.ts";
import { checked, codesOf, serverFor } from "./checking.ts";

const failing = (code: string) => () => Promise.reject(Object.assign(new Error("scripted"), { code }));
const PUBLIC = "198.41.0.4";

/** Calls a port of this machine whatever the address: a network in which addresses are what the test says. */
function networkOf(port: number): { lookUp: () => Promise<string[]>; dial: Dial } {
  return { lookUp: async () => [PUBLIC], dial: () => connect({ host: "127.0.0.1", port }) };
}

/** A socket that is called and never answers. */
function silence(): Socket {
  return new Socket();
}

function broken(code: string): Socket {
  const socket = silence();
  setImmediate(() => socket.destroy(Object.assign(new Error("scripted"), { code })));
  return socket;
}

describe("a name", () => {
  test.each([
    ["ENOTFOUND", "check/name-not-found"],
    ["EAI_AGAIN", "check/name-lookup-failed"],
    ["EAI_FAIL", "check/name-lookup-failed"],
  ])("that fails with %s is %s", async (error, code) => {
    const result = await checked("https://support.example.com/x", { lookUp: failing(error) });
    expect(codesOf(result)).toEqual([code]);
    expect(result.verdict).toBe("down");
  });

  test("that is never answered for is told when the time is over", async () => {
    const lookUp = () => new Promise<never>(() => undefined);
    const result = await checked("https://support.example.com/x", { lookUp, timeoutMs: 50 });
    expect(codesOf(result)).toEqual(["check/name-timeout"]);
  });

  test("with a private address among public ones is told, and read all the same", async () => {
    const server = await serverFor((reply) => reply.send(json(SOUND)), { tls: identityOf("server") });
    const result = await checked("https://localhost/x", {
      ...networkOf(server.port),
      lookUp: async () => [PUBLIC, "192.168.1.9"],
    });
    expect(codesOf(result)).toEqual(["check/local-name", "check/mixed-addresses"]);
    expect(result.verdict).toBe("ok");
  });
});

describe("a connection", () => {
  test.each([
    ["EHOSTUNREACH", "check/unreachable"],
    ["ENETUNREACH", "check/unreachable"],
    ["ECONNRESET", "check/connection-failed"],
    ["EMFILE", "check/no-sockets"],
    ["ECONNREFUSED", "check/connection-refused"],
  ])("that fails with %s is %s", async (error, code) => {
    const result = await checked("https://support.example.com/x", {
      lookUp: async () => [PUBLIC],
      dial: () => broken(error),
    });
    expect(codesOf(result)).toEqual([code]);
    expect(result.verdict).toBe("down");
  });

  test("that nobody takes is told when the time is over", async () => {
    const result = await checked("https://support.example.com/x", {
      lookUp: async () => [PUBLIC],
      dial: silence,
      timeoutMs: 50,
    });
    expect(codesOf(result)).toEqual(["check/connect-timeout"]);
  });

  test("is made to the next address where the first fails, and the first is told", async () => {
    const server = await serverFor((reply) => reply.send(json(SOUND)));
    const refusing = await closedPort();
    const asked: string[] = [];
    const result = await checked("http://support.example.com/x", {
      lookUp: async () => ["2600::1", PUBLIC],
      dial: (address) => {
        asked.push(address);
        return connect({ host: "127.0.0.1", port: address === PUBLIC ? server.port : refusing });
      },
    });
    expect(asked).toEqual(["2600::1", PUBLIC]);
    expect(codesOf(result)).toEqual(["check/url-http", "check/address-fails"]);
    expect(result.steps.find(({ name }) => name === "connection")?.facts).toMatchObject({
      address: PUBLIC,
      port: 80,
    });
  });

  test("that is silent at its first address leaves time for the second", async () => {
    const server = await serverFor((reply) => reply.send(json(SOUND)));
    await atTimeLimit(async (limitMs) => {
      const result = await checked("http://support.example.com/x", {
        lookUp: async () => ["2600::1", PUBLIC],
        dial: (address) =>
          address === PUBLIC ? connect({ host: "127.0.0.1", port: server.port }) : silence(),
        timeoutMs: 2 * limitMs,
      });
      expect(codesOf(result)).toEqual(["check/url-http", "check/address-fails"]);
    });
  });
});

describe("TLS", () => {
  test("that is broken off is told", async () => {
    const server = await serverFor(() => undefined, {
      onConnection: (socket) => socket.once("data", () => socket.destroy()),
    });
    const result = await checked(`https://127.0.0.1:${server.port}/x`);
    expect(codesOf(result)).toEqual(["check/private-address", "check/tls-failed"]);
  });

  test("with a certificate that ends within two weeks is a warning", async () => {
    const server = await serverFor((reply) => reply.send(json(SOUND)), { tls: identityOf("server") });
    const at = (time: string) => checked(`${server.url}/x`, { now: () => Date.parse(time) });
    expect(codesOf(await at("2123-12-20T00:00:00Z"))).toEqual([
      "check/private-address",
      "check/tls-expires-soon",
    ]);
    const early = await at("2123-12-01T00:00:00Z");
    expect(codesOf(early)).toEqual(["check/private-address"]);
    expect(early.steps.find(({ name }) => name === "tls")?.facts).toMatchObject({ validTo: "2123-12-31" });
  });
});

describe("a redirect", () => {
  const addresses = new Map([
    ["support.example.com", PUBLIC],
    ["inner.example.com", "10.0.0.5"],
    ["elsewhere.example.com", "198.41.0.5"],
  ]);

  test.each([
    "http://inner.example.com/x",
    "http://127.0.0.1/x",
    "http://[::1]/x",
    "http://[::ffff:169.254.169.254]/latest/meta-data",
    "http://0x7f.1/x",
    "http://2130706433/x",
  ])("from a public host to %s is never requested", async (location) => {
    const server = await serverFor((reply) => reply.send(status(302, `location: ${location}`)));
    const called: string[] = [];
    const result = await checked("http://support.example.com/x", {
      lookUp: async (host) => [addresses.get(host) ?? host],
      dial: (address) => {
        called.push(address);
        return connect({ host: "127.0.0.1", port: server.port });
      },
    });
    expect(codesOf(result)).toEqual(["check/url-http", "check/redirect", "check/redirect-to-private"]);
    expect(called).toEqual([PUBLIC]);
    expect(server.requests).toHaveLength(1);
    expect(result.verdict).toBe("wrong");
  });

  test("of a name that changes its answer goes where the name led first", async () => {
    const server = await serverFor((reply, { target }) =>
      reply.send(target === "/x" ? status(302, "location: /y") : json(SOUND)),
    );
    const called: string[] = [];
    const result = await checked("http://support.example.com/x", {
      lookUp: async () => [called.length === 0 ? PUBLIC : "169.254.169.254"],
      dial: (address) => {
        called.push(address);
        return connect({ host: "127.0.0.1", port: server.port });
      },
    });
    expect(called).toEqual([PUBLIC, PUBLIC]);
    expect(codesOf(result)).toEqual(["check/url-http", "check/redirect"]);
  });

  test("tells what holds at every stop once", async () => {
    const server = await serverFor((reply, { target }) =>
      reply.send(target === "/4" ? json(SOUND) : status(302, `location: /${Number(target.slice(1)) + 1}`)),
    );
    const codes = codesOf(await checked(`${server.url}/1`));
    expect(codes).toEqual(["check/url-http", "check/private-address", ...Array(3).fill("check/redirect")]);
  });

  test("to another public host is followed without the user's headers", async () => {
    const server = await serverFor((reply, { headers }) =>
      reply.send(
        headers.some(([name, value]) => name === "host" && value === "elsewhere.example.com")
          ? json(SOUND)
          : status(307, "location: http://elsewhere.example.com/y"),
      ),
    );
    const result = await checked("http://support.example.com/x", {
      lookUp: async (host) => [addresses.get(host)!],
      dial: () => connect({ host: "127.0.0.1", port: server.port }),
      headers: [
        ["authorization", "Bearer canary"],
        ["x-api-key", "canary"],
      ],
    });
    expect(codesOf(result)).toEqual(["check/url-http", "check/redirect"]);
    expect(
      server.requests.map(({ headers }) => headers.filter(([, value]) => value.includes("canary")).length),
    ).toEqual([2, 0]);
  });
});

describe("a signal", () => {
  test.each([
    ["while a name is looked up", { lookUp: () => new Promise<never>(() => undefined) }],
    ["while an address is called", { lookUp: async () => [PUBLIC], dial: silence }],
  ])("ends a check %s", async (_, options) => {
    const abort = new AbortController();
    const result = checked("https://support.example.com/x", { ...options, signal: abort.signal });
    setImmediate(() => abort.abort(new Error("enough")));
    await expect(result).rejects.toThrow("enough");
  });

  test.each([
    ["before the answer", () => undefined],
    [
      "in its middle",
      (reply: { send(part: string): void }) => reply.send("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"),
    ],
  ])("ends a check %s", async (_, script) => {
    const abort = new AbortController();
    const server = await serverFor(script);
    const result = checked(`${server.url}/x`, { signal: abort.signal });
    const ended = expect(result).rejects.toThrow("enough");
    await server.until(() => server.requests.length === 1);
    abort.abort(new Error("enough"));
    await ended;
    await server.until(() => server.openConnections === 0);
  });
});
