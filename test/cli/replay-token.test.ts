import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { answer } from "../support/fault-server.ts";
import { atTimeLimit } from "../support/time-limit.ts";
import {
  endpoint,
  endpointWith,
  folder,
  hooks,
  QUICK,
  replay,
  replayApart,
  totals,
} from "./replay-support.ts";

/** A run of three messages whose token endpoint answers with this. */
async function runWith(tokenAnswer: string, templates: readonly string[]) {
  const server = await endpoint((request) => (request.target === "/token" ? tokenAnswer : 200));
  const into = folder();
  const letters = join(into, "dead.jsonl");
  const run = await replay([
    hooks(into, 3),
    ...["--url", `${server.url}/hook`, "--token-url", `${server.url}/token`, "--dead-letter", letters],
    ...[...templates, ...QUICK],
  ]);
  const hookRequests = server.requests.filter(({ target }) => target !== "/token");
  return { run, hookRequests, asked: server.requests.length - hookRequests.length, letters };
}

const HTML = answer(200, "<html>canary, please log in</html>", ["content-type: text/html"]);
const json = (text: string) => answer(200, text, ["content-type: application/json"]);

describe("a token answer that cannot stand where the templates name it ends the run, and no message is to blame", () => {
  test.each([
    [
      "a token of three characters",
      json('{"t":"abc"}'),
      ["-H", "X-Auth: $tokenResponse.body.JSON.t"],
      "answered 200 with a JSON object: the secret $tokenResponse.body.JSON.t has fewer than 4 characters",
    ],
    [
      "a header that is not there",
      json("{}"),
      ["-H", "X-Auth: ${tokenResponse.headers.x-token}"],
      "answered 200 with a JSON object: $tokenResponse.headers.x-token has no value",
    ],
    [
      "a page where its JSON is wanted",
      HTML,
      ["--body", '{"auth":$tokenResponse.body.JSON}'],
      "answered 200 with no JSON: $tokenResponse.body.JSON has no value",
    ],
    [
      "a page where a member is wanted",
      HTML,
      ["--body", '{"auth":"$tokenResponse.body.JSON.t"}'],
      "answered 200 with no JSON: $tokenResponse.body.JSON.t has no value",
    ],
    [
      "a comma in a cookie",
      json('{"t":"canary,more"}'),
      ["-H", "Cookie: s=$tokenResponse.body.JSON.t"],
      "the value of $tokenResponse.body.JSON.t holds U+002C",
    ],
    [
      "a semicolon in a cookie",
      json('{"t":"canary;more"}'),
      ["-H", "Cookie: s=$tokenResponse.body.JSON.t"],
      "the value of $tokenResponse.body.JSON.t holds U+003B",
    ],
    [
      "a quote between quotes",
      json('{"t":"canary\\"more"}'),
      ["-H", 'Authorization: Digest nonce="$tokenResponse.body.JSON.t"'],
      "the value of $tokenResponse.body.JSON.t holds U+0022",
    ],
    [
      "a blank at the end of a header",
      json('{"t":"canary "}'),
      ["-H", "X-Auth: $tokenResponse.body.JSON.t"],
      "header X-Auth would begin or end with a blank",
    ],
    [
      "an object in a header",
      json('{"t":{"canary":1}}'),
      ["-H", "X-Auth: $tokenResponse.body.JSON.t"],
      "$tokenResponse.body.JSON.t is an object",
    ],
    [
      "what XML cannot hold",
      json('{"t":"canary\\u0001"}'),
      ["--body", "<a>$tokenResponse.body.JSON.t</a>"],
      "the value of $tokenResponse.body.JSON.t holds U+0001",
    ],
  ] as const)("%s", async (_, tokenAnswer, templates, words) => {
    const { run, hookRequests, asked, letters } = await runWith(tokenAnswer, templates);
    expect(run.code, run.stderr).toBe(5);
    expect(totals(run)).toMatchObject({ planned: 3, pending: 3, failed: 0 });
    expect(run.stderr).toContain("stopped: the token endpoint ");
    expect(run.stderr).toContain(words);
    expect(run.stdout + run.stderr).not.toContain("canary");
    expect([hookRequests.length, asked]).toEqual([0, 1]);
    expect(readFileSync(letters, "utf8")).toBe("");
  });

  test("also where it is the renewed one; what was delivered before stays delivered", async () => {
    let asked = 0;
    const server = await endpoint((request) => {
      if (request.target === "/token") return json(asked++ === 0 ? '{"t":"good-token"}' : '{"u":1}');
      return server.requests.length > 2 ? 401 : 200;
    });
    const run = await replay([
      hooks(folder(), 3),
      ...["--url", `${server.url}/hook`, "--token-url", `${server.url}/token`, "--concurrency", "1"],
      ...["-H", "X-Auth: $tokenResponse.body.JSON.t", ...QUICK],
    ]);
    expect(run.code).toBe(5);
    expect(totals(run)).toMatchObject({ delivered: 1, pending: 2 });
    expect(run.stderr).toContain("$tokenResponse.body.JSON.t has no value");
  });
});

