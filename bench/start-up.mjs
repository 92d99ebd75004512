/**
 * How long a user waits before anything happens: `node -e 0` (nothing at all) beside `chatx --version`,
 * `chatx validate` and `chatx convert` of one payload. Medians of interleaved rounds.
 *
 *     node bench/start-up.mjs [--quick]
 */
import { execFileSync } from "node:child_process";
import { corpusFile } from "./corpus.mjs";
import { isMain, isQuick } from "./measure/main.mjs";
import { finish } from "./measure/report.mjs";
import { chatx, cleanEnvironment, demandBuild, interleaved, median, peakOf } from "./measure/run.mjs";

const ROUNDS = 31;
const QUICK_ROUNDS = 3;
const MEMORY_ROUNDS = 5;

/**
 * @param {{ quick: boolean }} options
 * @returns {Promise<import("./measure/report.mjs").Row[]>}
 * @throws {Error} If `chatx --version` prints no version: a program that does nothing starts fast.
 */
export async function measureStartUp({ quick }) {
  demandVersion();
  const { file } = await corpusFile({ format: "smartsupp", shape: "jsonl", sizeBytes: 1, seed: 1 });
  const programs = {
    nothing: ["-e", "0"],
    version: [chatx, "--version"],
    validate: [chatx, "validate", "--quiet", file],
    convert: [chatx, "convert", "--to", "ferndesk", "--quiet", file],
  };
  const commands = Object.fromEntries(
    Object.entries(programs).map(([name, args]) => [name, { command: process.execPath, args }]),
  );
  const seconds = interleaved(commands, quick ? QUICK_ROUNDS : ROUNDS);
  const memory = (/** @type {string[]} */ args) =>
    median(Array.from({ length: quick ? 1 : MEMORY_ROUNDS }, () => peakOf(args).peakBytes));

  const base = median(seconds("nothing"));
  const baseMemory = memory(programs.nothing);
  const ratio = (/** @type {keyof typeof programs} */ name) => ({
    value: median(seconds(name)) / base,
    note: `${milliseconds(seconds(name))}; ${megabytes(memory(programs[name]))} MB`,
  });
  return [
    {
      figure: "time of node -e 0",
      value: base * 1000,
      unit: "ms",
      note: `${milliseconds(seconds("nothing"))}; ${megabytes(baseMemory)} MB`,
    },
    { floor: "startVersion", ...ratio("version"), unjudged: quick },
    { floor: "startValidate", ...ratio("validate"), unjudged: quick },
    { figure: "time of converting one payload / node -e 0", unit: "x", ...ratio("convert") },
  ];
}

function demandVersion() {
  const printed = execFileSync(process.execPath, [chatx, "--version"], {
    encoding: "utf8",
    env: cleanEnvironment(),
  });
  if (!/^\d+\.\d+\.\d+\n$/.test(printed))
    throw new Error(`chatx --version printed ${JSON.stringify(printed)}`);
}

/** The median and the range, in milliseconds. @param {readonly number[]} seconds */
function milliseconds(seconds) {
  const [middle, low, high] = [median(seconds), Math.min(...seconds), Math.max(...seconds)];
  return `${(middle * 1000).toFixed(1)} ms [${(low * 1000).toFixed(1)}-${(high * 1000).toFixed(1)}]`;
}

/** @param {number} bytes */
function megabytes(bytes) {
  return (bytes / 1e6).toFixed(0);
}

if (isMain(import.meta.url)) {
  demandBuild();
  finish(await measureStartUp({ quick: isQuick() }));
}
