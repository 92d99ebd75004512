/**
 * Converts 2 GB of Smartsupp JSON Lines and one 2 GB array, each under `--max-old-space-size=256`, and checks that as
 * many conversations come out as went in. The corpus is made on the fly and piped into the command, so the time
 * includes making it; nothing is written to the disk. More than 256 MB of memory in all is a failure too: bytes that
 * are held on to lie outside the heap, where its limit does not see them.
 *
 *     node bench/two-gigabytes.mjs [--size 2GB] [--shape jsonl]
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parseSize, pourCorpus } from "./corpus.mjs";
import { isMain } from "./measure/main.mjs";
import { chatx, cleanEnvironment, demandBuild, peakHook } from "./measure/run.mjs";

const HEAP_MEGABYTES = 256;
const LINE_FEED = 10;

/**
 * @param {{ shape: string, sizeBytes: number }} options
 * @returns {Promise<{ written: number, generated: number, bytes: number, seconds: number, peakBytes: number }>}
 * @throws {Error} If the command fails; its standard error is passed on.
 */
export async function convertPoured({ shape, sizeBytes }) {
  const folder = mkdtempSync(join(tmpdir(), "chatx-bench-"));
  const hook = peakHook(folder);
  const args = [`--max-old-space-size=${HEAP_MEGABYTES}`, ...hook.nodeArgs, chatx];
  const started = performance.now();
  const child = spawn(process.execPath, [...args, "convert", "--to", "ferndesk", "--jsonl", "--quiet"], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...cleanEnvironment(), ...hook.environment },
  });
  try {
    const ended = once(child, "close");
    const written = countLines(child.stdout);
    // A command that dies early closes the pipe; its exit code tells the story, not the broken pipe.
    child.stdin.on("error", () => {});
    const poured = pourCorpus({ format: "smartsupp", shape, sizeBytes, seed: 4 }, child.stdin);
    const totals = await Promise.race([poured.catch(() => undefined), ended.then(() => undefined)]);
    child.stdin.end();
    const [exitCode, signal] = await ended;
    if (totals === undefined || exitCode !== 0)
      throw new Error(`chatx convert ended with ${exitCode ?? signal}`);
    const seconds = (performance.now() - started) / 1000;
    return {
      written: await written,
      generated: totals.conversations,
      bytes: totals.bytes,
      seconds,
      peakBytes: hook.read(),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {import("node:stream").Readable} stream */
async function countLines(stream) {
  let lines = 0;
  for await (const chunk of stream) {
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) lines++;
  }
  return lines;
}

async function main() {
  const { values } = parseArgs({
    options: { size: { type: "string", default: "2GB" }, shape: { type: "string", multiple: true } },
  });
  demandBuild();
  for (const shape of values.shape ?? ["jsonl", "array"]) {
    const result = await convertPoured({ shape, sizeBytes: parseSize(values.size) });
    const isComplete = result.written === result.generated;
    const isFlat = result.peakBytes <= HEAP_MEGABYTES * 1e6;
    console.log(
      `${shape}: ${(result.bytes / 1e6).toFixed(0)} MB, ${result.generated} conversations in, ${result.written} out: ` +
        `${isComplete ? "complete" : "NOT COMPLETE"}; ${result.seconds.toFixed(0)} s with the making of the corpus, ` +
        `peak memory ${(result.peakBytes / 1e6).toFixed(0)} MB${isFlat ? "" : ", WHICH IS NOT FLAT,"} under --max-old-space-size=${HEAP_MEGABYTES}`,
    );
    if (!isComplete || !isFlat) process.exitCode = 1;
  }
}

if (isMain(import.meta.url)) await main();
