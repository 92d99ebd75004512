import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { document, json, message, SOUND, status, talk } from "../endpoint/check/answers.ts";
import { serverFor } from "../endpoint/check/checking.ts";
import { type Running, runChatx, startChatx } from "../support/run-chatx.ts";
import { runInside } from "../support/run-inside.ts";
import { expectOrderly, temporaryFolder } from "./outcome.ts";

const folder = temporaryFolder();
const check = (...args: string[]) => runInside(["check", ...args]);

describe("the options of chatx check", () => {
  test.each([
    [["--start-date", "2025-02-30"], "--start-date takes a day such as 2025-01-01"],
    [["--start-date", "tomorrow"], "--start-date takes a day such as 2025-01-01"],
    [["--timeout", "0"], "--timeout takes a time above zero"],
    [["--timeout", "25d"], '--timeout takes at most 24h; found "25d"'],
    [["--slow", "25d"], '--slow takes at most 24h; found "25d"'],
    [["--watch", "30d"], '--watch takes at most 24h; found "30d"'],
    [["--slow", "soon"], "--slow takes a time such as"],
    [["--max-body-bytes", "many"], "--max-body-bytes takes a number of bytes"],
    [["--max-findings", "-1"], "--max-findings needs a value"],
    [["--cacert", "/nowhere/ca.pem"], "--cacert: cannot read /nowhere/ca.pem (ENOENT)"],
    [["--header", "no colon"], 'a header is written "Name: value"'],
    [["--header", "Host: x"], "Host frames the message"],
    [["--header", "X-Key: $env.NOT_SET"], "NOT_SET"],
    [["--header", "X-Key: $payload.id"], "payload.id"],
    [["--reporter", "html"], "--reporter takes text or json"],
    [["--reporter", "json", "--reporter", "text"], "two reports cannot share one stream"],
    [["--watch", "never"], "--watch takes a time such as"],
    [["--watch", "1s", "--reporter", "junit"], "--watch prints as it goes"],
    [["--watch", "1s", "--reporter", "text=x.txt"], "--watch prints as it goes"],
    [["second.example.com"], "too many arguments"],
  ])("refuse %j", async (args, words) => {
    const run = await check(...args, "http://127.0.0.1:1/");
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain(words);
  });

  test("tell that --watch took the URL for its interval", async () => {
    expect(await runInside(["check", "--watch", "https://name.invalid/?token=canary"])).toMatchObject({
      code: 2,
      stderr:
        "chatx: --watch takes a time such as 30s, and what follows it is none\n" +
        "  hint: write the URL first: chatx check URL --watch\n",
    });
  });

  test.each([
    ["$/x?key=canary-1&%74oken=canary-2#access_token=canary-3", 0],
    ["https://exa mple.invalid/x?token=canary", 2],
    ["https://u:pa/canary@host:bad/", 2],
  ])("show no secret of the URL %s, nor of where it leads", async (text, code) => {
    const server = await serverFor((reply, { target }) =>
      reply.send(target.startsWith("/x") ? status(302, "location: /good?key=canary-4") : json(SOUND)),
    );
    for (const reporter of ["text", "json"]) {
      const run = await check("--reporter", reporter, text.replace("$", server.url));
      expect(run.code).toBe(code);
      expect(run.stdout + run.stderr).not.toContain("canary");
    }
  });

  test("leave the certificates alone that they name as a report, too", async () => {
    const ca = join(folder, "ca.pem");
    writeFileSync(ca, "certificates");
    const run = await check("--cacert", ca, "--reporter", `json=${ca}`, "https://name.invalid/");
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain("--cacert and --reporter name the same file");
    expect(readFileSync(ca, "utf8")).toBe("certificates");
  });

  test("need a URL", async () => {
    expect((await check()).stderr).toContain("missing required argument 'url'");
  });

  test("make warnings errors with --strict, without calling the endpoint down", async () => {
    const server = await serverFor((reply) => reply.send(json(SOUND)));
    const run = await check("--strict", server.url);
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/^error check\/url-http/m);
    expect(run.stdout).toContain("2 errors, 0 warnings: Ferndesk cannot read this endpoint as it is\n");
  });

  test("show so many findings and count all", async () => {
    const server = await serverFor((reply) => reply.send(json(`{"conversations":[${"1,".repeat(99)}1]}`)));
    const few = await check("--max-findings", "3", server.url);
    expect(few.stdout.match(/^(error|warning) \S+:/gm)).toHaveLength(3);
    expect(few.stdout).toContain("and 99 more findings (raise --max-findings)\n100 errors, 2 warnings");
    // Of one code no more than a tenth.
    expect((await check(server.url)).stdout).toContain("and 95 more findings");
    expect((await check("--max-findings", "0", server.url)).stdout).not.toContain("more finding");
  });

  test("write several reports, one to standard output", async () => {
    const server = await serverFor((reply) => reply.send(json(SOUND)));
    const file = join(folder, "check.xml");
    const run = await check("--reporter", "tap", "--reporter", `junit=${file}`, server.url);
    expect(run.stdout).toMatch(/^TAP version 14\nok 1 - URL/);
    expect(readFileSync(file, "utf8")).toContain('<testsuites name="chatx check">');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test("ask nothing where a report cannot be written", async () => {
    const server = await serverFor((reply) => reply.send(json(SOUND)));
    const run = await check("--reporter", `json=${folder}/no/such/folder.json`, server.url);
    expect(run.code).toBe(4);
    expect(server.connections).toBe(0);
  });

  test("tell that a proxy of the environment is not used", async () => {
    const run = await runInside(["check", "https://name.invalid/"], {
      HTTPS_PROXY: "http://u:canary@127.0.0.1:1",
    });
    expect(run.stderr).toBe(
      "chatx: the proxy of the environment is not used: Ferndesk calls the endpoint directly too\n",
    );
  });
});

describe("a header", () => {
  test("takes a secret from the environment, goes to the origin of the URL only, and is shown nowhere", async () => {
    const other = await serverFor((reply, { headers }) =>
      reply.send(json(JSON.stringify({ error: headers }))),
    );
    const server = await serverFor((reply, { target }) =>
      reply.send(status(302, `location: ${target === "/x" ? "/y" : `${other.url}/z`}`)),
    );
    const args = [
      "check",
      "-H",
      "Authorization: Bearer $env.KEY",
      "-H",
      "Accept: application/json",
      `${server.url}/x`,
    ];
    const run = await runInside([...args, "--reporter", "json"], { KEY: "canary-of-a-key" });
    expect(run.stderr).toBe(
      "chatx: --header: Ferndesk sends no headers of yours; what is found with them may not hold for it\n",
    );
    const sent = server.requests.map(
      ({ headers }) => headers.find(([name]) => name === "Authorization")?.[1],
    );
    expect(sent).toEqual(["Bearer canary-of-a-key", "Bearer canary-of-a-key"]);
    expect(server.requests[0]?.headers.filter(([name]) => name.toLowerCase() === "accept")).toEqual([
      ["Accept", "application/json"],
    ]);
    expect(other.requests[0]?.headers.flat()).not.toContain("Bearer canary-of-a-key");
    expect(run.stdout + run.stderr).not.toContain("canary");
  });

  test("that an endpoint sends back is masked", async () => {
    const server = await serverFor((reply, { headers }) => {
      const key = headers.find(([name]) => name === "X-Key")?.[1] ?? "";
      reply.send(json(JSON.stringify({ [`why-${key}`]: Buffer.from(key).toString("base64") })));
    });
    const run = await runInside(["check", "-H", "X-Key: $env.KEY", server.url], { KEY: "canary-of-a-key" });
    expect(run.stdout).toContain('it has "why-***"');
    expect(run.stdout).not.toContain("canary");
  });

  test("with a secret on the command line is warned about and masked", async () => {
    const server = await serverFor((reply) => reply.send(json('{"canary-of-a-key":1}')));
    const run = await check("-H", "Authorization: Bearer canary-of-a-key", server.url);
    expect(run.stderr).toContain("--header: Authorization is given on the command line");
    expect(run.stdout + run.stderr).not.toContain("canary");
  });
});

test("a secret in the URL's query is sent and not shown", async () => {
  const server = await serverFor((reply) => reply.send(json(SOUND)));
  const run = await check(`${server.url}/x?token=canary&tenant=7&api_key=canary`);
  expect(server.requests[0]?.target).toBe("/x?token=canary&tenant=7&api_key=canary");
  expect(run.stdout).toContain("/x?token=***&tenant=7&api_key=***\n");
  expect(run.stdout + run.stderr).not.toContain("canary");
});

/** Resolves when the text that a process printed has what is looked for. */
function printed(running: Running, wanted: RegExp): Promise<string> {
  let text = "";
  return new Promise((resolve) => {
    running.child.stdout!.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      if (wanted.test(text)) resolve(text);
    });
  });
}

