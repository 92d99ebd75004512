import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { answer, type ReceivedRequest, type Script } from "../support/fault-server.ts";
import {
  endpoint,
  endpointWith,
  folder,
  headersOf,
  hooks,
  linesFile,
  QUICK,
  replay,
  replayApart,
  type Told,
  totals,
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

/** What all files of a folder hold. */
function filesIn(into: string): string[] {
  return readdirSync(into, { recursive: true, encoding: "utf8" })
    .map((name) => join(into, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, "utf8"));
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

/** Captured credentials are sent again only where a template passes them on. */
const PASSED_ON = ["-H", "X-Api-Key: ${capture.headers.x-api-key}"];

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
    expect(run.stdout).toContain('{"name":"X-Own","value":"***"}');
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
        `${server.url}/x?api_key=literal-canary-1&%6Bey=literal-canary-3`,
        "-H",
        "Authorization: Bearer literal-canary-2",
      ],
      ...["--har", join(into, "x.har"), "--save-responses", join(into, "answers")],
    ]);
    expect(run.stderr).toContain("--header: Authorization is given on the command line");
    expect(run.stderr).toContain("--url: api_key is given on the command line");
    const written = filesIn(into);
    expect(written.length).toBe(3);
    expect([run.stdout, run.stderr, ...written].join("\n")).not.toContain("literal-canary");
  });

  test("that a capture brought along are masked by the names of their headers", async () => {
    const server = await endpoint((request) => answer(200, `you sent ${headersOf(request)["x-api-key"]}`));
    const into = folder();
    const capture = { method: "POST", headers: { "X-Api-Key": "captured-canary" }, body: '{"a":1}' };
    const path = linesFile(folder(), [capture]);
    const run = await replayApart([
      path,
      ...PASSED_ON,
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

  test("that a capture brought along and a template passes on are masked in what is shown and kept", async () => {
    const into = folder();
    const captured = linesFile(into, [
      {
        method: "POST",
        url: "/in",
        headers: [
          ["Authorization", "Bearer old-canary-1"],
          ["X-Request", "r-77"],
          ["X-Session-Version", "2"],
        ],
        body: '{"a":1}',
      },
    ]);
    const server = await endpoint(() => 400);
    const args = [captured, "--url", `${server.url}/$capture.headers.authorization`];
    const templates = [
      ...["-H", "X-Old: $capture.headers.authorization", "-H", "X-Seen: ${capture.headers.x-request}"],
      ...["-H", "X-Version: ${capture.headers.x-session-version}"],
      ...["--body", '{"was":"$capture.headers.authorization"}'],
    ];
    const dry = await replay([...args, ...templates, "--dry-run"]);
    expect(dry.stdout).not.toContain("old-canary-1");
    expect(dry.stdout).toContain("r-77");
    const outputs = join(into, "out");
    mkdirSync(outputs);
    const kept = ["--har", "a.har", "--dead-letter", "dead.jsonl", "--save-responses", "saved"];
    const run = await replay([
      ...[...args, ...templates, ...QUICK],
      ...kept.map((one, index) => (index % 2 === 0 ? one : join(outputs, one))),
    ]);
    expect(server.requests[0]!.body.toString()).toBe('{"was":"Bearer old-canary-1"}');
    expect(headersOf(server.requests[0]!)["x-version"]).toBe("2");
    for (const text of [run.stdout, run.stderr, ...filesIn(outputs)])
      expect(text).not.toContain("old-canary-1");
  });

  test("that a capture brought along are masked where the endpoint redirects to a host made of them", async () => {
    const server = await endpoint((request) =>
      answer(302, "", [`location: http://${headersOf(request)["x-api-key"]}.example/`]),
    );
    const into = folder();
    const capture = {
      method: "POST",
      headers: { "X-Api-Key": "captured-canary", "X-Author": "Ann" },
      body: '{"a":1}',
    };
    const path = linesFile(folder(), [capture]);
    const dead = join(into, "dead.jsonl");
    const run = await replayApart(
      [
        ...[path, "--url", server.url, "--dead-letter", dead, "--reporter", "jsonl"],
        ...["--journal", join(into, "run.jsonl"), "--har", join(into, "x.har")],
        ...["--reporter", `html=${join(into, "x.html")}`, "--reporter", `text=${join(into, "x.txt")}`],
        ...["-H", "X-Mine: $env.MINE", "-H", "X-Tenant-Token-Id: t-1"],
        ...PASSED_ON,
      ],
      { MINE: "canary-of-mine" },
    );
    expect(headersOf(server.requests[0]!)["x-api-key"]).toBe("captured-canary");
    expect(run.stdout).toContain("a redirect to ***.example");
    for (const text of [run.stdout, run.stderr, ...filesIn(into)]) expect(text).not.toContain("canary");
    const letter = JSON.parse(readFileSync(dead, "utf8"));
    expect(Object.fromEntries(letter.headers)).toMatchObject({ "X-Author": "Ann" });
    expect(letter.chatx.withheld).toEqual(["header X-Mine", "header X-Api-Key", "header X-Tenant-Token-Id"]);
  });

  test.each([
    ["in the environment", "Authorization: Basic $env.PAIR"],
    ["with its scheme", "Authorization: $env.WHOLE"],
    ["of a header with another name", "X-Login: $env.PAIR"],
    ["of a token answer", "X-Login: $tokenResponse.body.JSON.pair"],
    ["of a header of the token answer", "X-Login: ${tokenResponse.headers.x-pair}"],
    ["of a capture", undefined],
  ])("in Base64 of user:password %s hide the password that the endpoint echoes", async (_, header) => {
    const pair = Buffer.from("user:canary-password").toString("base64");
    const server = await endpoint((request) => {
      if (request.target === "/token") return answer(200, JSON.stringify({ pair }), [`x-pair: ${pair}`]);
      const { authorization, "x-login": login, "x-api-key": key } = headersOf(request);
      const sent = (authorization ?? login ?? key)!.replace(/^Basic /, "");
      const password = Buffer.from(sent, "base64").toString().split(":")[1]!;
      return answer(302, `wrong password ${password}`, [`location: http://${password}.example/`]);
    });
    const into = folder();
    const capture = { method: "POST", headers: { "X-Api-Key": pair }, body: '{"a":1}' };
    const run = await replay(
      [
        ...[linesFile(folder(), [header === undefined ? capture : { a: 1 }]), "--url", `${server.url}/hook`],
        ...["--har", join(into, "x.har"), "--save-responses", join(into, "r"), "--reporter", "jsonl"],
        ...["--dead-letter", join(into, "dead.jsonl"), "--token-url", `${server.url}/token`],
        ...(header === undefined ? PASSED_ON : ["-H", header]),
      ],
      { PAIR: pair, WHOLE: `Basic ${pair}` },
    );
    expect(totals(run)).toMatchObject({ failed: 1 });
    const written = [run.stdout, run.stderr, ...filesIn(into)];
    expect(written.join("\n")).toContain("wrong password ***");
    for (const text of written) {
      expect(text).not.toContain("canary-password");
      expect(text).not.toContain(pair);
    }
  });

  test("are not shown by half where an answer is cut off in the middle of one", async () => {
    const secret = "canary-of-the-header-0123456789";
    const echo = `you sent ${secret}`;
    const server = await endpoint((request) => answer(200, `you sent ${headersOf(request)["x-own"]}`));
    for (const kept of [echo.length - 3, echo.length - 20, 9 + 4]) {
      const into = folder();
      const run = await replay(
        [
          ...[hooks(folder(), 1), "--url", server.url, "-H", "X-Own: $env.OWN"],
          ...["--max-answer-bytes", String(kept), "--har", join(into, "x.har"), "--save-responses", into],
        ],
        { OWN: secret },
      );
      expect(run.code, run.stderr).toBe(0);
      const written = filesIn(into);
      expect(written.filter((text) => text.includes("you sent ***"))).toHaveLength(2);
      for (const text of written) expect(text).not.toContain("cana");
    }
  });

  test("that are numbers of few digits are masked in what was sent and answered, and nowhere else", async () => {
    const server = await endpoint((request) => {
      if (request.target === "/token") return answer(200, '{"pin":54321,"tiny":321}');
      return answer(400, `no ${request.body} ${headersOf(request)["x-pin"]}`);
    });
    const into = folder();
    const har = join(into, "x.har");
    const run = await replay([
      ...[linesFile(folder(), [{ n: 54321 }]), "--token-url", `${server.url}/token`, "--reporter", "jsonl"],
      ...["--url", `${server.url}/hook?pin=$tokenResponse.body.JSON.pin`],
      ...["-H", "X-Pin: p$tokenResponse.body.JSON.pin", "-H", "X-Tiny: $tokenResponse.body.JSON.tiny"],
      ...["--body", '{"pin":$tokenResponse.body.JSON.pin,"n":1}', "--har", har, "--save-responses", into],
      ...["--dead-letter", join(into, "dead.jsonl")],
    ]);
    expect(headersOf(server.requests[1]!)).toMatchObject({ "x-pin": "p54321", "x-tiny": "321" });
    expect(run.code).toBe(1);
    for (const text of filesIn(into)) expect(text).not.toContain("54321");
    const { request } = JSON.parse(readFileSync(har, "utf8")).log.entries[0];
    expect(request.url).toMatch(/pin=\*\*\*$/);
    expect(request.postData.text).toBe('{"pin":***,"n":1}');
    expect(request.headers).toContainEqual({ name: "X-Tiny", value: "***" });
  });

  test.each([
    ["--body", '{"api_key":"literal-\\"canary","p":$payload}'],
    ["--body", "api_key=literal-canary&p=$payload.a"],
    ["--body", "<a api_key='literal-canary'>$payload.a</a>"],
    ["--body", "<a><api_key>literal-canary</api_key>$payload.a</a>"],
    ["--token-body", '{"api_key": "literal-canary"}'],
    ["--token-body", "grant_type=client_credentials&api_key=literal%2Dcanary"],
    ["--var", "api_key=literal-canary"],
  ])("written out in %s %s are warned about and masked, also in a dry run", async (option, text) => {
    const server = await endpoint((request) =>
      request.target === "/token" ? answer(200, '{"t":"a-token"}') : answer(400, request.body.toString()),
    );
    const into = folder();
    const input = linesFile(folder(), [{ a: 1 }]);
    const args = [input, "--url", `${server.url}/hook`, option, text, "--token-url", `${server.url}/token`];
    if (option === "--var") args.push("--body", '{"key":"$var.api_key"}');
    const kept = ["--har", join(into, "x.har"), "--save-responses", into, "--dead-letter", join(into, "d")];
    for (const run of [await replay([...args, "--dry-run"]), await replay([...args, ...kept])]) {
      expect(run.stderr).toContain(
        `warning: ${option}: api_key is given on the command line, which every user of this machine can read`,
      );
      for (const written of [run.stdout, run.stderr, ...filesIn(into)])
        expect(written).not.toContain("canary");
    }
    expect(filesIn(into).length).toBeGreaterThan(2);
  });

  test("written out in the file of a body are warned about by its name", async () => {
    const server = await endpoint((request) => answer(400, request.body.toString()));
    const into = folder();
    const template = join(into, "body.json");
    writeFileSync(template, '{"client_secret":"literal-canary","p":$payload}');
    const out = folder();
    const run = await replay([
      ...[linesFile(into, [{ a: 1 }]), "--url", server.url, "--body", `@${template}`],
      ...["--har", join(out, "x.har")],
    ]);
    expect(run.stderr).toContain(`${template} of --body: client_secret is written in the file itself`);
    expect(filesIn(out).join()).not.toContain("canary");
  });

  test("are read from files that others can read only with a warning", async () => {
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
