import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const PEAK_HOOK = join(HERE, "peak-memory.cjs");

/** The command under test. Another build can be named, to compare the two. */
export const chatx = process.env.CHATX_BENCH_BIN ?? join(HERE, "..", "..", "bin", "chatx.js");

/** Ends the process with exit code 2 if the project has not been built. */
export function demandBuild() {
  const built = join(dirname(chatx), "..", "dist");
  if (existsSync(chatx) && (process.env.CHATX_BENCH_BIN !== undefined || existsSync(built))) return;
  console.error("there is nothing to measure yet: run `npm run build` first");
  process.exit(2);
}

/**
 * The environment of every measured process. NODE_EXTRA_CA_CERTS costs Node 20 more than all the rest of
 * its start (37 ms against 22), and NODE_OPTIONS can load anything: with them every ratio to `node -e 0` is false.
 */
export function cleanEnvironment() {
  const { NODE_EXTRA_CA_CERTS: _certificates, NODE_OPTIONS: _options, ...environment } = process.env;
  return { ...environment, NO_COLOR: "1" };
}

/**
 * @typedef {object} Command
 * @property {string} command
 * @property {readonly string[]} args
 * @property {string} [input] A file for standard input; without it there is none.
 * @property {string} [output] A file for standard output; without it the null device.
 */

/**
 * Runs a command to its end and tells how long it took, from before it was started until it was gone.
 *
 * @param {Command} command
 * @param {Record<string, string>} [more] Additional environment.
 * @returns {number} Seconds.
 * @throws {Error} If it does not end with exit code 0: a failed run is never a measurement.
 */
export function secondsOf({ command, args, input = devNull, output = devNull }, more = {}) {
  const stdin = openSync(input, "r");
  const stdout = openSync(output, output === devNull ? "r+" : "w");
  try {
    const started = process.hrtime.bigint();
    const result = spawnSync(command, args, {
      stdio: [stdin, stdout, "pipe"],
      env: { ...cleanEnvironment(), ...more },
    });
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    if (result.error !== undefined) throw result.error;
    if (result.status !== 0) {
      const reason = result.stderr.toString().slice(0, 400);
      throw new Error(`${command} ${args.join(" ")} ended with ${result.status ?? result.signal}: ${reason}`);
    }
    return seconds;
  } finally {
    closeSync(stdin);
    closeSync(stdout);
  }
}

/**
 * Runs a Node program to its end and tells its peak resident memory and its time. The time includes the tiny hook
 * that reports the memory, so `secondsOf` is the one to compare times with.
 *
 * @param {readonly string[]} args Options of node, the script, its arguments.
 * @param {{ input?: string, output?: string }} [streams]
 * @returns {{ peakBytes: number, seconds: number }}
 */
export function peakOf(args, streams = {}) {
  const folder = mkdtempSync(join(tmpdir(), "chatx-bench-"));
  try {
    const { nodeArgs, environment, read } = peakHook(folder);
    const seconds = secondsOf(
      { command: process.execPath, args: [...nodeArgs, ...args], ...streams },
      environment,
    );
    return { peakBytes: read(), seconds };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * How to have a Node process report its peak memory into a folder.
 *
 * @param {string} folder
 */
export function peakHook(folder) {
  const file = join(folder, "peak");
  return {
    nodeArgs: ["--require", PEAK_HOOK],
    environment: { CHATX_BENCH_PEAK_FILE: file },
    read: () => Number(readFileSync(file, "utf8")),
  };
}

/**
 * Runs every command once per round, each round in another order, so that a slow moment of the machine hits all alike.
 *
 * @param {Readonly<Record<string, Command>>} commands
 * @param {number} rounds
 * @returns {(name: string) => number[]} The seconds of a command, one figure for each round.
 */
export function interleaved(commands, rounds) {
  const entries = Object.entries(commands);
  /** @type {Map<string, number[]>} */
  const seconds = new Map(entries.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let step = 0; step < entries.length; step++) {
      const [name, command] = /** @type {[string, Command]} */ (entries[(round + step) % entries.length]);
      seconds.get(name)?.push(secondsOf(command));
    }
  }
  return (name) => {
    const found = seconds.get(name);
    if (found === undefined) throw new RangeError(`"${name}" was not measured`);
    return found;
  };
}

/** @param {readonly number[]} values Not empty. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = /** @type {number} */ (sorted[middle]);
  return sorted.length % 2 === 1 ? upper : (upper + /** @type {number} */ (sorted[middle - 1])) / 2;
}
