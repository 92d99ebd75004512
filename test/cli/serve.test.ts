import { once } from "node:events";
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { type Running, runChatx, runShell, startChatx, startShell } from "../support/run-chatx.ts";
import { hookLines, hookText } from "./payloads.ts";

const dirs: string[] = [];
const started: Running[] = [];
afterEach(() => {
  for (const { child } of started.splice(0)) child.kill("SIGKILL");
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "chatx-serve-cli-"));
  dirs.push(dir);
  return dir;
}

interface Server {
  readonly running: Running;
  readonly line: string;
  readonly url: string;
}

/** Starts the built command on a free port and waits for its ready line. */
async function serve(
  args: readonly string[],
  env: Record<string, string> = {},
  stdin?: Uint8Array,
  descriptors?: number,
): Promise<Server> {
  const words = ["serve", "--port", "0", ...args];
  const running =
    descriptors === undefined
      ? startChatx(words, { env })
      : startShell(`ulimit -n ${descriptors} && exec $CHATX ${words.join(" ")}`, { env });
  started.push(running);
  if (stdin !== undefined) running.send(stdin);
  running.child.stdin!.end();
  const line = await new Promise<string>((resolve, reject) => {
    let text = "";
    running.child.stdout!.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      if (text.includes("\n")) resolve(text);
    });
    void running.ended().then(({ stderr, code }) => reject(new Error(`ended with ${code}: ${stderr}`)));
  });
  return { running, line, url: /http:\S+/.exec(line)![0] };
}

async function stop({ running }: Server, signal: NodeJS.Signals = "SIGTERM") {
  running.child.kill(signal);
  return await running.ended();
}

async function count(url: string): Promise<number> {
  return ((await (await fetch(url)).json()) as { conversations: unknown[] }).conversations.length;
}

/** Asks again until the answer is as wanted: a scan comes when it comes. */
async function until(url: string, wanted: number): Promise<void> {
  for (;;) if ((await count(url)) === wanted) return;
}

