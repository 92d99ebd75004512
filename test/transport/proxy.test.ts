import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { proxiesFrom } from "../../src/transport/proxy.ts";
import { readTlsOptions } from "../../src/trust/tls-options.ts";
import { impatient, PATIENT, post, serverFor, told, transportFor } from "../replay/sending.ts";
import { answer, closedPort, type FaultServer, type Script } from "../support/fault-server.ts";
import { certificatePath, identityOf } from "../support/test-ca.ts";
import { atTimeLimit } from "../support/time-limit.ts";

const trusting = readTlsOptions({ cacert: certificatePath("ca.pem") }, {}).settings;
const credentials = `Basic ${Buffer.from("user:canary-password").toString("base64")}`;

/** A proxy that connects to one server, whatever it is asked for. */
function tunnelTo(target: FaultServer): Script {
  return (reply) => {
    const onwards = connect(target.port, "127.0.0.1", () => {
      reply.socket.removeAllListeners("data");
      reply.send("HTTP/1.1 200 Connection established\r\n\r\n");
      reply.socket.pipe(onwards).pipe(reply.socket);
    });
    onwards.on("error", () => undefined);
  };
}

async function through(proxy: { readonly url: string }, name: "http" | "https", secret = "") {
  const url = proxy.url.replace("//", `//${secret}`);
  const proxyFor = proxiesFrom({ [`${name}_proxy`]: url });
  return transportFor({ tls: trusting, proxyFor, connections: 2, connectTimeoutMs: 2000 });
}

describe("an http:// endpoint behind a proxy", () => {
  test("is asked for by its whole URL, and the proxy gets our credentials", async () => {
    const proxy = await serverFor((reply) => reply.send(answer(201, "made")));
    const transport = await through(proxy, "http", "user:canary-password@");
    const result = await transport.send(post("http://staging.example.com:8080/hook?x=1", "{}"), PATIENT);
    expect(told(result)).toBe("201 made");
    const [received] = proxy.requests;
    expect(received?.target).toBe("http://staging.example.com:8080/hook?x=1");
    expect(received?.headers).toContainEqual(["host", "staging.example.com:8080"]);
    expect(received?.headers).toContainEqual(["proxy-authorization", credentials]);
  });

  test("is not reached when the proxy wants other credentials", async () => {
    const proxy = await serverFor((reply) => reply.send(answer(407)));
    const transport = await through(proxy, "http", "user:canary-password@");
    const result = await transport.send(post("http://staging.example.com/"), PATIENT);
    expect(told(result)).toBe("proxy-credentials not-sent permanent");
    expect(JSON.stringify(result)).not.toContain("canary");
  });

  test("is not reached when the proxy is not there", async () => {
    const transport = await through({ url: `http://127.0.0.1:${await closedPort()}` }, "http");
    const result = await transport.send(post("http://staging.example.com/"), PATIENT);
    expect(told(result)).toBe("connection-refused not-sent temporary");
    expect(result).toMatchObject({ message: expect.stringContaining("the proxy 127.0.0.1:") });
  });
});

describe("an https:// endpoint behind a proxy", () => {
  test("is reached through a tunnel, in which its own certificate counts", async () => {
    const target = await serverFor((reply) => reply.send(answer(200, "in the tunnel")), {
      tls: identityOf("wrong-name"),
    });
    const proxy = await serverFor(tunnelTo(target));
    const transport = await through(proxy, "https", "user:canary-password@");
    const secret: [string, string] = ["x-api-key", "canary-key"];
    for (let turn = 0; turn < 3; turn++) {
      const result = await transport.send(
        post("https://other.example.com/hook", "canary-body", [secret]),
        PATIENT,
      );
      expect(told(result)).toBe("200 in the tunnel");
    }
    expect(proxy.requests.map(({ method, target: asked }) => [method, asked])[0]).toEqual([
      "CONNECT",
      "other.example.com:443",
    ]);
    expect(proxy.requests[0]?.headers).toContainEqual(["proxy-authorization", credentials]);
    expect(JSON.stringify(proxy.requests)).not.toContain("canary-key");
    expect(target.requests[0]?.headers.map(([name]) => name)).not.toContain("proxy-authorization");
    const wrong = await transport.send(post("https://staging.example.com/"), PATIENT);
    expect(told(wrong)).toBe("tls-wrong-name not-sent permanent");
  });

  test.each([
    ["refuses", answer(403, "<html>canary</html>"), "proxy-refused not-sent permanent"],
    ["wants other credentials", answer(407), "proxy-credentials not-sent permanent"],
    ["cannot reach it", answer(502), "proxy-failed not-sent temporary"],
    ["speaks no HTTP", "hello\r\n\r\n", "proxy-failed not-sent temporary"],
  ])("is not reached when the proxy %s, and nothing is sent", async (_, said, expected) => {
    const proxy = await serverFor((reply) => reply.send(said));
    const transport = await through(proxy, "https");
    const many = [1, 2, 3, 4, 5].map(() =>
      transport.send(post("https://staging.example.com/", "canary"), PATIENT),
    );
    const results = await Promise.all(many);
    expect(new Set(results.map(told))).toEqual(new Set([expected]));
    expect(JSON.stringify(results)).not.toContain("canary");
    expect(proxy.requests.every(({ method, body }) => method === "CONNECT" && body.length === 0)).toBe(true);
  });

  test.each([
    ["closes", (end: () => void) => end(), "proxy-failed not-sent temporary"],
    ["says nothing", () => undefined, "connect-timeout not-sent temporary"],
  ])("is not reached when the proxy %s", async (_, then, expected) => {
    const proxy = await serverFor((reply) => then(reply.end));
    const transport = await through(proxy, "https");
    await atTimeLimit(async (limitMs) => {
      const result = await transport.send(post("https://staging.example.com/"), impatient(limitMs));
      expect(told(result)).toBe(expected);
    });
  });

  test("is not reached when the proxy is not there", async () => {
    const transport = await through({ url: `http://127.0.0.1:${await closedPort()}` }, "https");
    expect(told(await transport.send(post("https://staging.example.com/"), PATIENT))).toBe(
      "proxy-failed not-sent temporary",
    );
  });
});

