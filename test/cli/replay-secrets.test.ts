import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { answer, type ReceivedRequest, type Script } from "../support/fault-server.ts";
import {
  endpoint,
  endpointWith,
  folder,
  headersOf,
  hooks,
  QUICK,
  replay,
  replayApart,
  type Told,
} from "./replay-support.ts";

const CANARIES = {
  header: "canary/of+the header==1",
  url: "canary%of&the?url=2",
  client: 'canary"of\\the client 3',
  token: "Canary.of-the_Token~4",
  signature: "canary of the signature 5",
};

/** Every spelling in which a secret could be found again. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret, "utf8");
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    JSON.stringify(JSON.stringify(secret)).slice(3, -3),
    bytes.toString("hex"),
    ...[0, 1, 2].flatMap((shift) => {
      const base64 = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
      // Without the units that its neighbours have a part in.
      const inner = base64.replace(/=+$/, "").slice(shift === 0 ? 0 : shift + 1, -2);
      return [inner, inner.replaceAll("+", "-").replaceAll("/", "_")];
    }),
  ];
}

function expectNoSecret(run: Told, into: string): void {
  const texts = new Map([
    ["stdout", run.stdout],
    ["stderr", run.stderr],
  ]);
  for (const entry of readdirSync(into, { recursive: true, encoding: "utf8" })) {
    const path = join(into, entry);
    if (statSync(path).isFile()) texts.set(entry, readFileSync(path, "utf8"));
  }
  for (const [name, text] of texts) {
    for (const secret of Object.values(CANARIES)) {
      for (const spelling of spellings(secret))
        expect([name, text.includes(spelling)]).toEqual([name, false]);
    }
  }
}

const ENV = {
  HEADER: CANARIES.header,
  URL_KEY: CANARIES.url,
  CLIENT: CANARIES.client,
  SIGNATURE: CANARIES.signature,
};

function everything(server: { readonly url: string }, into: string): string[] {
  return [
    ...["--url", `${server.url}/hook?key=$env.URL_KEY`, "-H", "X-Own: Bearer $env.HEADER"],
    ...["--token-url", `${server.url}/token`, "--token-body", '{"client":"$env.CLIENT"}'],
    ...["-H", "X-Session: $tokenResponse.body.JSON.access_token"],
    ...["--sign", "hmac-sha256", "--sign-secret", "env:SIGNATURE", "--sign-header", "X-Sum"],
    ...["--har", join(into, "x.har"), "--save-responses", join(into, "answers")],
    ...["--journal", join(into, "run.jsonl"), "--dead-letter", join(into, "dead.jsonl")],
    ...["--reporter", `html=${join(into, "x.html")}`, "--reporter", `junit=${join(into, "x.xml")}`],
    ...["--reporter", `json=${join(into, "x.json")}`, "--reporter", "jsonl"],
    ...QUICK,
  ];
}

describe("secrets", () => {
  test.each([200, 302, 400, 401, 500])(
    "stay out of everything when the endpoint answers %i and echoes them",
    async (status) => {
      const server = await endpoint((request) => {
        if (request.target === "/token") return answer(200, JSON.stringify({ access_token: CANARIES.token }));
        const headers = headersOf(request);
        const echo = {
          target: request.target,
          headers,
          text: JSON.stringify(headers),
          base64: Buffer.from(`x${headers["x-own"]}y${headers["x-session"]}`).toString("base64"),
          hex: Buffer.from(headers["x-own"]!).toString("hex"),
        };
        const location = `location: http://elsewhere.example${request.target}`;
        return answer(status, JSON.stringify(echo), [location, `x-echo: ${headers["x-own"]}`]);
      });
      const into = folder();
      const inputs = folder();
      const run = await replayApart([hooks(inputs, 3), ...everything(server, into), "--retries", "1"], ENV);
      const last = server.requests.at(-1)!;
      expect(headersOf(last)["x-own"]).toBe(`Bearer ${CANARIES.header}`);
      expect(headersOf(last)["x-session"]).toBe(CANARIES.token);
      expectNoSecret(run, into);
      expect(readFileSync(join(into, "x.har"), "utf8")).toContain("***");
    },
  );

  const said = (request: ReceivedRequest) => Object.values(headersOf(request)).join(" ");
  const token = answer(200, JSON.stringify({ access_token: CANARIES.token }));
  /** What the endpoint does, and what the token endpoint does. */
  const failures: readonly (readonly [name: string, endpoint: Script, token: Script])[] = [
    ["resets", (reply) => reply.reset(), (reply) => reply.send(token)],
    [
      "answers in no HTTP",
      (reply, request) => reply.send(`${said(request)}\r\n\r\n`),
      (reply) => reply.send(token),
    ],
    [
      "echoes them in its status line",
      (reply, request) => reply.send(`HTTP/1.1 418 ${said(request)}\r\ncontent-length: 0\r\n\r\n`),
      (reply) => reply.send(token),
    ],
    [
      "redirects to a host made of them",
      (reply) => reply.send(answer(302, "", [`location: http://${CANARIES.token}.example/`])),
      (reply) => reply.send(token),
    ],
    [
      "is never asked, as the token endpoint refuses and echoes",
      (reply) => reply.send(answer(200)),
      (reply, { body }) => reply.send(answer(401, body.toString())),
    ],
    [
      "is never asked, as the token endpoint answers with a page that echoes",
      (reply) => reply.send(answer(200)),
      (reply, { body }) => reply.send(answer(200, `<p>${body.toString()} ${CANARIES.client}</p>`)),
    ],
  ];

  test.each(failures)("stay out of everything when the endpoint %s", async (_, script, tokenScript) => {
    const server = await endpointWith((reply, request, index) =>
      (request.target === "/token" ? tokenScript : script)(reply, request, index),
    );
    const into = folder();
    const args = [hooks(folder(), 3), ...everything(server, into), "--retries", "1"];
    const run = await replay(args, { ...ENV, CHATX_DEBUG: "1" });
    expect([1, 5]).toContain(run.code);
    expectNoSecret(run, into);
  });

  test("stay out of a dry run", async () => {
    const server = await endpoint();
    const into = folder();
    const run = await replayApart([hooks(folder(), 2), ...everything(server, into), "--dry-run"], ENV);
    expect([run.code, server.connections]).toEqual([0, 0]);
    expectNoSecret(run, into);
  });

  test("that are too short to be masked are refused before anything is sent", async () => {
    const server = await endpoint();
    const run = await replayApart([hooks(folder(), 1), "--url", server.url, "-H", "X-Key: $env.KEY"], {
      KEY: "abc",
    });
    expect([run.code, server.connections]).toEqual([2, 0]);
    expect(run.stderr).toContain("$env.KEY");
  });

  test("given literally on the command line are warned about, and masked all the same", async () => {
    const server = await endpoint((request) => answer(400, headersOf(request).authorization));
    const into = folder();
    const run = await replayApart([
      hooks(folder(), 1),
      ...[
        "--url",
        `${server.url}/x?api_key=literal-canary-1`,
        "-H",
        "Authorization: Bearer literal-canary-2",
      ],
      ...["--har", join(into, "x.har"), "--save-responses", join(into, "answers")],
    ]);
    expect(run.stderr).toContain("--header: Authorization is given on the command line");
    expect(run.stderr).toContain("--url: api_key is given on the command line");
    const written = readdirSync(into, { recursive: true, encoding: "utf8" })
      .filter((name) => statSync(join(into, name)).isFile())
      .map((name) => readFileSync(join(into, name), "utf8"));
    expect(written.length).toBe(3);
    expect([run.stdout, run.stderr, ...written].join("\n")).not.toContain("literal-canary");
  });

  test("that a capture brought along are masked by the names of their headers", async () => {
    const server = await endpoint((request) => answer(200, `you sent ${headersOf(request)["x-api-key"]}`));
    const into = folder();
    const { linesFile } = await import("./replay-support.ts");
    const capture = { method: "POST", headers: { "X-Api-Key": "captured-canary" }, body: '{"a":1}' };
    const path = linesFile(folder(), [capture]);
    const run = await replayApart([
      path,
      "--url",
      server.url,
      "--har",
      join(into, "x.har"),
      "--save-responses",
      into,
    ]);
    expect(run.code).toBe(0);
    expect(headersOf(server.requests[0]!)["x-api-key"]).toBe("captured-canary");
    for (const name of readdirSync(into))
      expect(readFileSync(join(into, name), "utf8")).not.toContain("canary");
  });

  test("are read from files that others can read only with a warning", async () => {
    const { chmodSync, writeFileSync } = await import("node:fs");
    const server = await endpoint();
    const into = folder();
    const secret = join(into, "key");
    writeFileSync(secret, "a-key-in-a-file\n");
    chmodSync(secret, 0o644);
    const args = ["--sign", "smartsupp", "--sign-secret", `file:${secret}`, "--url", server.url];
    const run = await replayApart([hooks(into, 1), ...args]);
    expect(run.code).toBe(0);
    expect(run.stderr).toContain("chmod 600");
    expect(run.stderr).not.toContain("a-key-in-a-file");
  });
});

describe("files of a replay", () => {
  test("are for their owner alone, and answers are named by identity", async () => {
    const server = await endpoint(() => answer(200, "the answer"));
    const into = folder();
    const answers = join(into, "answers");
    const args = ["--url", server.url, "--save-responses", answers, "--har", join(into, "x.har")];
    const run = await replayApart([
      hooks(folder(), 2),
      ...args,
      "--reporter",
      `html=${join(into, "x.html")}`,
    ]);
    expect(run.code).toBe(0);
    const names = readdirSync(answers).sort();
    expect(names).toHaveLength(4);
    expect(names.every((name) => /^[0-9a-f]{32}\.(body|json)$/.test(name))).toBe(true);
    expect(readFileSync(join(answers, names[0]!), "utf8")).toBe("the answer");
    expect(statSync(answers).mode & 0o777).toBe(0o700);
    for (const path of [join(into, "x.har"), join(into, "x.html"), join(answers, names[0]!)]) {
      expect(statSync(path).mode & 0o777).toBe(0o600);
    }
  });
});