describe("chatx serve", () => {
  test("says where it is and what it has, serves, and ends in good order", async () => {
    const path = join(folder(), "hooks.jsonl");
    writeFileSync(path, `${hookLines(3)}{"accountId":1,}\n`);
    const server = await serve([path]);
    expect(server.line).toMatch(
      /^chatx serve: listening on http:\/\/127\.0\.0\.1:\d+\/support-endpoint\.json \(3 conversations\)\n$/,
    );
    expect(await count(server.url)).toBe(3);
    const { code, stdout, stderr } = await stop(server);
    expect(code).toBe(0);
    expect(stdout).toBe(server.line);
    expect(stderr).toContain("error json/trailing-comma");
    expect(stderr).toContain(`${path}:4:15`);
    expect(stderr).toContain("records read 4 = indexed 3 + skipped 0 + rejected 1");
    expect(stderr).toMatch(/chatx: stopped by SIGTERM\n$/);
  });

  test("reads standard input, also compressed, and keeps it where nobody else can look", async () => {
    const dir = folder();
    const server = await serve(["-"], { TMPDIR: dir }, gzipSync(hookLines(500)));
    expect(await count(server.url)).toBe(500);
    expect(readdirSync(dir)).toEqual([]);
    const fds = `/proc/${server.running.child.pid}/fd`;
    const kept = readdirSync(fds)
      .map((fd) => readlinkSync(join(fds, fd)))
      .filter((target) => target.startsWith(dir));
    expect(kept).toEqual([expect.stringMatching(/chatx-serve-[\w-]+ \(deleted\)$/)]);
    expect((await stop(server, "SIGINT")).code).toBe(0);
  });

  test("--watch shows what is captured meanwhile", async () => {
    const dir = folder();
    const path = join(dir, "hooks.jsonl");
    writeFileSync(path, hookLines(2));
    const server = await serve(["--watch", "--watch-interval", "20ms", dir]);
    appendFileSync(path, `${hookText({ id: 3 })}\n`);
    await until(server.url, 3);
    writeFileSync(join(dir, "more.json"), hookText({ id: 4 }));
    await until(server.url, 4);
    rmSync(path);
    await until(server.url, 1);
    expect((await stop(server)).code).toBe(0);
  });

  test("--watch begins with nothing, where captures will come", async () => {
    const dir = folder();
    const server = await serve(["--watch", "--watch-interval", "20ms", dir]);
    expect(server.line).toContain("(0 conversations)");
    writeFileSync(join(dir, "hook.json"), hookText());
    await until(server.url, 1);
    expect((await stop(server)).stderr).toContain("it is looked for again");
  });

  test("--token is in the path, and in nothing that is printed", async () => {
    const path = join(folder(), "hooks.jsonl");
    writeFileSync(path, hookLines(1));
    const token = "canary-0123456789abcdef";
    const server = await serve([path, "--token", "env:T"], { T: token });
    expect(server.line).toContain("/$TOKEN/support-endpoint.json");
    expect((await fetch(server.url)).status).toBe(401);
    expect(await count(server.url.replace("$TOKEN", token))).toBe(1);
    const { stdout, stderr } = await stop(server);
    expect(stdout + stderr).not.toContain(token);
  });

  test("chatx check has nothing to say against it but that it is local", async () => {
    const server = await serve([
      "--quiet",
      "fixtures/smartsupp/valid/rated-with-comment-and-empty-texts.json",
    ]);
    const { code, stdout } = await runChatx(["check", "--start-date", "2020-01-01", server.url]);
    expect(code).toBe(0);
    expect(stdout.match(/^(error|warning|info) \S+/gm)).toEqual([
      "warning check/url-http:",
      "warning check/private-address:",
    ]);
    expect(stdout).toMatch(/ok +startDate/);
  });

  test("with hardly any file descriptors: many files, many requests, no false answer and no end", async () => {
    const dir = folder();
    for (let id = 1; id <= 100; id++) writeFileSync(join(dir, `${id}.json`), hookText({ id }));
    const server = await serve(["--quiet", dir], {}, undefined, 64);
    const wanted = await (await fetch(server.url)).text();
    const answers = await Promise.all(
      Array.from({ length: 200 }, () =>
        fetch(server.url).then(
          async (response) => [response.status, await response.text()] as const,
          () => [0, ""] as const,
        ),
      ),
    );
    for (const [status, text] of answers) if (status === 200) expect(text).toBe(wanted);
    expect(answers.filter(([status]) => status === 200).length).toBeGreaterThan(8);
    expect(answers.filter(([status]) => ![0, 200, 503].includes(status))).toEqual([]);
    expect(await count(server.url)).toBe(100);
    const { code, stderr } = await stop(server);
    expect([code, stderr]).toEqual([0, ""]);
  });

  test("SIGTERM lets an answer under way come to its end", async () => {
    const path = join(folder(), "hooks.jsonl");
    writeFileSync(
      path,
      hookLines(2500, () => ({ text: "x".repeat(5000) })),
    );
    const server = await serve(["--quiet", path]);
    const response = await fetch(server.url);
    const ended = stop(server);
    const { conversations } = (await response.json()) as { conversations: unknown[] };
    expect(conversations).toHaveLength(2500);
    expect((await ended).code).toBe(0);
    await expect(fetch(server.url)).rejects.toThrow();
  });

  test("a port in use is wrong usage, and found before the files are read", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    const { code, stderr, stdout } = await runChatx(["serve", "fixtures", "--port", String(port)]);
    other.close();
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("the port is in use");
    expect(stderr).not.toContain("-->");
  });

  test("serves what can be read, and says what cannot; nothing at all is exit 3", async () => {
    const path = join(folder(), "hooks.jsonl");
    writeFileSync(path, hookLines(1));
    const server = await serve([path, "no-such-file.json"]);
    expect(server.line).toContain("(1 conversation)");
    expect((await stop(server)).stderr).toContain("cannot read no-such-file.json");
    const { code, stdout } = await runChatx(["serve", "--port", "0", "no-such-file.json"]);
    expect([code, stdout]).toEqual([3, ""]);
  });

  test.each([
    ["", []],
    ["no capture\n", []],
    ['{"conversations":[]}', []],
    ["", ["-"]],
  ])("with nothing to serve in %j it is exit 3; --allow-empty and --watch serve", async (content, inputs) => {
    const path = join(folder(), "hooks.jsonl");
    writeFileSync(path, content);
    const named = inputs.length === 0 ? [path] : inputs;
    const { code, stdout, stderr } = await runChatx(["serve", "--port", "0", ...named]);
    expect([code, stdout]).toEqual([3, ""]);
    expect(stderr).toContain("chatx: there is nothing to serve: no input holds a conversation\n");
    for (const option of ["--allow-empty", "--watch"]) {
      const server = await serve([option, ...named]);
      expect(server.line).toContain("(0 conversations)");
      expect((await stop(server)).code).toBe(0);
    }
  });

  test.each(["SIGTERM", "SIGINT"] as const)(
    "%s ends it in good order while standard input is open",
    async (signal) => {
      const running = startChatx(["serve", "--port", "0", "-"]);
      started.push(running);
      // A finding shows that reading has begun.
      const isReading = once(running.child.stderr!, "data");
      running.send(`${hookLines(1)}{"accountId":1,}\n${hookLines(1)}`);
      await isReading;
      running.child.kill(signal);
      const { code, stderr, stdout } = await running.ended();
      expect([code, stdout]).toEqual([0, ""]);
      expect(stderr).toMatch(new RegExp(`chatx: stopped by ${signal}\\n$`));
    },
  );

  test.each([
    [["--host", "0.0.0.0"], "can be reached from other machines"],
    [["--limit", "0"], "--limit takes a number above zero"],
    [["--path", "support"], "--path takes a path"],
    [["--path", "/a/../b"], "--path takes a path"],
    [["--path", "/healthz"], "--path takes a path"],
    [["--token", "secret-on-the-command-line"], "never the secret itself"],
    [["--token", "env:SHORT"], "shorter than 16 characters"],
    [["--time-zone", "Mars/Base"], "IANA name"],
    [["--watch-interval", "0s", "--watch"], "above zero"],
    [["--watch", "--watch-interval", "30d"], '--watch-interval takes at most 24h; found "30d"'],
    [["--watch-interval", "5s"], "--watch-interval needs --watch"],
    [["--from", "zendesk"], "--from takes"],
  ])("%j is wrong usage", async (args, message) => {
    const { code, stderr, stdout } = await runChatx(["serve", "fixtures", ...args], {
      env: { SHORT: "short" },
    });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });

  test("loopback has many names, in the Host of a request too", async () => {
    const server = await serve(["--quiet", "--host", "LOCALHOST", "fixtures/ferndesk/valid"]);
    const { port } = new URL(server.url);
    const statusFor = async (host: string) => {
      const request = get({
        port,
        host: new URL(server.url).hostname.replace(/^\[|\]$/g, ""),
        path: "/healthz",
        headers: { host },
      });
      const [response] = (await once(request, "response")) as [IncomingMessage];
      response.resume();
      return response.statusCode;
    };
    expect(await statusFor("127.0.0.2:1")).toBe(200);
    expect(await statusFor("LocalHost")).toBe(200);
    expect(await statusFor("127.0.0.2.example")).toBe(421);
    expect((await stop(server)).code).toBe(0);
  });

  test("nowhere to keep what cannot be read again is exit 4", async () => {
    const { code, stderr } = await runChatx(["serve", "--port", "0", "-"], {
      stdin: gzipSync(hookLines(2)),
      env: { TMPDIR: "/no/such/folder" },
    });
    expect(code).toBe(4);
    expect(stderr).toContain("cannot write /no/such/folder");
  });

  test("where the ready line cannot be written nobody could use the server: exit 4", async () => {
    const run = await runShell("$CHATX serve --quiet --port 0 fixtures/ferndesk/valid > /dev/full");
    expect(run.code).toBe(4);
    expect(run.stderr).toContain("cannot write standard output");
  });

  test("the README shows what is printed and answered", async () => {
    const readme = readFileSync("README.md", "utf8");
    const shown = /```text\n\$ chatx serve (.*) &\n([\s\S]*?)```/.exec(readme)!;
    const server = await serve(shown[1]!.split(" "));
    const base = server.url.replace("/support-endpoint.json", "");
    const lines: string[] = [server.line];
    for (const [command, path] of shown[2]!.matchAll(/^\$ curl '?http:\/\/127\.0\.0\.1:8081([^\s']*)'?$/gm)) {
      lines.push(`${command}\n`, await (await fetch(`${base}${path}`)).text());
    }
    expect(lines).toHaveLength(5);
    expect(lines.join("").replaceAll(base, "http://127.0.0.1:8081")).toBe(shown[2]);
  });

  test("the help has its options and examples", async () => {
    const { stdout } = await runChatx(["serve", "--help"]);
    const readme = readFileSync("README.md", "utf8");
    const options = stdout.match(/--[a-z][a-z-]+/g)!;
    expect(options.filter((option) => !readme.includes(option))).toEqual([]);
    expect(stdout).toContain("Examples:");
  });
});
