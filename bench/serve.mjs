/**
 * `chatx serve` over a million Smartsupp conversations: how long it takes to index them, beside `chatx convert` of the same
 * file; what memory the index takes; and how long an answer takes to its first byte and to its end.
 *
 *     node bench/serve.mjs [--size 4.1GB] [--rounds 15]
 *
 * The corpus (4,100 bytes a conversation) is kept in bench/.corpus; making it takes longer than all the rest.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { corpusFile, parseSize } from "./corpus.mjs";
import { isMain } from "./measure/main.mjs";
import { chatx, cleanEnvironment, demandBuild, median, secondsOf } from "./measure/run.mjs";

/**
 * @typedef {{ url: string, conversations: number, seconds: number, processorSeconds: number, residentBytes: () => number, stop: () => Promise<void> }} Server
 */

/**
 * Starts the command and waits for its ready line.
 *
 * @param {string} file
 * @returns {Promise<Server>}
 */
async function serve(file) {
  const started = performance.now();
  const child = spawn(process.execPath, [chatx, "serve", "--quiet", "--port", "0", file], {
    stdio: ["ignore", "pipe", "inherit"],
    env: cleanEnvironment(),
  });
  const [line] = await once(child.stdout, "data");
  const [, url, count] = /listening on (\S+) \((\d+) conv/.exec(String(line)) ?? [];
  if (url === undefined) throw new Error(`no ready line: ${line}`);
  return {
    url,
    conversations: Number(count),
    seconds: (performance.now() - started) / 1000,
    processorSeconds: processorSecondsOf(child.pid),
    residentBytes: () => statusOf(child.pid, "VmRSS"),
    async stop() {
      child.kill("SIGTERM");
      await once(child, "close");
    },
  };
}

/**
 * @param {number | undefined} pid
 * @param {"VmRSS" | "VmHWM"} name
 */
function statusOf(pid, name) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1024;
}

/** Hundredths of a second are the kernel's unit. @param {number | undefined} pid */
function processorSecondsOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/**
 * Milliseconds to the first byte of the body (or to the head, where there is none) and to the end.
 *
 * @param {string} url
 * @param {Record<string, string>} headers
 * @returns {Promise<{ firstMs: number, allMs: number, bytes: number, etag: string }>}
 */
function ask(url, headers = {}) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const sent = request(url, { headers, agent: false }, (response) => {
      let bytes = 0;
      let firstMs = performance.now() - started;
      response.on("data", (/** @type {Buffer} */ chunk) => {
        if (bytes === 0) firstMs = performance.now() - started;
        bytes += chunk.length;
      });
      response.on("error", reject);
      response.on("end", () =>
        resolve({ firstMs, allMs: performance.now() - started, bytes, etag: response.headers.etag ?? "" }),
      );
    });
    sent.on("error", reject);
    sent.end();
  });
}

/** @param {{ sizeBytes: number, rounds: number }} options */
export async function measureServe({ sizeBytes, rounds }) {
  const { file, bytes, conversations } = await corpusFile({
    format: "smartsupp",
    shape: "jsonl",
    sizeBytes,
    seed: 9,
  });
  const folder = mkdtempSync(join(tmpdir(), "chatx-bench-"));
  try {
    const one = join(folder, "one.jsonl");
    writeFileSync(one, `${firstLine(file)}\n`);
    const small = await serve(one);
    const emptyBytes = small.residentBytes();
    await small.stop();
    const args = [chatx, "convert", "--quiet", "--to", "ferndesk", "--jsonl", file];
    const convertSeconds = secondsOf({ command: process.execPath, args });
    const server = await serve(file);
    if (server.conversations !== conversations)
      throw new Error(`${conversations} conversations in, ${server.conversations} served`);
    const indexedBytes = server.residentBytes();
    const answers = await measureAnswers(server, rounds);
    const servingBytes = server.residentBytes();
    await server.stop();
    const { seconds, processorSeconds } = server;
    const times = { convertSeconds, seconds, processorSeconds };
    return { bytes, conversations, ...times, emptyBytes, indexedBytes, servingBytes, answers };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {string} file */
function firstLine(file) {
  const fd = openSync(file, "r");
  try {
    const head = Buffer.alloc(65_536);
    const text = head.toString("utf8", 0, readSync(fd, head));
    return text.slice(0, text.indexOf("\n"));
  } finally {
    closeSync(fd);
  }
}

/** @param {Server} server @param {number} rounds */
async function measureAnswers({ url }, rounds) {
  const { etag } = await ask(url);
  const newest = new Date(Date.parse(await newestOf(url)) - 86_400_000).toISOString().slice(0, 10);
  /** @type {Record<string, [string, Record<string, string>]>} */
  const kinds = {
    "3,000 conversations": [url, {}],
    "3,000 conversations, gzip": [url, { "accept-encoding": "gzip" }],
    "since the day before the newest": [`${url}?startDate=${newest}`, {}],
    "10 conversations": [`${url}?limit=10`, {}],
    "not modified": [url, { "if-none-match": etag }],
  };
  /** @type {Record<string, { firstMs: number, allMs: number, bytes: number }>} */
  const answers = {};
  /** @type {Map<string, { firstMs: number, allMs: number, bytes: number }[]>} */
  const asked = new Map(Object.keys(kinds).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, [target, headers]] of Object.entries(kinds))
      asked.get(name)?.push(await ask(target, headers));
  }
  for (const [name, all] of asked) {
    answers[name] = {
      firstMs: median(all.map(({ firstMs }) => firstMs)),
      allMs: median(all.map(({ allMs }) => allMs)),
      bytes: all[0]?.bytes ?? 0,
    };
  }
  return answers;
}

/** @param {string} url */
async function newestOf(url) {
  const health = await fetch(url.replace(/\/[^/]*$/, "/healthz"));
  return (await health.json()).newest;
}

async function main() {
  const { values } = parseArgs({
    options: { size: { type: "string", default: "4.1GB" }, rounds: { type: "string", default: "15" } },
  });
  demandBuild();
  const result = await measureServe({ sizeBytes: parseSize(values.size), rounds: Number(values.rounds) });
  const { bytes, conversations, seconds, convertSeconds, emptyBytes, indexedBytes, servingBytes } = result;
  const rate = (/** @type {number} */ s) => `${(bytes / 1e6 / s).toFixed(0)} MB/s`;
  const mb = (/** @type {number} */ b) => `${(b / 1e6).toFixed(0)} MB`;
  console.log(`${conversations} conversations, ${mb(bytes)}`);
  console.log(
    `indexed and listening after ${seconds.toFixed(1)} s, ${rate(seconds)}; processor ${result.processorSeconds.toFixed(1)} s`,
  );
  console.log(`chatx convert of the same file: ${convertSeconds.toFixed(1)} s, ${rate(convertSeconds)}`);
  const each = (indexedBytes - emptyBytes) / conversations;
  console.log(
    `memory ${mb(indexedBytes)} resident, ${mb(emptyBytes)} with one conversation: ${each.toFixed(0)} bytes a conversation`,
  );
  console.log(`memory after the answers below: ${mb(servingBytes)}`);
  for (const [name, { firstMs, allMs, bytes: size }] of Object.entries(result.answers)) {
    console.log(
      `${name}: first byte ${firstMs.toFixed(1)} ms, all ${allMs.toFixed(1)} ms, ${(size / 1e3).toFixed(0)} KB`,
    );
  }
}

if (isMain(import.meta.url)) await main();
