// Kills `chatx replay`, kill -9, and resumes it each time, against a server that counts.
//   node test/soak/replay-kill.mjs random [kills] [seed]    200 kills at random moments of runs of 5,000 messages
//   node test/soak/replay-kill.mjs writes [messages]        a kill before, in the middle of and after every journal write
//   node test/soak/replay-kill.mjs cut [messages]           the journal cut at each byte of its last three lines
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { startCountingServer } from "./counting-server.mjs";
import { randomFrom } from "./random.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const COMMAND = join(HERE, "..", "..", "bin", "chatx.js");
const HOOK = join(HERE, "kill-hook.cjs");
const CONCURRENCY = 8;

/** One set of messages on its way to one server, over as many lives of the command as it takes. */
export class KilledReplay {
  constructor({ folder, name, server, messages }) {
    this.server = server;
    this.messages = messages;
    this.journal = join(folder, `${name}.journal`);
    this.input = join(folder, `${name}.jsonl`);
    const lines = Array.from({ length: messages }, (_, n) => `{"run":"${name}","n":${n}}\n`);
    writeFileSync(this.input, lines.join(""));
    this.arrived = new Map();
    /** Under way at the last kill; undefined before the first life. */
    this.underWay = undefined;
    this.known = new Set();
    this.repeated = 0;
    this.faults = [];
  }

  /**
   * @param {{ hook?: string, kill?: (child: import("node:child_process").ChildProcess) => void }} how
   * @returns {Promise<boolean>} Whether the run came to its end.
   */
  async life({ hook, kill } = {}) {
    const { child, closed, said } = this.start(hook);
    kill?.(child);
    const code = await closed;
    if (code !== null && code !== 0) this.faults.push(`ended with ${code}: ${said().slice(-400)}`);
    this.take(await this.server.life());
    if (code === 0 && !said().includes(`planned ${this.messages} = delivered ${this.messages} +`))
      this.faults.push(`the summary says something else: ${said().slice(-400)}`);
    return code === 0;
  }

  start(hook) {
    const isResumed = isFile(this.journal);
    const args = ["replay", this.input, "--url", this.server.url, "--journal", this.journal];
    args.push("--concurrency", String(CONCURRENCY), ...(isResumed ? ["--resume"] : []));
    const env = { PATH: process.env.PATH, CHATX_KILL_AT: hook, CHATX_KILL_FILE: ".journal" };
    const node = hook === undefined ? [] : ["--require", HOOK];
    const child = spawn(process.execPath, [...node, COMMAND, ...args], {
      stdio: ["ignore", "ignore", "pipe"],
      env,
    });
    let text = "";
    child.stderr.on("data", (chunk) => {
      text += chunk;
    });
    const closed = new Promise((resolve) => child.on("close", resolve));
    return { child, closed, said: () => text };
  }

  /** What came in a life may have come before only where it was under way at the last kill. */
  take(keys) {
    for (const key of keys) {
      const times = (this.arrived.get(key) ?? 0) + 1;
      this.arrived.set(key, times);
      if (times > 1) this.repeated++;
      if (this.known.has(key)) this.faults.push(`${key} was known as delivered, and came again`);
      if (times > 1 && !this.underWay?.has(key)) this.faults.push(`${key} came again and was not under way`);
    }
    const delivered = deliveredIn(this.journal);
    for (const key of this.known) if (!delivered.has(key)) this.faults.push(`${key} is forgotten`);
    this.known = delivered;
    const open = [...this.arrived.keys()].filter((key) => !delivered.has(key));
    this.underWay = new Set(open);
    if (open.length > CONCURRENCY) this.faults.push(`${open.length} messages were under way at a kill`);
    for (const key of delivered) if (!this.arrived.has(key)) this.faults.push(`${key} never arrived`);
  }

  /** Once the run has come to its end. */
  check() {
    if (this.arrived.size !== this.messages)
      this.faults.push(`${this.arrived.size} of ${this.messages} messages arrived`);
    const bodies = new Set([...this.arrived.keys()].map((key) => this.server.bodies.get(key)));
    if (bodies.size !== this.messages || this.server.mixed.size > 0)
      this.faults.push("a message came under two keys, or two under one");
  }
}

/** Kills at random moments: while it starts, while it sends, and while it ends. */
export async function killAtRandom({ folder, messages, kills, seed }) {
  const server = await startCountingServer();
  const random = randomFrom(seed);
  const result = { kills: 0, runs: 0, torn: 0, repeated: 0, faults: [] };
  // So that a run of 5,000 sees many kills.
  const mostRequests = Math.max(2, Math.round((messages * 2) / kills));
  while (result.kills < kills && result.faults.length === 0) {
    const name = `random-${++result.runs}`;
    const replay = new KilledReplay({ folder, name, server, messages });
    for (;;) {
      const isLast = result.kills >= kills;
      const kill = isLast ? undefined : killerAt(random, server, mostRequests);
      const isFinished = await replay.life({ ...(kill === undefined ? {} : { kill }) });
      if (isFinished || replay.faults.length > 0) break;
      result.kills++;
      if (isTorn(replay.journal)) result.torn++;
    }
    replay.check();
    result.repeated += replay.repeated;
    result.faults.push(...replay.faults);
  }
  await server.close();
  return result;
}

