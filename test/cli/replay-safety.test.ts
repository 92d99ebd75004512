import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { harSchema } from "../report/har-schema.ts";
import { answer, startFaultServer } from "../support/fault-server.ts";
import { runChatx } from "../support/run-chatx.ts";
import { certificatePath, identityOf } from "../support/test-ca.ts";
import { HOSTILE } from "../template/hostile.ts";
import {
  endpoint,
  endpointWith,
  folder,
  headersOf,
  hooks,
  linesFile,
  QUICK,
  replay,
  totals,
} from "./replay-support.ts";

/** No code can be made of what a payload or a template holds. */
const NO_CODE = { nodeArgs: ["--disallow-code-generation-from-strings"] };

describe("hostile chat text", () => {
  test("arrives as it was in URL, query, JSON and form, and changes nothing around it", async () => {
    const server = await endpoint();
    // An empty segment or one of dots would be another path: such a message fails.
    const cannot = (text: string) => ["", ".", ".."].includes(text);
    const path = linesFile(
      folder(),
      HOSTILE.map((text) => ({ text })),
    );
    const target = `${server.url}/base/$payload.text/end?q=$payload.text&z=1`;
    const run = await runChatx(
      [
        ...["replay", path, "--url", target, "--order", "input"],
        ...[
          "--on-failure",
          "continue",
          "--body",
          '{"a":"$payload.text","b":$payload.text,"form":"x=${payload.text}"}',
        ],
      ],
      NO_CODE,
    );
    const legal = HOSTILE.filter((text) => !cannot(text));
    expect(totals(run)).toMatchObject({ delivered: legal.length, failed: HOSTILE.length - legal.length });
    for (const [index, request] of server.requests.entries()) {
      const text = legal[index]!;
      const { pathname, searchParams, host } = new URL(request.target, server.url);
      expect(host).toBe(new URL(server.url).host);
      expect(pathname.split("/").map(decodeURIComponent)).toEqual(["", "base", text, "end"]);
      expect([...searchParams]).toEqual([
        ["q", text],
        ["z", "1"],
      ]);
      expect(JSON.parse(request.body.toString())).toEqual({ a: text, b: text, form: `x=${text}` });
      expect(request.headers.map(([name]) => name)).toEqual(
        server.requests[0]!.headers.map(([name]) => name),
      );
    }
    // Nothing of it can steer the terminal on which the failures are told.
    expect(run.stderr).not.toMatch(/[^\n\P{Cc}]/u);
  });

  test("in a header arrives as it was, or fails its message; no header is added", async () => {
    const server = await endpoint();
    const path = linesFile(
      folder(),
      HOSTILE.map((text) => ({ text: `<${text}>` })),
    );
    const args = ["replay", path, "--url", server.url, "-H", "X-Text: $payload.text", "--order", "input"];
    args.push("--on-failure", "continue");
    const run = await runChatx([...args, "--reporter", "jsonl"], NO_CODE);
    const sent = server.requests.map((request) => headersOf(request)["x-text"]!.slice(1, -1));
    // The characters of Latin-1 but for controls are what a header can hold.
    const legal = HOSTILE.filter((text) => /^[\x20-\x7e\xa0-\xff]*$/.test(text));
    expect(sent).toEqual(legal);
    expect(totals(run)).toMatchObject({ delivered: legal.length, failed: HOSTILE.length - legal.length });
    const names = new Set(server.requests.map(({ headers }) => headers.map(([name]) => name).join()));
    expect(names.size).toBe(1);
  });
});

