// Kills the built `chatx capture`, kill -9, the moment a client has seen a 2xx, and looks for what was acknowledged.
// 200 kills: npm run build && node test/soak/capture-kill.mjs [kills] [seed]
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { randomFrom } from "./random.mjs";

const COMMAND = fileURLToPath(new URL("../../bin/chatx.js", import.meta.url));
const SENDERS = 8;
const MOST_ANSWERS = 40;

/** Starts a server of the command and waits for its ready line. */
export async function startServer(args) {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  let problems = "";
  child.stderr.on("data", (chunk) => {
    problems += chunk;
  });
  const ended = new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal })));
  const url = await new Promise((resolve, reject) => {
    child.stdout.on("data", (chunk) => {
      said += chunk;
      const found = /listening.*?(http:\/\/[^/\s]+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    void ended.then(() => reject(new Error(`ended before it listened: ${problems}`)));
  });
  return { child, url, ended, output: () => said, problems: () => problems };
}

export function startCapture(args, port = 0) {
  return startServer(["capture", "--port", String(port), ...args]);
}

/** @returns The status; undefined where the connection ended first. */
export function post(agent, url, body, headers = {}) {
  return new Promise((resolve) => {
    const outgoing = request(url, { method: "POST", agent, headers }, (answer) => {
      answer.on("error", () => undefined);
      answer.resume();
      resolve(answer.statusCode);
    });
    outgoing.on("error", () => resolve(undefined));
    outgoing.end(body);
  });
}

export async function killRepeatedly({ folder, kills, seed }) {
  const random = randomFrom(seed);
  const result = { kills: 0, acknowledged: 0, stored: 0, cut: 0, faults: [] };
  const acknowledged = new Set();
  const args = ["--out-dir", folder, "--rotate-size", "64KiB"];
  while (result.kills < kills) {
    await oneLife({ args, random, acknowledged, life: result.kills, result });
    result.kills++;
  }
  // Once more, to mend what the last kill left.
  const last = await startCapture(args);
  last.child.kill("SIGTERM");
  const { code } = await last.ended;
  if (code !== 0) result.faults.push(`the last run ended with ${code}: ${last.problems()}`);
  const stored = storedIn(folder, result);
  for (const body of acknowledged) if (!stored.has(body)) result.faults.push(`lost: ${body.slice(0, 40)}`);
  result.acknowledged = acknowledged.size;
  result.stored = stored.size;
  return result;
}

async function oneLife({ args, random, acknowledged, life, result }) {
  const server = await startCapture(args);
  const agent = new Agent({ keepAlive: true });
  let left = 1 + Math.floor(random() * MOST_ANSWERS);
  let count = 0;
  const sender = async () => {
    while (left > 0) {
      const body = `${life}.${count++} ${"x".repeat(Math.floor(random() * 4000))}`;
      const status = await post(agent, server.url, body);
      if (status === undefined) return;
      if (status !== 200) result.faults.push(`answered ${status}`);
      acknowledged.add(body);
      // The client has seen the answer: from here on the body must be there, whatever comes.
      if (--left === 0) server.child.kill("SIGKILL");
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  await server.ended;
  agent.destroy();
  if (/half-written/.test(server.problems())) result.cut++;
}

/** Bodies in all files of the folder; every line must be a whole record, and none may stand in two. */
function storedIn(folder, result) {
  const stored = new Set();
  for (const name of readdirSync(folder)) {
    if (name.startsWith(".")) {
      result.faults.push(`left over: ${name}`);
      continue;
    }
    const bytes = readFileSync(join(folder, name));
    const lines = (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8").split("\n");
    if (lines.pop() !== "") result.faults.push(`${name} ends in the middle of a line`);
    for (const line of lines) {
      const { body } = JSON.parse(line);
      if (stored.has(body)) result.faults.push(`stored twice: ${body.slice(0, 40)}`);
      stored.add(body);
    }
  }
  return stored;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [kills = "200", seed = "1"] = process.argv.slice(2);
  const folder = mkdtempSync(join(tmpdir(), "chatx-capture-kill-"));
  const result = await killRepeatedly({ folder, kills: Number(kills), seed: Number(seed) });
  console.log(JSON.stringify(result, null, 2));
  rmSync(folder, { recursive: true, force: true });
  process.exitCode = result.faults.length === 0 ? 0 : 1;
}