/** One in eight is killed by the clock, anywhere from its start; the others some time after some request. */
function killerAt(random, server, mostRequests) {
  const byClock = random() < 0.125;
  const afterMs = byClock ? random() * 400 : random() * 3;
  const request = 1 + Math.floor(random() * mostRequests);
  return (child) => {
    const kill = () => setTimeout(() => child.kill("SIGKILL"), afterMs);
    if (byClock) kill();
    else void server.reached(request).then(kill);
  };
}

/** A new run for each write and moment, resumed to its end. */
export async function killAtWrites({ folder, messages }) {
  const server = await startCountingServer();
  const result = { kills: 0, writes: 0, repeated: 0, faults: [] };
  for (let write = 1; result.faults.length === 0; write++) {
    let wasKilled = false;
    for (const moment of ["before", "half", "after"]) {
      const name = `write-${write}-${moment}`;
      const replay = new KilledReplay({ folder, name, server, messages });
      const isFinished = await replay.life({ hook: `${write}:${moment}` });
      if (!isFinished) {
        wasKilled = true;
        result.kills++;
        if (!(await replay.life())) replay.faults.push(`${name} was not finished by its second life`);
      }
      replay.check();
      result.repeated += replay.repeated;
      result.faults.push(...replay.faults);
    }
    // The run has fewer writes than that.
    if (!wasKilled) break;
    result.writes++;
  }
  await server.close();
  return result;
}

/** One run that is killed at the first write, then at the second write of its second life, and so on to its end. */
export async function killInTurn({ folder, messages }) {
  const server = await startCountingServer();
  const replay = new KilledReplay({ folder, name: "in-turn", server, messages });
  let kills = 0;
  while (!(await replay.life({ hook: `${kills + 1}:${["after", "half", "before"][kills % 3]}` }))) kills++;
  replay.check();
  await server.close();
  return { kills, repeated: replay.repeated, faults: replay.faults };
}

/** A finished journal, cut at the given distances from its end, and resumed: what is cut off is sent again, and nothing else. */
export async function cutJournal({ folder, messages, lines = 3, every = 1 }) {
  const server = await startCountingServer();
  const whole = new KilledReplay({ folder, name: "cut", server, messages });
  const result = { cuts: 0, repeated: 0, faults: whole.faults };
  await whole.life();
  const bytes = readFileSync(whole.journal);
  const start = nthLastLine(bytes, lines);
  for (let length = start; length <= bytes.length && result.faults.length === 0; length += every) {
    writeFileSync(whole.journal, bytes.subarray(0, length));
    const kept = deliveredIn(whole.journal);
    const lost = [...whole.arrived.keys()].filter((key) => !kept.has(key));
    whole.known = kept;
    whole.underWay = new Set(lost);
    const before = whole.repeated;
    if (!(await whole.life())) result.faults.push(`cut at ${length}: not finished`);
    if (whole.repeated - before !== lost.length)
      result.faults.push(
        `cut at ${length}: ${whole.repeated - before} came again, ${lost.length} were cut off`,
      );
    result.cuts++;
  }
  whole.check();
  result.repeated = whole.repeated;
  await server.close();
  return result;
}

/** An own, simple reading of the file: whole lines that are JSON. */
function deliveredIn(path) {
  if (!isFile(path)) return new Set();
  const lines = readFileSync(path, "latin1").split("\n").slice(0, -1);
  const outcomes = lines.map((line) => JSON.parse(line)).filter(({ state }) => state === "delivered");
  return new Set(outcomes.map(({ identity }) => identity));
}

function nthLastLine(bytes, lines) {
  let at = bytes.length - 1;
  for (let n = 0; n < lines; n++) at = bytes.lastIndexOf(0x0a, at - 1);
  return at + 1;
}

function isFile(path) {
  try {
    return readFileSync(path) !== undefined;
  } catch {
    return false;
  }
}

function isTorn(path) {
  return isFile(path) && readFileSync(path).at(-1) !== 0x0a;
}

async function main([what, first, second]) {
  const folder = mkdtempSync(join(tmpdir(), "chatx-replay-kill-"));
  try {
    const seed = Number(second ?? Date.now() % 2 ** 32);
    const result =
      what === "random"
        ? { seed, ...(await killAtRandom({ folder, messages: 5000, kills: Number(first ?? 200), seed })) }
        : what === "writes"
          ? await killAtWrites({ folder, messages: Number(first ?? 60) })
          : await cutJournal({ folder, messages: Number(first ?? 40) });
    process.stdout.write(`${JSON.stringify(result)}\n`);
    if (result.faults.length > 0) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(process.argv.slice(2));
}
