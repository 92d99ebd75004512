// Kills a process that journals, kill -9, at random moments, and resumes it each time.
// 1,000 kills: node test/soak/journal-kill.mjs [kills] [seed]
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { randomFrom } from "./random.mjs";

const MESSAGES = 20_000;
const IN_FLIGHT = 8;
const LONGEST_LIFE_MS = 120;

export async function bundleWorker(folder) {
  const here = dirname(fileURLToPath(import.meta.url));
  const bundle = await rolldown({ input: join(here, "journal-worker.ts"), platform: "node" });
  const file = join(folder, "journal-worker.mjs");
  await bundle.write({ file, format: "esm" });
  await bundle.close();
  return file;
}

export async function killRepeatedly({ folder, kills, seed }) {
  const worker = await bundleWorker(folder);
  const random = randomFrom(seed);
  const result = { kills: 0, torn: 0, repeated: 0, faults: [] };
  for (let journals = 1; result.kills < kills; journals++) {
    await oneJournal({ worker, path: join(folder, `${journals}.jsonl`), random, kills, result });
    if (result.faults.length > 0) break;
  }
  return result;
}

/** Until the run is finished, or there were kills enough; then it is let go on to its end. */
async function oneJournal({ worker, path, random, kills, result }) {
  const started = new Set();
  const done = new Set();
  let mode = "create";
  for (;;) {
    const lifeMs = result.kills < kills ? random() * LONGEST_LIFE_MS : undefined;
    const said = await oneLife([worker, "write", path, mode, String(MESSAGES)], lifeMs);
    const repeated = tally(said, { started, done, result });
    result.repeated += repeated;
    if (repeated > IN_FLIGHT) result.faults.push(`${repeated} messages were started again after one kill`);
    if (said.includes("finished")) break;
    if (lifeMs === undefined) result.faults.push(`the last run did not end: ${said.slice(-200)}`);
    if (result.faults.length > 0) return;
    result.kills++;
    // Killed before there was a file: the next one creates it.
    mode = checkFile(path, done, started, result) ? "resume" : "create";
  }
  if (started.size !== MESSAGES) result.faults.push(`${MESSAGES - started.size} messages were never started`);
  if (recordedIn(path).size !== MESSAGES) result.faults.push("the finished journal is not complete");
}

/** @returns How many messages of this life had been started in an earlier one. */
function tally(said, { started, done, result }) {
  let repeated = 0;
  const doneBefore = new Set(done);
  for (const line of said.split("\n").slice(0, -1)) {
    const [word, number] = line.split(" ");
    const sequence = Number(number);
    if (word === "start") {
      if (doneBefore.has(sequence)) result.faults.push(`${sequence} was acknowledged, and started again`);
      if (started.has(sequence)) repeated++;
      started.add(sequence);
    } else if (word === "done") {
      done.add(sequence);
    } else if (word !== "open" && word !== "finished") {
      result.faults.push(line);
    }
  }
  return repeated;
}

/** Whatever was acknowledged stands in the file, and nothing that was never started. */
function checkFile(path, done, started, result) {
  let bytes;
  try {
    bytes = readFileSync(path);
  } catch {
    if (done.size > 0) result.faults.push("the journal is gone");
    return false;
  }
  const recorded = recordedIn(path);
  for (const sequence of done)
    if (!recorded.has(sequence)) result.faults.push(`${sequence} was acknowledged and is lost`);
  for (const sequence of recorded)
    if (!started.has(sequence)) result.faults.push(`${sequence} was never started`);
  if (bytes.length > 0 && bytes.at(-1) !== 10) result.torn++;
  return true;
}

/** An own, simple reading of the file: whole lines that are JSON and have a sequence. */
function recordedIn(path) {
  const lines = readFileSync(path, "latin1").split("\n").slice(0, -1);
  return new Set(lines.map((line) => JSON.parse(line).sequence).filter((sequence) => sequence !== undefined));
}

/** Runs the program; kills it after so many milliseconds from when it says that the journal is open, or at once. */
function oneLife(args, lifeMs) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    let timer;
    const arm = () => {
      if (lifeMs !== undefined) timer ??= setTimeout(() => child.kill("SIGKILL"), lifeMs);
    };
    // One in ten is killed while it starts and opens the journal.
    if (lifeMs !== undefined && lifeMs < LONGEST_LIFE_MS / 10) arm();
    child.stdout.on("data", (chunk) => {
      said += chunk;
      arm();
    });
    child.on("error", reject);
    child.on("close", () => {
      clearTimeout(timer);
      resolve(said);
    });
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const kills = Number(process.argv[2] ?? 1000);
  const seed = Number(process.argv[3] ?? Date.now() % 2 ** 32);
  const folder = mkdtempSync(join(tmpdir(), "chatx-journal-kill-"));
  try {
    const result = await killRepeatedly({ folder, kills, seed });
    process.stdout.write(`${JSON.stringify({ seed, ...result })}\n`);
    if (result.faults.length > 0) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
