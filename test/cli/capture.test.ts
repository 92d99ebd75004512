import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { Agent } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { killRepeatedly, post, type RunningCapture, startCapture } from "../soak/capture-kill.mjs";
import { closedBy, openSocket, readUntil, sendRaw } from "../support/raw-http.ts";
import { command, runChatx, runShell } from "../support/run-chatx.ts";

const folder = mkdtempSync(join(tmpdir(), "chatx-capture-cli-"));
const agent = new Agent({ keepAlive: true, maxSockets: 2000 });
const running: RunningCapture[] = [];
afterEach(() => {
  for (const { child } of running.splice(0)) child.kill("SIGKILL");
});
afterAll(() => {
  agent.destroy();
  rmSync(folder, { recursive: true, force: true });
});

let files = 0;

async function start(...args: string[]): Promise<RunningCapture & { path: string; port: number }> {
  const path = join(folder, `${++files}.jsonl`);
  const server = await startCapture(["--out", path, ...args]);
  running.push(server);
  return Object.assign(server, { path, port: Number(new URL(server.url).port) });
}

function bodiesIn(path: string): string[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line).body);
}

/** Starts the server through a shell that sets limits first. */
async function startLimited(limits: string, path: string): Promise<RunningCapture> {
  const script = `${limits}; exec '${process.execPath}' '${command}' capture --port 0 --out '${path}'`;
  const child = spawn("bash", ["--norc", "-c", script], { stdio: ["ignore", "pipe", "pipe"] });
  let problems = "";
  child.stderr.on("data", (chunk) => {
    problems += chunk;
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.on("close", (code, signal) => resolve({ code, signal })),
  );
  let said = "";
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (chunk) => {
      said += chunk;
      const found = /listening on (http:\/\/[^/\s]+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    void ended.then(() => reject(new Error(`ended: ${problems}`)));
  });
  const server = { child, url, ended, output: () => said, problems: () => problems };
  running.push(server);
  return server;
}

describe("chatx capture", () => {
  test("prints one ready line with the real address, then a line an event, and ends with 0", async () => {
    const server = await start("--validate");
    expect(server.output()).toBe(`chatx capture: listening on ${server.url}/\n`);
    await post(agent, `${server.url}/a?token=canary`, "{}");
    await sendRaw(server.port, "GET /\u001b[2J HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    server.child.kill("SIGTERM");
    expect(await server.ended).toEqual({ code: 0, signal: null });
    const lines = server.output().split("\n").slice(1, -1);
    expect(lines.map((line) => line.replace(/^\S+Z /, ""))).toEqual([
      "stored POST /a?token=***, 2 bytes, of no known format, invalid with 1 finding",
      "refused 400 malformed-request from 127.0.0.1: what came is no request of HTTP/1.1",
    ]);
    expect(server.problems()).toBe("chatx: stopped by SIGTERM: stored 1, refused 1\n");
  });

  test("prints JSON for machines, which no terminal can be steered with", async () => {
    const server = await start("--json");
    await post(agent, `${server.url}/x%1b`, "1");
    server.child.kill("SIGINT");
    expect((await server.ended).code).toBe(0);
    const events = server
      .output()
      .split("\n")
      .slice(0, -1)
      .map((line: string) => JSON.parse(line));
    expect(events).toMatchObject([
      { event: "listening", url: `${server.url}/` },
      { event: "stored", method: "POST", url: "/x%1b", bodyBytes: 1 },
    ]);
  });

  test("prints the ready line and problems only, in JSON, too, where it is told to be quiet", async () => {
    const server = await start("--json", "--quiet", "--forward", "http://127.0.0.1:1/");
    await post(agent, server.url, "1");
    server.child.kill("SIGINT");
    expect((await server.ended).code).toBe(0);
    const events = server.output().split("\n").slice(0, -1);
    expect(events.map((line: string) => JSON.parse(line).event)).toEqual(["listening", "not-forwarded"]);
    expect(server.problems()).toBe("");
  });

  test("refuses files and folders that it cannot use with 4", async () => {
    const other = join(folder, "notes.txt");
    writeFileSync(other, "Dear diary,\n");
    mkdirSync(join(folder, "real"));
    symlinkSync(join(folder, "real"), join(folder, "link-dir"));
    for (const [args, words] of [
      [["--out", other], "what is in it are no capture records"],
      [["--out-dir", other], "cannot make capture folder"],
      [["--out-dir", `${join(folder, "link-dir")}/`], "it is a symbolic link"],
    ] as const) {
      const run = await runChatx(["capture", "--port", "0", ...args]);
      expect([run.code, run.stderr]).toEqual([4, expect.stringContaining(words)]);
    }
  });

  test("goes on when nobody reads its lines any more", async () => {
    const server = await start();
    server.child.stdout!.destroy();
    for (let k = 0; k < 20; k++) expect(await post(agent, server.url, String(k))).toBe(200);
    server.child.kill("SIGTERM");
    expect((await server.ended).code).toBe(0);
    expect(bodiesIn(server.path)).toHaveLength(20);
  });

  test("refuses wrong options before it starts, and shows no secret", async () => {
    const env = { T: "canary-canary-canary" };
    const run = await runChatx(["capture", "--out", "a", "--verify", "smartsupp", "--verify-secret", env.T], {
      cwd: folder,
    });
    expect([run.code, run.stdout]).toEqual([2, ""]);
    expect(run.stderr).toBe(
      "chatx: --verify-secret takes env:NAME or file:PATH, never the secret itself\n" +
        "  hint: arguments can be read by all users of this machine; put it into a variable or a file\n",
    );
    expect(existsSync(join(folder, "a"))).toBe(false);
  });

  test("says that a port is in use, and that a file is", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    const taken = await runChatx(["capture", "--out", "p.jsonl", "--port", String(port)], { cwd: folder });
    other.close();
    expect([taken.code, taken.stderr]).toEqual([
      2,
      `chatx: cannot listen on 127.0.0.1:${port}: the port is in use\n  hint: choose another --port; 0 takes a free one\n`,
    ]);
    const server = await start();
    const second = await runChatx(["capture", "--out", server.path, "--port", "0"]);
    expect(second.code).toBe(4);
    expect(second.stderr).toContain(`process ${server.child.pid} works with it`);
  });

  test("refuses links and pipes, and takes back looser rights", async () => {
    const target = join(folder, "target");
    writeFileSync(target, "");
    symlinkSync(target, join(folder, "link.jsonl"));
    const link = await runChatx(["capture", "--port", "0", "--out", join(folder, "link.jsonl")]);
    expect([link.code, link.stderr]).toEqual([4, expect.stringContaining("it is a symbolic link")]);
    const pipe = await runShell(`mkfifo pipe.jsonl; $CHATX capture --port 0 --out pipe.jsonl`, {
      cwd: folder,
    });
    expect([pipe.code, pipe.stderr]).toEqual([4, expect.stringContaining("it is a pipe")]);
    const loose = join(folder, "loose.jsonl");
    writeFileSync(loose, "");
    chmodSync(loose, 0o666);
    running.push(await startCapture(["--out", loose]));
    expect(statSync(loose).mode & 0o777).toBe(0o600);
  });

  test("makes its folder, for its owner only, and shows the token nowhere", async () => {
    const token = "canary-canary-canary";
    writeFileSync(join(folder, "token"), `${token}\n`, { mode: 0o600 });
    const dir = join(folder, "new", "captures");
    const server = await startCapture([
      "--out-dir",
      dir,
      "--token",
      `file:${join(folder, "token")}`,
      "--host",
      "0.0.0.0",
    ]);
    running.push(server);
    expect(server.output()).toMatch(/^chatx capture: listening on http:\/\/0\.0\.0\.0:\d+\/\$TOKEN\/\n$/);
    const url = server.url.replace("0.0.0.0", "127.0.0.1");
    expect(await post(agent, `${url}/${token}/hook`, "1", { host: "hooks.example.com" })).toBe(200);
    expect(await post(agent, `${url}/hook`, "2")).toBe(401);
    server.child.kill("SIGTERM");
    await server.ended;
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(readdirSync(dir)).toEqual(["capture.jsonl"]);
    const written = readFileSync(join(dir, "capture.jsonl"), "utf8") + server.output() + server.problems();
    expect(written).not.toContain("canary");
  });
});

describe("the end", () => {
  test("comes with idle connections closed and uploads stored", async () => {
    const server = await start();
    const idle = await Promise.all(Array.from({ length: 50 }, () => openSocket(server.port)));
    const uploads = await Promise.all(Array.from({ length: 10 }, () => openSocket(server.port)));
    for (const socket of uploads) {
      socket.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
      await readUntil(socket, /100 Continue/);
    }
    server.child.kill("SIGTERM");
    await Promise.all(idle.map(closedBy));
    const answers = uploads.map((socket) => readUntil(socket, /stored/));
    for (const socket of uploads) socket.write("abc");
    for (const text of await Promise.all(answers)) expect(text).toContain("200 OK");
    expect((await server.ended).code).toBe(0);
    expect(bodiesIn(server.path)).toEqual(Array.from({ length: 10 }, () => "abc"));
  });

  test("comes at once with a second signal, and with what is not done cut after the grace", async () => {
    const server = await start("--grace", "100ms");
    const slow = await openSocket(server.port);
    slow.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    await readUntil(slow, /100 Continue/);
    server.child.kill("SIGTERM");
    expect((await server.ended).code).toBe(0);
    expect(bodiesIn(server.path)).toEqual([]);
    const stubborn = await start("--grace", "10m");
    const other = await openSocket(stubborn.port);
    other.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    await readUntil(other, /100 Continue/);
    stubborn.child.kill("SIGINT");
    // The listener is closed first; then the second signal finds the command waiting.
    while (
      await openSocket(stubborn.port).then(
        () => true,
        () => false,
      )
    )
      await new Promise(setImmediate);
    stubborn.child.kill("SIGINT");
    expect(await stubborn.ended).toEqual({ code: null, signal: "SIGINT" });
  });

  test("by kill -9 right after a client saw 2xx loses nothing", async () => {
    const dir = mkdtempSync(join(folder, "kill-"));
    const result = await killRepeatedly({ folder: dir, kills: 4, seed: 7 });
    expect(result.faults).toEqual([]);
    expect(result.kills).toBe(4);
    expect(result.acknowledged).toBeGreaterThan(10);
  });
});

describe("overload", () => {
  test("1,000 posts at a time: no crash, and each 2xx is on the disk", async () => {
    const server = await start();
    const bodies = Array.from({ length: 1000 }, (_, k) => `${k} ${"x".repeat(1000)}`);
    const statuses = await Promise.all(bodies.map((body) => post(agent, server.url, body)));
    const acknowledged = bodies.filter((_, k) => statuses[k] === 200);
    expect(new Set(statuses.filter((status) => status !== 200))).toEqual(
      new Set(statuses.includes(503) ? [503] : []),
    );
    expect(acknowledged.length).toBeGreaterThan(500);
    expect(bodiesIn(server.path).sort()).toEqual(acknowledged.sort());
  });

  test("with 64 file descriptors: no crash, no false 2xx, and it serves again after it", async () => {
    const path = join(folder, "few.jsonl");
    const server = await startLimited("ulimit -n 64", path);
    const crowd = new Agent({ keepAlive: false, maxSockets: 500 });
    const bodies = Array.from({ length: 300 }, (_, k) => String(k));
    const statuses = await Promise.all(bodies.map((body) => post(crowd, server.url, body)));
    const acknowledged = bodies.filter((_, k) => statuses[k] === 200);
    expect(acknowledged.length).toBeGreaterThan(5);
    expect(new Set(statuses)).toEqual(
      new Set([...statuses].filter((one) => one === 200 || one === 503 || one === undefined)),
    );
    expect(bodiesIn(path).sort()).toEqual(acknowledged.sort());
    // The last connections of the crowd may not have ended yet.
    while ((await post(crowd, server.url, "after")) !== 200) await new Promise(setImmediate);
    server.child.kill("SIGTERM");
    expect((await server.ended).code).toBe(0);
    expect(server.problems()).not.toMatch(/ {4}at /);
  });

  test("beside 500 slow connections a post is answered in under a second, and they are ended in time", async () => {
    const server = await start("--headers-timeout", "3s", "--request-timeout", "3s");
    const slow = await Promise.all(Array.from({ length: 500 }, () => openSocket(server.port)));
    for (const [index, socket] of slow.entries()) {
      if (index % 3 === 0) socket.write("POST / HTTP/1.1\r\nHost: loc");
      if (index % 3 === 1) socket.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nab");
    }
    // The best of three: other tests take the processor now and then.
    const times: number[] = [];
    for (let k = 0; k < 3; k++) {
      const before = performance.now();
      expect(await post(agent, server.url, "normal")).toBe(200);
      times.push(performance.now() - before);
    }
    expect(Math.min(...times)).toBeLessThan(1000);
    await Promise.all(slow.map(closedBy));
    expect(bodiesIn(server.path)).toEqual(["normal", "normal", "normal"]);
  });

  test("a file that may not grow: 507, nothing half-written, and what fits is stored again", async () => {
    const path = join(folder, "limited.jsonl");
    const server = await startLimited("ulimit -f 8", path);
    const statuses: (number | undefined)[] = [];
    for (let k = 0; k < 12; k++) statuses.push(await post(agent, server.url, `${k} ${"x".repeat(1000)}`));
    const acknowledged = statuses.filter((status) => status === 200).length;
    expect(acknowledged).toBeGreaterThan(2);
    expect(new Set(statuses.slice(acknowledged))).toEqual(new Set([507]));
    // The limit is 8 KiB; a small one still fits behind what was cut off.
    expect(await post(agent, server.url, "small")).toBe(200);
    expect(bodiesIn(path)).toHaveLength(acknowledged + 1);
    server.child.kill("SIGTERM");
    expect((await server.ended).code).toBe(0);
    expect(server.problems()).toMatch(/the file would be larger than allowed; requests are refused/);
    expect(server.problems()).toMatch(/requests are stored again/);
  });
});
