import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { answer, closedPort } from "../support/fault-server.ts";
import { fixturePaths } from "../support/fixtures.ts";
import { root, runChatx, startChatx } from "../support/run-chatx.ts";
import {
  endpoint,
  endpointWith,
  folder,
  headersOf,
  hook,
  hooks,
  keyOf,
  linesFile,
  QUICK,
  replay,
  replayApart,
  totals,
} from "./replay-support.ts";

describe("what is sent", () => {
  test("is the captured bytes, one file after the other", async () => {
    const server = await endpoint();
    const paths = fixturePaths("smartsupp/valid");
    const run = await replay(["fixtures/smartsupp/valid", "--url", `${server.url}/hook`]);
    expect(run.code).toBe(0);
    expect(totals(run)).toMatchObject({ planned: paths.length, delivered: paths.length });
    const sent = server.requests.map(({ body }) => body.toString("utf8")).sort();
    expect(sent).toEqual(paths.map((path) => readFileSync(join(root, path), "utf8").trim()).sort());
    expect(new Set(server.requests.map(({ method, target }) => `${method} ${target}`))).toEqual(
      new Set(["POST /hook"]),
    );
    expect(new Set(server.requests.map(keyOf)).size).toBe(paths.length);
  });

  test("is the captured bytes of every line of a long file, also while much of it waits", async () => {
    const server = await endpoint();
    const path = hooks(folder(), 700);
    const run = await replay([path, "--url", server.url, "--concurrency", "3"]);
    expect(run.code).toBe(0);
    const sent = server.requests.map(({ body }) => body.toString("utf8")).sort();
    expect(sent).toEqual(readFileSync(path, "utf8").trim().split("\n").sort());
  });

  test("keeps method and headers of a capture, without those of the old connection and its rights", async () => {
    const server = await endpoint();
    const capture = {
      method: "PUT",
      url: "https://old.example/hook",
      headers: {
        "content-type": "application/vnd.chat+json",
        "X-Trace": "a1",
        Host: "old.example",
        "Content-Length": "2",
        Cookie: "sid=1",
        Authorization: "Bearer old",
        "X-Smartsupp-Hmac": "00",
        Connection: "keep-alive, X-Hop",
        "X-Hop": "1",
      },
      body: JSON.stringify(hook(1)),
    };
    const path = linesFile(folder(), [capture], "captures.jsonl");
    expect((await replay([path, "--url", server.url])).code).toBe(0);
    const { method, headers } = server.requests[0]!;
    expect(method).toBe("PUT");
    const own = headers.filter(([name]) => !/^(host|connection|content-length|accept-encoding)$/i.test(name));
    expect(own).toEqual([
      ["content-type", "application/vnd.chat+json"],
      ["X-Trace", "a1"],
      ["idempotency-key", expect.stringMatching(/^"[0-9a-f]{32}"$/)],
    ]);
    expect(headersOf(server.requests[0]!)).toMatchObject({ "accept-encoding": "identity" });
  });

  test("takes values of payload, conversation, record and --var in URL, headers and body", async () => {
    const server = await endpoint();
    const into = folder();
    const path = linesFile(into, [hook(7, 'He said "no"\n{}</a>')]);
    const template = join(into, "body.json");
    writeFileSync(
      template,
      '{"id":$payload.channel.id,"text":"$payload.messages[0].content","team":"$var.team","all":$payload}',
    );
    const run = await replay([
      path,
      "--url",
      `${server.url}/chats/$conversation.id?line=$record.line`,
      "-H",
      "X-Conversation: $conversation.id",
      "--body",
      `@${template}`,
      "--var",
      "team=north & south",
    ]);
    expect(run.stderr).toContain("planned 1 = delivered 1");
    const request = server.requests[0]!;
    expect(request.target).toBe("/chats/smartsupp-4711-7?line=1");
    expect(headersOf(request)).toMatchObject({
      "x-conversation": "smartsupp-4711-7",
      "content-type": "application/json",
    });
    expect(JSON.parse(request.body.toString("utf8"))).toEqual({
      id: 7,
      text: 'He said "no"\n{}</a>',
      team: "north & south",
      all: hook(7, 'He said "no"\n{}</a>'),
    });
  });

  test("is what chatx convert makes of it with --to", async () => {
    const server = await endpoint();
    const path = linesFile(folder(), [hook(1)]);
    const run = await replay([path, "--to", "ferndesk", "--url", `${server.url}/$conversation.origin.id`]);
    expect(run.stderr).toContain("delivered 1");
    expect(server.requests[0]!.target).toBe("/1");
    const converted = await runChatx(["convert", "--to", "ferndesk", path]);
    expect(JSON.parse(server.requests[0]!.body.toString("utf8"))).toEqual(JSON.parse(converted.stdout));
    expect(headersOf(server.requests[0]!)["content-type"]).toBe("application/json");
  });

  test("is one message for a conversation whose events are folded by --to", async () => {
    const server = await endpoint();
    const run = await replay(["fixtures/userlike/valid", "--to", "ferndesk", "--url", server.url]);
    const converted = await runChatx(["convert", "--to", "ferndesk", "--quiet", "fixtures/userlike/valid"]);
    const expected = (JSON.parse(converted.stdout) as { conversations: unknown[] }).conversations;
    const sent = server.requests.flatMap(({ body }) => JSON.parse(body.toString("utf8")).conversations);
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
    expect(sent.sort(byId)).toEqual((expected as { id: string }[]).sort(byId));
    expect(run.stderr).toMatch(/^records read \d+ = planned \d+ \+ left out/m);
  });

  test("comes from standard input as well", async () => {
    const server = await endpoint();
    const run = await replayApart(
      ["--url", server.url],
      {},
      `${JSON.stringify(hook(1))}\n${JSON.stringify(hook(2))}`,
    );
    expect(totals(run)).toMatchObject({ planned: 2, delivered: 2 });
  });

  test("is signed over the bytes that are sent", async () => {
    const server = await endpoint();
    const { createHmac } = await import("node:crypto");
    const args = ["--sign", "smartsupp", "--sign-secret", "env:SECRET", "--url", server.url];
    const run = await replay([...args, fixturePaths("smartsupp/valid")[0]!], {
      SECRET: "canary-of-the-hook",
    });
    expect(run.code).toBe(0);
    const { body } = server.requests[0]!;
    const signature = createHmac("sha256", "canary-of-the-hook").update(body).digest("hex");
    expect(headersOf(server.requests[0]!)["x-smartsupp-hmac"]).toBe(signature);
  });

  test("is chosen by --limit, --since, --until and --shard", async () => {
    const server = await endpoint();
    const path = hooks(folder(), 20);
    const limited = await replay([path, "--url", server.url, "--limit", "3"]);
    expect(totals(limited)).toMatchObject({ planned: 3, delivered: 3 });
    const late = await replay([path, "--url", server.url, "--since", "2030-01-01"]);
    expect(totals(late).planned).toBe(0);
    expect(late.stderr).toContain("records read 20 = planned 0 + left out 20 (20 before --since)");
    const shares = await Promise.all(
      ["1/2", "2/2"].map((shard) => replay([path, "--url", server.url, "--shard", shard])),
    );
    expect(shares.map((run) => totals(run).planned!).reduce((a, b) => a + b)).toBe(20);
  });

  test("leaves out what is no payload, and says so", async () => {
    const server = await endpoint();
    const into = folder();
    const path = join(into, "mixed.jsonl");
    writeFileSync(path, `${JSON.stringify(hook(1))}\n42\n{"broken":,}\n{"a vendor":"nobody knows"}\n`);
    const run = await replay([path, "--url", server.url]);
    expect(run.code).toBe(1);
    expect(totals(run)).toMatchObject({ planned: 2, delivered: 2 });
    expect(run.stderr).toContain("mixed.jsonl:3:11");
    expect(run.stderr).toContain(
      "records read 4 = planned 2 + rejected 2 (1 format/not-an-object, 1 json/syntax)",
    );
  });
});

