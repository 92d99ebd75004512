import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { cleanEnvironment } from "./run.mjs";

const PEER = join(dirname(fileURLToPath(import.meta.url)), "..", "peers", "sink.mjs");

/**
 * @typedef {object} SinkCounts
 * @property {number} requests
 * @property {number} bodyBytes
 * @property {number} firstAtMs When the first request was complete, milliseconds since 1970; 0 without one.
 */

/** Starts the endpoint of `peers/sink.mjs` as a process of its own. */
export async function startSink() {
  const child = spawn(process.execPath, [PEER], {
    stdio: ["pipe", "pipe", "inherit"],
    env: cleanEnvironment(),
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async () => String((await lines.next()).value);
  const url = `http://127.0.0.1:${await line()}/hook`;
  return {
    url,
    /** What came since it was last asked. @returns {Promise<SinkCounts>} */
    async counts() {
      child.stdin.write("\n");
      return JSON.parse(await line());
    },
    stop: () => child.stdin.end(),
  };
}