describe("a token endpoint", () => {
  const TOKEN = ["-H", "X-Auth: $tokenResponse.body.JSON.t", ...QUICK];

  test("that never answers is given up at the time limit, and nothing is sent without it", async () => {
    await atTimeLimit(async (limitMs) => {
      const server = await endpointWith((reply, { target }) => {
        if (target !== "/token") reply.send(answer(200));
      });
      const run = await replayApart([
        ...[hooks(folder(), 3), "--url", `${server.url}/hook`, "--token-url", `${server.url}/token`],
        ...[...TOKEN, "--timeout", `${limitMs}ms`, "--retries", "1"],
      ]);
      expect(run.code).toBe(5);
      expect(totals(run)).toMatchObject({ planned: 3, pending: 3 });
      expect(run.stderr).toMatch(/stopped: no token could be had: 127\.0\.0\.1:\d+ did not answer in time/);
      expect(server.requests.map(({ target }) => target)).toEqual(["/token", "/token"]);
    });
  });

  test.each([
    [3, 0, { delivered: 3 }],
    [2, 5, { pending: 3, failed: 0 }],
  ])("that answers 500 three times, with --retries %i: exit %i", async (retries, code, outcome) => {
    let asked = 0;
    const server = await endpoint(({ target }) => {
      if (target !== "/token") return 200;
      return asked++ < 3 ? answer(500, "canary") : json('{"t":"good-token"}');
    });
    const run = await replay([
      ...[hooks(folder(), 3), "--url", `${server.url}/hook`, "--token-url", `${server.url}/token`],
      ...[...TOKEN, "--retries", String(retries)],
    ]);
    expect(run.code, run.stderr).toBe(code);
    expect(totals(run)).toMatchObject(outcome);
    expect(asked).toBe(retries + 1);
    if (code !== 0) expect(run.stderr).toContain("stopped: the token endpoint answered with status 500");
  });

  test("whose answer has a megabyte is not read to its end, whatever token is in it", async () => {
    const padding = "x".repeat(1 << 20);
    const { run, hookRequests } = await runWith(
      json(`{"t":"good-token","padding":"${padding}"}`),
      TOKEN.slice(0, 2),
    );
    expect(run.code).toBe(5);
    expect(totals(run)).toMatchObject({ pending: 3, failed: 0 });
    expect(run.stderr).toContain("the token endpoint's answer is too long to be a token");
    expect(hookRequests).toEqual([]);
  });
});

describe("a token answer may be all that its place can hold", () => {
  test.each([
    ["an object", '{"t":{"id":"abcdef"}}', '{"s":$tokenResponse.body.JSON.t}', '{"s":{"id":"abcdef"}}'],
    ["a boolean", '{"t":true}', '{"s":$tokenResponse.body.JSON.t}', '{"s":true}'],
    ["null", '{"t":null}', '{"s":$tokenResponse.body.JSON.t}', '{"s":null}'],
    ["letters beyond ASCII", '{"t":"Jürgen 李"}', '{"s":"$tokenResponse.body.JSON.t"}', '{"s":"Jürgen 李"}'],
    ["a line break", '{"t":"one\\ntwo"}', '{"s":"$tokenResponse.body.JSON.t"}', '{"s":"one\\ntwo"}'],
    ["a default for what is missing", "{}", '{"s":"${tokenResponse.body.JSON.t:-none}"}', '{"s":"none"}'],
    ["a form", '{"t":"a&b=c"}', "s=$tokenResponse.body.JSON.t", "s=a%26b%3Dc"],
    ["XML", '{"t":"a<b&c"}', "<s>$tokenResponse.body.JSON.t</s>", "<s>a&lt;b&amp;c</s>"],
  ])("%s in a body", async (_, tokenBody, body, sent) => {
    const bytes = Buffer.from(tokenBody);
    const server = await endpointWith((reply, { target }) =>
      target === "/token"
        ? reply.send(`HTTP/1.1 200 OK\r\ncontent-length: ${bytes.length}\r\n\r\n`, bytes)
        : reply.send(answer(200)),
    );
    const run = await replay([
      hooks(folder(), 1),
      ...["--url", `${server.url}/hook`, "--token-url", `${server.url}/token`, "--body", body],
    ]);
    expect(run.code, run.stderr).toBe(0);
    expect(server.requests.at(-1)!.body.toString()).toBe(sent);
  });
});