describe("two phases", () => {
  test("fetch a token first, and once for all", async () => {
    const server = await endpoint((request) =>
      request.target === "/token" ? answer(200, '{"access_token":"canary-of-the-token"}') : 200,
    );
    const run = await replay(
      [
        hooks(folder(), 12),
        "--url",
        `${server.url}/hook`,
        ...["--token-url", `${server.url}/token`, "--token-body", '{"key":"$env.KEY"}'],
        ...["-H", "Authorization: Bearer $tokenResponse.body.JSON.access_token"],
      ],
      { KEY: "canary-of-the-client" },
    );
    expect(totals(run)).toMatchObject({ delivered: 12 });
    const [first, ...others] = server.requests;
    expect(first).toMatchObject({ method: "POST", target: "/token" });
    expect(first!.body.toString()).toBe('{"key":"canary-of-the-client"}');
    expect(new Set(others.map((request) => headersOf(request).authorization))).toEqual(
      new Set(["Bearer canary-of-the-token"]),
    );
  });

  test("end with exit 5 and no dead letter where the token endpoint refuses", async () => {
    const server = await endpoint((request) => (request.target === "/token" ? 403 : 200));
    const letters = join(folder(), "dead.jsonl");
    const run = await replay([
      hooks(folder(), 3),
      ...["--url", `${server.url}/hook`, "--token-url", `${server.url}/token`],
      ...["-H", "X-Key: $tokenResponse.body.JSON.key", "--dead-letter", letters],
    ]);
    expect(run.code).toBe(5);
    expect(totals(run)).toMatchObject({ planned: 3, pending: 3 });
    expect(run.stderr).toContain("stopped: the token endpoint refuses our credentials");
    expect(readFileSync(letters, "utf8")).toBe("");
    expect(server.requests).toHaveLength(1);
  });
});