describe("a hostile template", () => {
  test.each([
    ["code", "${constructor.constructor('return process')()}"],
    ["a computed name", "${payload['constructor']}"],
    ["a function", "$constructor.constructor"],
    ["a prototype", "$__proto__.polluted"],
    ["a prototype of the environment", "${env.constructor}"],
    ["a prototype of variables", "${var.__proto__}"],
    ["a variable in a default", "${payload.text:-${env.HOME}}"],
    ["a loop", "${#each payload}x${/each}"],
    ["an include", "${include:/etc/passwd}"],
    ["deep nesting", "${payload.".repeat(10_000)],
    ["nothing", "$"],
  ])("with %s is refused at its place before anything is sent", async (_, template) => {
    const server = await endpoint();
    const input = linesFile(folder(), [{ text: "hello" }]);
    const run = await runChatx(["replay", input, "--url", server.url, "--body", template], NO_CODE);
    expect([run.code, server.connections]).toEqual([2, 0]);
    expect(run.stderr).toMatch(/line 1, column \d+/);
  });

  test.each([
    ["Handlebars", "{{constructor.constructor('return process')()}}"],
    ["EJS", "<%= process.exit(3) %>"],
    ["many others", "#{7*7} {{7*7}} @(7*7)"],
    ["JavaScript", "`$${7*7}`"],
  ])("of %s is text here", async (_, template) => {
    const server = await endpoint();
    const input = linesFile(folder(), [{ text: "{{1}} ${payload.text} $$" }]);
    const args = ["--url", server.url, "--body", `${template} $payload.text`, "--content-type", "text/plain"];
    const run = await runChatx(["replay", input, ...args], NO_CODE);
    expect(run.code, run.stderr).toBe(0);
    expect(server.requests[0]!.body.toString()).toBe(
      `${template.replaceAll("$$", "$")} {{1}} \${payload.text} $$`,
    );
  });

  test("may ask for the prototype of a payload, which has none for it", async () => {
    const server = await endpoint();
    const input = linesFile(folder(), [{ text: "hello" }]);
    const body = '{"a":$payload.constructor,"b":$payload.__proto__.constructor}';
    const run = await runChatx(["replay", input, "--url", server.url, "--body", body], NO_CODE);
    expect([run.code, server.requests.length]).toEqual([1, 0]);
    expect(totals(run)).toMatchObject({ failed: 1 });
  });
});

describe("TLS", () => {
  const secure = (name: Parameters<typeof identityOf>[0]) =>
    startFaultServer((reply) => reply.send(answer(200)), { tls: identityOf(name) });

  test.each([
    ["self-signed", "has a self-signed certificate"],
    ["expired", "has an expired certificate"],
    ["wrong-name", "has a certificate for another name"],
    ["unknown-root", "has a certificate of an authority that is not known here"],
  ] as const)("with a certificate that is %s stops the run, and nothing is sent", async (name, words) => {
    const server = await secure(name);
    const run = await replay(
      [hooks(folder(), 3), "--url", server.url, "--cacert", certificatePath("ca.pem")],
      { NODE_TLS_REJECT_UNAUTHORIZED: "0" },
    );
    await server.close();
    expect([run.code, server.requests.length]).toEqual([5, 0]);
    expect(totals(run)).toMatchObject({ pending: 3 });
    expect(run.stderr).toContain(words);
    expect(run.stderr).toContain("NODE_TLS_REJECT_UNAUTHORIZED");
  });

  test("is made with the authority of --cacert, or unchecked and with a warning", async () => {
    const good = await secure("server");
    const trusted = await replay([
      hooks(folder(), 1),
      "--url",
      good.url,
      "--cacert",
      certificatePath("ca.pem"),
    ]);
    await good.close();
    expect([trusted.code, trusted.stderr.includes("warning")]).toEqual([0, false]);
    const own = await secure("self-signed");
    const insecure = await replay([hooks(folder(), 1), "--url", own.url, "--insecure"]);
    await own.close();
    expect(insecure.code).toBe(0);
    expect(insecure.stderr).toContain("warning: --insecure");
  });
});