describe("--watch", () => {
  const bad = document(
    talk("b", { messages: [message("b-1", { role: "guest", createdAt: "2026-03-02T09:05:00Z" })] }),
  );

  test("prints the report, then only what changes, until SIGINT", async () => {
    let body = SOUND;
    const server = await serverFor((reply) => reply.send(json(body)));
    const running = startChatx(["check", "--watch", "20ms", `${server.url}/x`]);
    await printed(running, /Ferndesk cannot reach this address\n/);
    const asked = server.requests.length;
    await server.until(() => server.requests.length > asked + 3);
    body = bad;
    await printed(running, /cannot read this endpoint as it is\n/);
    body = SOUND;
    await printed(running, /Ferndesk cannot reach this address\n/);
    running.child.kill("SIGINT");
    const run = await running.ended();
    expectOrderly(run);
    expect(run.code).toBe(130);
    const [, ...changes] = run.stdout.split(/^(?=\d{4}-\d\d-\d\dT)/m);
    expect(changes.map((text) => text.replace(/^\S+/, "TIME"))).toEqual([
      `TIME
  error    schema        1 conversation, 1 of them invalid
  + error schema/wrong-value: expected one of "user", "agent", "support_agent", found "guest" at /conversations/0/messages/0/role
  1 error, 2 warnings: Ferndesk cannot read this endpoint as it is
`,
      `TIME
  ok       schema        2 conversations
  - error schema/wrong-value: expected one of "user", "agent", "support_agent", found "guest" at /conversations/0/messages/0/role
  0 errors, 2 warnings: the answer will do, but Ferndesk cannot reach this address
`,
    ]);
  });

  test("outlasts an endpoint that goes away, and tells so in JSON Lines", async () => {
    let isUp = true;
    const server = await serverFor((reply) => (isUp ? reply.send(json(SOUND)) : reply.reset()));
    const running = startChatx(["check", "--watch=20ms", "--reporter", "jsonl", `${server.url}/x`]);
    await printed(running, /"verdict":"ok"/);
    isUp = false;
    await printed(running, /"verdict":"down"/);
    running.child.kill("SIGTERM");
    const run = await running.ended();
    expect(run.code).toBe(143);
    const verdicts = run.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
      .flatMap((line) => (line.summary === undefined ? [] : [line.summary.verdict]));
    expect(verdicts).toEqual(["ok", "down"]);
  });

  test("does not wait for what is no URL to become one", async () => {
    const run = await check("--watch", "10ms", "support.example.com");
    expect(run.code).toBe(2);
    expect(run.stdout).toContain("check/url-invalid");
  });

  test("ends quietly when nobody reads any more", async () => {
    const server = await serverFor((reply, _, index) => reply.send(json(index % 2 === 0 ? SOUND : bad)));
    const running = startChatx(["check", "--watch", "10ms", server.url]);
    await printed(running, /cannot reach this address/);
    running.child.stdout!.destroy();
    const run = await running.ended();
    expectOrderly(run);
    expect([run.code, run.stderr]).toEqual([0, ""]);
  });
});

test("as a process it ends with the exit code of its verdict", async () => {
  const server = await serverFor((reply, { target }) =>
    reply.send(target === "/sound" ? json(SOUND) : status(401)),
  );
  const [sound, closed] = await Promise.all([
    runChatx(["check", `${server.url}/sound`]),
    runChatx(["check", "--quiet", `${server.url}/closed`]),
  ]);
  expect([sound.code, sound.stderr]).toEqual([0, ""]);
  expect(closed).toMatchObject({ code: 5, stderr: "" });
  expect(closed.stdout).toMatch(/^error check\/unauthorized: the server wants a login \(401\)/);
});