describe("the choice of a proxy", () => {
  const choose = (environment: Record<string, string>, url: string) =>
    proxiesFrom(environment)(new URL(url))?.origin;

  test("is by the scheme of the endpoint, the lower-case name first", () => {
    const both = {
      HTTP_PROXY: "http://a.example.com:1",
      HTTPS_PROXY: "b.example.com:2",
      https_proxy: "https://c.example.com",
    };
    expect(choose(both, "http://x.example.net/")).toBe("http://a.example.com:1");
    expect(choose(both, "https://x.example.net/")).toBe("https://c.example.com");
    expect(choose({ HTTPS_PROXY: "b.example.com:2" }, "https://x.example.net/")).toBe(
      "http://b.example.com:2",
    );
    expect(choose({}, "https://x.example.net/")).toBeUndefined();
    expect(choose({ HTTPS_PROXY: "" }, "https://x.example.net/")).toBeUndefined();
  });

  test.each([
    ["example.net", "https://example.net/", true],
    ["example.net", "https://a.example.net/", true],
    ["example.net", "https://badexample.net/", false],
    [".example.net", "https://a.example.net/", true],
    ["*.example.net", "https://a.example.net/", true],
    ["EXAMPLE.net", "https://a.Example.NET/", true],
    ["example.net:8443", "https://example.net:8443/", true],
    ["example.net:8443", "https://example.net/", false],
    ["example.net:443", "https://example.net/", true],
    ["192.0.2.1", "https://192.0.2.1/", true],
    ["2001:db8::1", "https://[2001:db8::1]/", true],
    ["[2001:db8::1]:443", "https://[2001:db8::1]/", true],
    ["[2001:db8::1]:444", "https://[2001:db8::1]/", false],
    ["a.example.org, example.net", "https://example.net/", true],
    ["*", "https://example.net/", true],
    ["", "https://example.net/", false],
  ])("heeds NO_PROXY=%s for %s", (exceptions, url, isExcepted) => {
    const environment = { https_proxy: "http://proxy.example.com:3128", NO_PROXY: exceptions };
    expect(choose(environment, url) === undefined).toBe(isExcepted);
  });

  test("leaves this machine out", () => {
    const environment = { http_proxy: "http://proxy.example.com:3128" };
    for (const host of ["localhost", "127.0.0.1", "127.1.2.3", "[::1]", "api.localhost"]) {
      expect(choose(environment, `http://${host}:3000/`)).toBeUndefined();
    }
  });

  test.each([
    "socks5://user:canary@127.0.0.1",
    "http://",
    "http://user:canary@ho st",
    "http://us%er:canary@proxy.example.com",
  ])("refuses %s without showing it", (text) => {
    expect(() => proxiesFrom({ HTTPS_PROXY: text })).toThrow(/^(?!.*canary).*HTTPS_PROXY/);
  });

  test("shows no password where a proxy is shown", () => {
    const proxy = proxiesFrom({ https_proxy: "http://user:canary@proxy.example.com:3128" })(
      new URL("https://example.net/"),
    );
    expect(proxy?.origin).toBe("http://proxy.example.com:3128");
  });
});
