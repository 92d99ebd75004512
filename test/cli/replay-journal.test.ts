import { spawn } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { answer } from "../support/fault-server.ts";
import { command } from "../support/run-chatx.ts";
import {
  endpoint,
  endpointWith,
  folder,
  hook,
  hooks,
  keyOf,
  linesFile,
  QUICK,
  replay,
  replayApart,
  totals,
} from "./replay-support.ts";

describe("a journal", () => {
  test("lets a finished run be resumed without sending anything", async () => {
    const server = await endpoint();
    const into = folder();
    const args = [hooks(into, 10), "--url", server.url, "--journal", join(into, "run.jsonl")];
    expect((await replay(args)).code).toBe(0);
    expect(server.requests).toHaveLength(10);
    const again = await replay([...args, "--resume"]);
    expect([again.code, server.requests.length]).toEqual([0, 10]);
    expect(totals(again)).toMatchObject({ planned: 10, delivered: 10 });
    expect(again.stderr).toContain("of these by earlier runs: 10 delivered");
    expect(statSync(join(into, "run.jsonl")).mode & 0o777).toBe(0o600);
  });

  test("is not written over by a run that does not resume", async () => {
    const server = await endpoint();
    const into = folder();
    const args = [hooks(into, 2), "--url", server.url, "--journal", join(into, "run.jsonl")];
    await replay(args);
    const again = await replay(args);
    expect([again.code, server.requests.length]).toEqual([2, 2]);
    expect(again.stderr).toContain("--resume");
  });

  test.each([
    ["target", (args: string[]) => args.map((arg) => arg.replace("127.0.0.1", "localhost")), /target/],
    ["URL", (args: string[]) => args.map((arg) => arg.replace(/(:\d+)$/, "$1/other")), /--url/],
    ["header", (args: string[]) => [...args, "-H", "X-More: 1"], /--header/],
    ["body", (args: string[]) => [...args, "--body", "{}"], /--body/],
    ["format", (args: string[]) => [...args, "--to", "ferndesk"], /--to/],
    ["selection", (args: string[]) => [...args, "--limit", "1"], /--limit/],
  ])("refuses to be resumed with another %s, and says what changed", async (_, change, message) => {
    const server = await endpoint();
    const into = folder();
    const args = [hooks(into, 3), "--url", server.url, "--journal", join(into, "run.jsonl")];
    await replay(args);
    const run = await replay([...change(args), "--resume"]);
    expect([run.code, server.requests.length]).toEqual([2, 3]);
    expect(run.stderr).toMatch(message);
  });

  test.each([
    [
      "changed",
      (path: string) => writeFileSync(path, readFileSync(path, "utf8").replace("message 2", "message two")),
    ],
    [
      "fewer",
      (path: string) => writeFileSync(path, readFileSync(path, "utf8").split("\n").slice(0, 2).join("\n")),
    ],
    [
      "more",
      (path: string) => writeFileSync(path, `${readFileSync(path, "utf8")}${JSON.stringify(hook(99))}\n`),
    ],
  ])("refuses to be resumed with %s inputs, before anything is sent", async (_, change) => {
    const server = await endpoint((request) => (request.body.includes('"id":3,') ? 503 : 200));
    const into = folder();
    const path = hooks(into, 3);
    const args = [
      path,
      "--url",
      server.url,
      "--journal",
      join(into, "run.jsonl"),
      ...QUICK,
      "--retries",
      "1",
    ];
    await replay(args);
    const sent = server.requests.length;
    change(path);
    const run = await replay([...args, "--resume"]);
    expect([run.code, server.requests.length]).toEqual([2, sent]);
    expect(run.stderr).toContain("inputs");
  });

  test("knows after a kill what was delivered; what was under way comes again under the same key", async () => {
    const into = folder();
    let isSlow = true;
    const server = await endpointWith((to, _, index) => {
      if (!isSlow || index < 40) to.send(answer(200));
    });
    const args = [
      hooks(into, 100),
      "--url",
      server.url,
      "--journal",
      join(into, "run.jsonl"),
      "--concurrency",
      "5",
    ];
    const child = spawn(process.execPath, [command, "replay", ...args], { stdio: "ignore" });
    const closed = new Promise((resolve) => child.on("close", resolve));
    await server.until(() => server.requests.length === 45);
    child.kill("SIGKILL");
    await closed;
    isSlow = false;
    const run = await replay([...args, "--resume"]);
    expect(run.code).toBe(0);
    expect(totals(run)).toMatchObject({ planned: 100, delivered: 100 });
    const bodies = new Map<string, Set<string>>();
    for (const request of server.requests) {
      const keys = bodies.get(request.body.toString()) ?? new Set();
      bodies.set(request.body.toString(), keys.add(keyOf(request)));
    }
    expect(bodies.size).toBe(100);
    expect([...bodies.values()].every((keys) => keys.size === 1)).toBe(true);
    expect(server.requests.length).toBeLessThanOrEqual(100 + 5 + 5);
  });

  test.each([
    ["emptied", () => "", /knows of no run: everything is sent/, 3],
    ["only zeros", (text: string) => "\0".repeat(text.length), /knows of no run: everything is sent/, 3],
    [
      "cut",
      (text: string) => `${text}{"sequence":4,"ident`,
      /the last \d+ bytes of journal .* they are cut off/,
      0,
    ],
    ["with zeros at its end", (text: string) => `${text}\0\0\0`, /the last 3 bytes of journal/, 0],
  ])("that a crash has damaged (%s) is told of", async (_, damage, words, sentAgain) => {
    const server = await endpoint();
    const into = folder();
    const journal = join(into, "run.jsonl");
    const args = [hooks(into, 3), "--url", server.url, "--journal", journal];
    await replay(args);
    writeFileSync(journal, damage(readFileSync(journal, "latin1")));
    const run = await replay([...args, "--resume"]);
    expect([run.code, server.requests.length]).toEqual([0, 3 + sentAgain]);
    expect(run.stderr).toMatch(words);
  });

  test("works with standard input, which can be read only once", async () => {
    const server = await endpoint();
    const into = folder();
    const text = readFileSync(hooks(into, 5), "utf8");
    const args = ["--url", server.url, "--journal", join(into, "run.jsonl")];
    expect((await replayApart(args, {}, text)).code).toBe(0);
    const run = await replayApart([...args, "--resume"], {}, text);
    expect([run.code, server.requests.length]).toEqual([0, 5]);
  });
});

