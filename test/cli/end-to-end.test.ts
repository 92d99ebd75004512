import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { type RunningCapture, startCapture, startServer } from "../soak/capture-kill.mjs";
import { command, type Run, root, runChatx, runShell, startChatx } from "../support/run-chatx.ts";
import { conversationsOf, hookText } from "./payloads.ts";

const folder = mkdtempSync(join(tmpdir(), "chatx-end-to-end-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const servers: RunningCapture[] = [];
afterEach(() => {
  for (const { child } of servers.splice(0)) child.kill("SIGKILL");
});

const CONVERSATIONS = 120;
/** After so many deliveries of the whole run capture is killed, and started again on its port. */
const KILLS = [30, 70];

/** Lines of the capture's output that tell of a stored request; told only after the answer is on its way. */
function stored(server: RunningCapture): number {
  return server.output().match(/ stored POST /g)?.length ?? 0;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

test("from the webhook to Ferndesk: what was acknowledged is there, nothing twice, through kills of capture", async () => {
  const hooks = join(folder, "hooks.jsonl");
  const text = (id: number) => `Where is parcel ${id}? \u{1f4e6} "${"\u00fc".repeat(id % 50)}"`;
  const ids = Array.from({ length: CONVERSATIONS }, (_, k) => k + 1);
  writeFileSync(
    hooks,
    ids
      .map((id) => `${hookText({ id, text: text(id), sentAt: 1_714_557_600_000 + id * 60_000 })}\n`)
      .join(""),
  );

  const captures = join(folder, "captures");
  const args = ["--out-dir", captures, "--rotate-size", "64KiB"];
  let capture = await startCapture(args);
  servers.push(capture);
  const port = Number(new URL(capture.url).port);
  const replay = [
    ...["replay", hooks, "--url", `${capture.url}/smartsupp`, "--journal", join(folder, "run.jsonl")],
    ...[
      "--dead-letter",
      join(folder, "failed.jsonl"),
      "--rate",
      "200/s",
      "--retries",
      "8",
      "--retry-base",
      "100ms",
    ],
  ];
  const first = startChatx(replay);
  let before = 0;
  for (const kill of KILLS) {
    await until(() => before + stored(capture) >= kill);
    capture.child.kill("SIGKILL");
    await capture.ended;
    before += stored(capture);
    capture = await startCapture(args, port);
    servers.push(capture);
  }
  let run: Run = await first.ended();
  // Where the endpoint was away for too long the run stops early (exit 5) and is resumed, as its user would.
  for (let times = 0; run.code === 5 && times < 5; times++) run = await runChatx([...replay, "--resume"]);
  expect([run.code, run.stderr]).toEqual([0, expect.stringContaining("delivered")]);
  capture.child.kill("SIGTERM");
  expect((await capture.ended).code).toBe(0);

  const serve = await startServer(["serve", captures, "--port", "0"]);
  servers.push(serve);
  const url = /http:\/\/\S+/.exec(serve.output())![0];
  const conversations = conversationsOf(await (await fetch(url)).text());
  const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id, "en", { numeric: true });
  expect(conversations.sort(byId).map(({ id, messages }) => [id, messages[0]!.content])).toEqual(
    ids.map((id) => [`smartsupp-4711-${id}`, text(id)]),
  );

  const check = await runChatx(["check", url, "--reporter", "json", "--start-date", "2024-05-01"]);
  const { findings } = JSON.parse(check.stdout) as { findings: { code: string; severity: string }[] };
  expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(check.code).toBe(0);
});

test("the README's ten lines lead from a webhook to what Ferndesk reads", async () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const story = /<!-- the story -->\n\n```sh\n([\s\S]*?)```/.exec(readme)![1]!;
  expect(story.trim().split("\n")).toHaveLength(10);
  const home = mkdtempSync(join(folder, "story-"));
  const bin = join(home, "bin");
  mkdirSync(bin);
  symlinkSync(command, join(bin, "chatx"));
  symlinkSync(join(root, "fixtures"), join(home, "fixtures"));
  const [hooks, desk] = [await freePort(), await freePort()];
  const run = await runShell(story.replaceAll("8080", String(hooks)).replaceAll("8081", String(desk)), {
    cwd: home,
    env: { PATH: `${bin}:${process.env.PATH}` },
  });
  expect(run.stdout).toMatch(/stored POST \/hook, \d+ bytes, smartsupp, valid/);
  expect(run.stdout).toMatch(/ok {7}schema {8}\d+ conversations/);
  expect(run.stdout).toMatch(
    /0 errors, \d warnings: the answer will do, but Ferndesk cannot reach this address/,
  );
  expect(run.stderr).toMatch(/planned (\d+) = delivered \1 /);
  expect(run.stderr).not.toMatch(/^error/m);
  expect(run.code).toBe(0);
});

/** Free a moment ago; the story names its ports, so they must be known before. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