describe("the exit code", () => {
  test("is 1 when a message failed for good, and the rest is delivered", async () => {
    const server = await endpoint((request) => (request.body.includes('"id":3,') ? 422 : 200));
    const run = await replay([hooks(folder(), 5), "--url", server.url]);
    expect(run.code).toBe(1);
    expect(totals(run)).toMatchObject({ delivered: 4, failed: 1 });
    expect(run.stderr).toContain("failed: the endpoint answered 422");
    expect(run.stderr).toContain("hooks.jsonl:3");
  });

  test("is 5 when nobody listens, and everything is kept", async () => {
    const port = await closedPort();
    const run = await replay([
      hooks(folder(), 5),
      "--url",
      `http://127.0.0.1:${port}/`,
      ...QUICK,
      "--retries",
      "1",
    ]);
    expect(run.code).toBe(5);
    const { planned, pending, unknown, failed } = totals(run);
    expect([planned, failed]).toEqual([5, 0]);
    expect(pending! + unknown!).toBe(5);
  });

  test("is 5 after 410 Gone and after --max-failures", async () => {
    const gone = await endpoint(() => 410);
    const first = await replay([hooks(folder(), 5), "--url", gone.url, "--concurrency", "1"]);
    expect([first.code, gone.requests.length]).toEqual([5, 1]);
    const bad = await endpoint(() => 400);
    const second = await replay([
      hooks(folder(), 50),
      "--url",
      bad.url,
      "--max-failures",
      "2",
      "--concurrency",
      "1",
    ]);
    expect([second.code, bad.requests.length]).toEqual([5, 2]);
    expect(totals(second)).toMatchObject({ planned: 50, failed: 2, pending: 48 });
    expect(second.stderr).toContain("stopped: 2 of 2 messages were not delivered");
  });

  test("is 1 for an answer that is 2xx and not the expected one", async () => {
    const server = await endpoint(() => answer(200, '{"ok":false}'));
    const run = await replay([hooks(folder(), 1), "--url", server.url, "--expect", "/ok=true"]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("/ok of the answer is not true");
  });

  test("is 3 when nothing matches", async () => {
    const server = await endpoint();
    expect((await replay(["no-such-folder", "--url", server.url])).code).toBe(3);
  });

  test.each([
    [["--url", "ftp://example.com/"], /http/],
    [["--url", "http://$payload.host/"], /literal/],
    [["--url", "http://127.0.0.1/", "-H", "X: $payloda.x"], /did you mean \$payload/],
    [["--url", "http://127.0.0.1/", "--body", '{"a":$payload.x'], /line 1/],
    [["--url", "http://127.0.0.1/", "-H", "X: $tokenResponse.status"], /without --token-url/],
    [["--url", "http://127.0.0.1/", "-H", "X: $env.NOT_SET"], /NOT_SET/],
    [["--url", "http://127.0.0.1/", "--rate", "fast"], /--rate/],
    [["--url", "http://127.0.0.1/", "--resume"], /--journal/],
    [["--url", "http://127.0.0.1/", "--sign", "smartsupp"], /--sign-secret/],
    [["--url", "http://127.0.0.1/", "--sign", "smartsupp", "--sign-secret", "the-secret"], /env:NAME/],
    [["--url", "http://127.0.0.1/", "--expect", "404"], /--expect/],
    [["--url", "http://127.0.0.1/", "--reporter", "json", "--reporter", "jsonl"], /one stream/],
    [["--url", "http://127.0.0.1/", "--timeout", "soon"], /30s/],
    [["--url", "http://127.0.0.1/", "--speed", "fast"], /--speed/],
    [["--url", "http://127.0.0.1/", "--method", "TRACE"], /--method/],
    [[], /--url/],
  ])("is 2 for %j, before anything is opened", async (args, message) => {
    const run = await replay([fixturePaths("smartsupp/valid")[0]!, ...args]);
    expect([run.code, run.stdout]).toEqual([2, ""]);
    expect(run.stderr).toMatch(message);
    expect(run.stderr).not.toContain("the-secret");
  });
});

describe("order and failures", () => {
  test("hold the rest of a conversation back, or go on as told", async () => {
    const server = await endpoint((request) => (request.body.includes('"text":"b"') ? 400 : 200));
    const event = (text: string, at: number) => ({ ...hook(9), events: [{ text, at }] });
    const path = linesFile(folder(), [event("a", 1), event("b", 2), event("c", 3)]);
    const held = await replay([path, "--url", server.url]);
    expect(totals(held)).toMatchObject({ delivered: 1, failed: 1, held: 1 });
    const on = await replay([path, "--url", server.url, "--on-failure", "continue"]);
    expect(totals(on)).toMatchObject({ delivered: 2, failed: 1, held: 0 });
  });

  test("send again what may work later, under the same key", async () => {
    const server = await endpoint((_, index) => (index === 0 ? 503 : 200));
    const run = await replay([hooks(folder(), 1), "--url", server.url, ...QUICK]);
    expect(totals(run)).toMatchObject({ delivered: 1 });
    expect(server.requests.map(keyOf)[0]).toBe(server.requests.map(keyOf)[1]);
  });
});

describe("a dry run", () => {
  test("plans, masks, contacts nobody and writes nothing", async () => {
    const server = await endpoint();
    const into = folder();
    const journal = join(into, "run.jsonl");
    const run = await replay(
      [
        "fixtures/userlike/valid",
        ...[
          "--dry-run",
          "--url",
          `${server.url}/x`,
          "-H",
          "Authorization: Bearer $env.KEY",
          "--rate",
          "10/s",
        ],
        ...["--journal", journal, "--dead-letter", join(into, "dead.jsonl"), "--har", join(into, "x.har")],
        ...["--token-url", `${server.url}/token`, "-H", "X-Token: $tokenResponse.body.JSON.access_token"],
      ],
      { KEY: "canary-of-the-key" },
    );
    expect(run.code).toBe(0);
    expect(server.connections).toBe(0);
    expect(run.stdout).toContain(`target ${server.url}`);
    expect(run.stdout).toMatch(/^planned (\d+) = already delivered 0 \+ given up before 0 \+ to send \1$/m);
    expect(run.stdout).toMatch(/1 {2}chat_session feedback/);
    expect(run.stdout).toMatch(/expected duration: at least 3 s/);
    expect(run.stdout).toContain("Authorization: ***");
    expect(run.stdout + run.stderr).not.toContain("canary");
    const { readdirSync } = await import("node:fs");
    expect(readdirSync(into)).toEqual([]);
  });

  test("says for machines what was delivered already", async () => {
    const server = await endpoint((request) => (request.body.includes('"id":2,') ? 400 : 200));
    const into = folder();
    const args = [hooks(into, 4), "--url", server.url, "--journal", join(into, "run.jsonl")];
    expect((await replay(args)).code).toBe(1);
    const run = await replay([...args, "--resume", "--dry-run", "--reporter", "json"]);
    const { plan } = JSON.parse(run.stdout);
    expect(plan).toMatchObject({ planned: 4, deliveredBefore: 3, failedBefore: 1, toSend: 0 });
    expect(server.requests).toHaveLength(4);
  });
});

describe("a dry run that the run itself would refuse", () => {
  test.each<[string, (args: string[], into: string) => string[]]>([
    ["a journal that is there, without --resume", (args) => args],
    [
      "--resume without a journal",
      (args, into) => [...args.slice(0, -1), join(into, "none.jsonl"), "--resume"],
    ],
    ["--resume with another target", (args) => [...args, "--resume", "--url", "http://127.0.0.1:9/"]],
    [
      "--resume with fewer inputs",
      (args, into) => [hooks(into, 2, "fewer.jsonl"), ...args.slice(1), "--resume"],
    ],
    [
      "--resume with more inputs",
      (args, into) => [hooks(into, 4, "more.jsonl"), ...args.slice(1), "--resume"],
    ],
  ])("is refused in the same words: %s", async (_, changed) => {
    const server = await endpoint();
    const into = folder();
    const args = [hooks(into, 3), "--url", server.url, "--journal", join(into, "run.jsonl")];
    expect((await replay(args)).code).toBe(0);
    const now = changed(args, into);
    const dry = await replay([...now, "--dry-run"]);
    const run = await replay(now);
    expect([dry.code, dry.stdout]).toEqual([2, ""]);
    expect([run.code, run.stderr]).toEqual([2, dry.stderr]);
    expect(server.requests).toHaveLength(3);
  });
});

test.each<[string[], Record<string, string>]>([
  [
    ["standard-webhooks", "-H", "webhook-id: mine"],
    { "webhook-timestamp": "***", "webhook-signature": "***" },
  ],
  [["smartsupp"], { "X-Smartsupp-Hmac": "***" }],
  [["hmac-sha256", "--sign-header", "X-Proof", "-H", "X-Proof: mine"], { "X-Proof": "***" }],
])("a dry run shows the headers of --sign %j, but not their values", async (sign, masked) => {
  const args = [hooks(folder(), 1), "--url", "http://127.0.0.1:9/", "--dry-run", "--reporter", "json"];
  const run = await replay([...args, "--sign-secret", "env:KEY", "--sign", ...sign], {
    KEY: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  });
  const [first] = JSON.parse(run.stdout).plan.first;
  const shown = Object.fromEntries(
    first.headers.map(({ name, value }: { name: string; value: string }) => [name, value]),
  );
  expect(shown).toMatchObject(masked);
  expect(run.stdout).not.toContain("mine");
  if (sign[0] === "standard-webhooks") expect(`"${shown["webhook-id"]}"`).toBe(shown["idempotency-key"]);
});

describe("a signal", () => {
  test("ends the run in good order: what is under way ends, the summary says how to resume", async () => {
    const into = folder();
    const release: (() => void)[] = [];
    const server = await endpointWith((to) => {
      release.push(() => to.send(answer(200)));
    });
    const journal = join(into, "run.jsonl");
    const args = [hooks(into, 30), "--url", server.url, "--concurrency", "4", "--journal", journal];
    const { child, ended } = startChatx(["replay", ...args]);
    await server.until(() => server.requests.length === 4);
    let told = "";
    child.stderr!.on("data", (chunk) => {
      told += chunk;
    });
    child.kill("SIGINT");
    // It is said while it waits, not afterwards.
    await vi.waitUntil(() => told.includes("stopping: requests under way may end"), { timeout: 30_000 });
    // Longer than a command may take that has nothing under way: an answer counts as long as --timeout allows.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    for (const one of release) one();
    const run = await ended();
    expect(run.code).toBe(130);
    expect(server.requests).toHaveLength(4);
    expect(totals(run)).toMatchObject({ delivered: 4, failed: 0, unknown: 0, held: 0 });
    expect(run.stderr).toContain("chatx: stopping: requests under way may end; once more to stop at once\n");
    expect(run.stderr).toContain("stopped by SIGINT");
    expect(run.stderr).toContain("to resume: run the same command with --resume");
    const lines = readFileSync(journal, "utf8").split("\n");
    expect(lines.filter((line) => line.includes('"delivered"'))).toHaveLength(4);
  });

  test("given twice ends it at once, by the signal itself", async () => {
    const server = await endpointWith(() => undefined);
    const { child, ended } = startChatx(["replay", hooks(folder(), 3), "--url", server.url]);
    await server.until(() => server.requests.length > 0);
    child.kill("SIGINT");
    // Two that come together are one for the system.
    const again = setInterval(() => child.kill("SIGINT"), 50);
    const run = await ended();
    clearInterval(again);
    // A shell shows this as 130.
    expect([run.code, run.signal]).toEqual([null, "SIGINT"]);
  });
});