describe("dead letters", () => {
  test("are replayed with the same bytes under the same key", async () => {
    let isBroken = true;
    const server = await endpoint((request) => (isBroken && request.body.includes('"id":2,') ? 422 : 200));
    const into = folder();
    const letters = join(into, "dead.jsonl");
    const path = linesFile(into, [hook(1), hook(2, 'a "quoted" \u00e4\u{1f600}'), hook(3)]);
    const first = await replay([path, "--url", server.url, "--dead-letter", letters]);
    expect(first.code).toBe(1);
    expect(first.stderr).toContain(`chatx replay ${letters} --url`);
    const [failed] = server.requests.filter(({ body }) => body.includes('"id":2,'));
    isBroken = false;
    const before = server.requests.length;
    const second = await replay([letters, "--url", server.url]);
    expect([second.code, server.requests.length]).toEqual([0, before + 1]);
    const sent = server.requests.at(-1)!;
    expect(sent.body.equals(failed!.body)).toBe(true);
    expect(keyOf(sent)).toBe(keyOf(failed!));
  });

  test("do not hold what a template took from the environment", async () => {
    const server = await endpoint(() => 400);
    const into = folder();
    const letters = join(into, "dead.jsonl");
    const run = await replay(
      [
        hooks(into, 1),
        "--url",
        server.url,
        "--dead-letter",
        letters,
        "-H",
        "X-Plain: $env.KEY",
        "-H",
        "X-Kept: yes",
      ],
      { KEY: "canary-of-the-key" },
    );
    expect(run.code).toBe(1);
    const letter = JSON.parse(readFileSync(letters, "utf8"));
    expect(letter.headers).toContainEqual(["X-Kept", "yes"]);
    expect(JSON.stringify(letter)).not.toContain("canary");
    expect(letter.chatx).toMatchObject({ state: "failed", status: 400, attempts: 1 });
  });

  test("keep the body where the URL needs a secret, and lose it where the body itself holds one", async () => {
    const server = await endpoint((request) =>
      request.target === "/token" ? answer(200, '{"access_token":"canary-of-the-token"}') : 400,
    );
    const into = folder();
    const path = hooks(into, 1);
    const token = ["--token-url", `${server.url}/token`];
    const inUrl = join(into, "url.jsonl");
    const url = `${server.url}/x?t=$tokenResponse.body.JSON.access_token`;
    await replay([path, "--url", url, ...token, "--dead-letter", inUrl]);
    const kept = JSON.parse(readFileSync(inUrl, "utf8"));
    expect([kept.body, kept.url]).toEqual([readFileSync(path, "utf8").trim(), undefined]);
    const inBody = join(into, "body.jsonl");
    const body = '{"t":"$tokenResponse.body.JSON.access_token","all":$payload}';
    await replay([path, "--url", server.url, ...token, "--body", body, "--dead-letter", inBody]);
    const withheld = JSON.parse(readFileSync(inBody, "utf8"));
    expect([withheld.body, withheld.chatx.withheld]).toEqual(["", ["body"]]);
  });
});