test("a token that expires in mid-run is renewed once for twenty senders", async () => {
  const tokens: string[] = [];
  const server = await endpointWith((reply, request, index) => {
    if (request.target === "/token") {
      tokens.push(`token-number-${tokens.length + 1}`);
      reply.send(answer(200, `{"access_token":"${tokens.at(-1)}"}`));
    } else {
      const isStale = index > 60 && headersOf(request).authorization !== "Bearer token-number-2";
      // A moment later, so that all senders are under way with the old one.
      setTimeout(() => reply.send(answer(isStale ? 401 : 200)), 5);
    }
  });
  const run = await replay([
    ...[
      linesFile(
        folder(),
        Array.from({ length: 200 }, (_, n) => ({ n })),
      ),
      "--url",
      server.url,
    ],
    ...["--token-url", `${server.url}/token`, "--concurrency", "20"],
    ...["-H", "Authorization: Bearer $tokenResponse.body.JSON.access_token"],
  ]);
  expect(run.code).toBe(0);
  expect(totals(run)).toMatchObject({ delivered: 200 });
  expect(tokens).toHaveLength(2);
  const perBody = new Map<string, number>();
  for (const { body, target } of server.requests) {
    if (target !== "/token") perBody.set(body.toString(), (perBody.get(body.toString()) ?? 0) + 1);
  }
  expect(Math.max(...perBody.values())).toBe(2);
});

test("a proxy carries the requests, but not those that NO_PROXY names; its password is shown nowhere", async () => {
  const proxy = await endpoint();
  const into = folder();
  const args = [
    hooks(into, 2),
    "--url",
    "http://nowhere.invalid/hook",
    "--har",
    join(into, "x.har"),
    ...QUICK,
  ];
  const env = { http_proxy: `http://user:proxy-canary@127.0.0.1:${proxy.port}` };
  const run = await replay([...args, "--reporter", "json"], env);
  expect(totals(run)).toMatchObject({ delivered: 2 });
  const [first] = proxy.requests;
  expect(first!.target).toBe("http://nowhere.invalid/hook");
  expect(headersOf(first!)["proxy-authorization"]).toBe(`Basic ${btoa("user:proxy-canary")}`);
  const written = [run.stdout, run.stderr, readFileSync(join(into, "x.har"), "utf8")].join("\n");
  expect(written).not.toMatch(/proxy-canary|dXNlcjpwcm94eS1jYW5hcnk/);
  const straight = await replay(args, { ...env, no_proxy: "nowhere.invalid" });
  expect([straight.code, proxy.requests.length]).toEqual([5, 2]);
});

test.each(["http://user:url-canary@127.0.0.1/", "http://user@127.0.0.1/"])(
  "a user in the URL is refused, and not shown: %s",
  async (url) => {
    const run = await replay([hooks(folder(), 1), "--url", url]);
    expect([run.code, run.stdout]).toEqual([2, ""]);
    expect(run.stderr).toContain("a URL holds no user and password; send them in a header");
    expect(run.stderr).not.toContain("url-canary");
  },
);

test("the HAR of a run with answers, redirects and faults is accepted by the published schema", async () => {
  const server = await endpointWith((reply, _, index) => {
    if (index === 1) reply.reset();
    else if (index === 2) reply.send(answer(302, "", ["location: /there?x=1", "set-cookie: a=b; Path=/"]));
    else reply.send(answer(200, "fine", ["content-type: text/plain; charset=utf-8"]));
  });
  const into = folder();
  const har = join(into, "x.har");
  const run = await runChatx(
    [
      "replay",
      hooks(into, 5),
      "--url",
      `${server.url}/hook?key=v`,
      "--concurrency",
      "1",
      "--har",
      har,
      ...QUICK,
    ],
    NO_CODE,
  );
  expect(totals(run)).toMatchObject({ delivered: 4, failed: 1 });
  const document = JSON.parse(readFileSync(har, "utf8"));
  expect(document.log.entries).toHaveLength(6);
  const validate = harSchema();
  validate(document);
  expect(validate.errors ?? []).toEqual([]);
});
