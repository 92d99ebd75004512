/**
 * Whether the memory of `chatx check` stays flat: its peak while it reads answers of 10 MB and of 1 GB.
 *
 *     node bench/check.mjs [--quick]
 *
 * The endpoint is this process: it makes its conversations as they are read.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isMain, isQuick } from "./measure/main.mjs";
import { finish } from "./measure/report.mjs";
import { chatx, cleanEnvironment, demandBuild, peakHook } from "./measure/run.mjs";

const MEGABYTE = 1e6;
const SIZES = /** @type {const} */ ([10, 1000]);
const QUICK_SIZES = /** @type {const} */ ([1, 20]);
const NEWEST_MS = Date.UTC(2026, 0, 31);

/**
 * @param {{ quick: boolean }} options
 * @returns {Promise<import("./measure/report.mjs").Row[]>}
 */
async function measureCheck({ quick }) {
  const rows = [];
  for (const megabytes of quick ? QUICK_SIZES : SIZES) {
    const { peakBytes, seconds } = await peakOfCheck(megabytes * MEGABYTE);
    rows.push({
      figure: `peak memory of check, answer of ${megabytes} MB`,
      value: peakBytes / MEGABYTE,
      unit: "MB",
      note: `${seconds.toFixed(1)} s, ${(megabytes / seconds).toFixed(0)} MB/s with the server on the same machine`,
    });
  }
  return rows;
}

/** @param {number} sizeBytes */
async function peakOfCheck(sizeBytes) {
  const server = createServer((_, response) => answer(response, sizeBytes));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const folder = mkdtempSync(join(tmpdir(), "chatx-bench-"));
  try {
    const { nodeArgs, environment, read } = peakHook(folder);
    const url = `http://127.0.0.1:${port}/support-endpoint.json`;
    const args = [
      ...nodeArgs,
      chatx,
      "check",
      "--timeout",
      "1h",
      "--slow",
      "1h",
      "--max-body-bytes",
      "4GiB",
      url,
    ];
    const started = performance.now();
    await ended(
      spawn(process.execPath, args, { stdio: "ignore", env: { ...cleanEnvironment(), ...environment } }),
    );
    return { peakBytes: read(), seconds: (performance.now() - started) / 1000 };
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
}

/** @param {import("node:child_process").ChildProcess} child */
function ended(child) {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) =>
      code === 0 ? resolve(undefined) : reject(new Error(`check ended with ${code}`)),
    );
  });
}

/**
 * @param {import("node:http").ServerResponse} response
 * @param {number} sizeBytes
 */
function answer(response, sizeBytes) {
  response.setHeader("content-type", "application/json");
  response.write('{"conversations":[');
  let number = 0;
  let sent = 0;
  const more = () => {
    while (sent < sizeBytes) {
      const text = `${number === 0 ? "" : ","}${JSON.stringify(conversation(number++))}`;
      sent += text.length;
      if (!response.write(text)) return void response.once("drain", more);
    }
    response.end("]}");
  };
  more();
}

/** @param {number} number */
function conversation(number) {
  const time = new Date(NEWEST_MS - number * 1000).toISOString();
  const talk = (/** @type {number} */ at) => ({
    id: `m${number}-${at}`,
    role: at % 2 === 0 ? "user" : "agent",
    content: "Where is my parcel? ".repeat(10),
    createdAt: time,
  });
  return {
    id: `c${number}`,
    url: `https://support.example.com/c/${number}`,
    lastMessageAt: time,
    messages: [0, 1, 2, 3, 4, 5].map(talk),
  };
}

if (isMain(import.meta.url)) {
  demandBuild();
  finish(await measureCheck({ quick: isQuick() }));
}
