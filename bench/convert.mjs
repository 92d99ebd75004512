/**
 * The speed of `chatx convert` and `chatx validate` on Smartsupp JSON Lines, beside jq with the same mapping, beside
 * `jq empty`, and beside what Node needs at least. Outputs are compared byte for byte first; then the rounds are
 * interleaved, and all write to the null device.
 *
 *     node bench/convert.mjs [--quick] [--size 50MB] [--rounds 5]
 *     CHATX_BENCH_JQ=/usr/bin/jq:/opt/jq-1.8.1/jq node bench/convert.mjs
 */
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { corpusFile, parseSize } from "./corpus.mjs";
import { OLD_JQ_FACTOR } from "./floors.mjs";
import { firstDifference } from "./measure/compare-files.mjs";
import { isNewJq, isOldJq, jqPrograms } from "./measure/jq.mjs";
import { isMain, roundsOptions } from "./measure/main.mjs";
import { finish } from "./measure/report.mjs";
import { chatx, demandBuild, interleaved, median, peakOf, secondsOf } from "./measure/run.mjs";
import { convertPoured } from "./two-gigabytes.mjs";

/** @typedef {import("./measure/report.mjs").Row} Row */
/** @typedef {import("./measure/run.mjs").Command} Command */
/** @typedef {import("./measure/jq.mjs").Jq} Jq */

const HERE = dirname(fileURLToPath(import.meta.url));
const JQ_MAPPING = join(HERE, "smartsupp-to-ferndesk.jq");
const NODE_LINES = join(HERE, "peers", "node-lines.mjs");
const CONVERT = [chatx, "convert", "--from", "smartsupp", "--to", "ferndesk", "--jsonl", "--quiet"];
const VALIDATE = [chatx, "validate", "--quiet"];
const SIZE = "50MB";
const QUICK_SIZE = "2MB";
const ROUNDS = 5;

/**
 * @param {{ quick: boolean, size?: string, rounds?: number }} options
 * @returns {Promise<Row[]>}
 * @throws {Error} If jq and chatx differ in one byte.
 */
export async function measureConvert({ quick, size, rounds = quick ? 1 : ROUNDS }) {
  const sizeBytes = parseSize(size ?? (quick ? QUICK_SIZE : SIZE));
  const { file, bytes } = await corpusFile({ format: "smartsupp", shape: "jsonl", sizeBytes, seed: 2 });
  const programs = jqPrograms();
  for (const jq of programs) demandSameOutput(jq, file);

  const seconds = interleaved(commandsFor(file, programs), rounds);
  const time = (/** @type {string} */ name) => median(seconds(name));
  const note = (/** @type {string} */ name) => speedNote(seconds(name), bytes);
  const fromFile = peakOf(CONVERT, { input: file }).peakBytes / 1e6;
  const fromPipe = (await convertPoured({ shape: "jsonl", sizeBytes })).peakBytes / 1e6;
  return [
    ...jqRows(programs, time, note, quick),
    { figure: "speed of convert", value: bytes / 1e6 / time("convert"), unit: "MB/s", note: note("convert") },
    ...["parse-and-print", "parse"].map((name) => {
      const words = name === "parse" ? "JSON.parse alone" : "parse + stringify";
      return /** @type {Row} */ ({
        figure: `speed of convert / Node's ${words}`,
        value: time(name) / time("convert"),
        unit: "x",
        note: note(name),
      });
    }),
    {
      figure: "speed of validate",
      value: bytes / 1e6 / time("validate"),
      unit: "MB/s",
      note: note("validate"),
    },
    ...programs.map(({ version }) => ({
      figure: `speed of validate / jq ${version} empty (no checks)`,
      value: time(`jq ${version} empty`) / time("validate"),
      unit: /** @type {const} */ ("x"),
      note: note(`jq ${version} empty`),
    })),
    {
      floor: "convertMemory",
      value: Math.max(fromFile, fromPipe),
      note: `${(bytes / 1e6).toFixed(0)} MB of input: ${fromFile.toFixed(0)} MB from a file, ${fromPipe.toFixed(0)} MB from a pipe`,
    },
  ];
}

/**
 * @param {string} input
 * @param {readonly Jq[]} programs
 * @returns {Record<string, Command>}
 */
function commandsFor(input, programs) {
  const node = (/** @type {string[]} */ ...args) => ({ command: process.execPath, args, input });
  /** @type {Record<string, Command>} */
  const commands = {
    convert: node(...CONVERT),
    validate: node(...VALIDATE),
    parse: node(NODE_LINES, "parse"),
    "parse-and-print": node(NODE_LINES, "parse-and-print"),
  };
  for (const { command, version } of programs) {
    commands[`jq ${version}`] = { command, args: ["-c", "-f", JQ_MAPPING], input };
    commands[`jq ${version} empty`] = { command, args: ["empty"], input };
  }
  return commands;
}

/** @param {Jq} jq @param {string} input */
function demandSameOutput({ command, version }, input) {
  const [ours, theirs] = [`${input}.chatx.out`, `${input}.jq.out`];
  try {
    secondsOf({ command: process.execPath, args: CONVERT, input, output: ours });
    secondsOf({ command, args: ["-c", "-f", JQ_MAPPING], input, output: theirs });
    const difference = firstDifference(ours, theirs);
    if (difference !== undefined) throw new Error(`chatx and jq ${version} differ ${difference}`);
  } finally {
    for (const file of [ours, theirs]) rmSync(file, { force: true });
  }
}

/**
 * The two floors. A ratio to jq 1.8 that was not measured is computed from the one to jq 1.6.
 *
 * @param {readonly Jq[]} programs
 * @param {(name: string) => number} time
 * @param {(name: string) => string} note
 * @param {boolean} quick
 * @returns {Row[]}
 */
function jqRows(programs, time, note, quick) {
  const ratio = (/** @type {Jq | undefined} */ jq) =>
    jq === undefined ? undefined : time(`jq ${jq.version}`) / time("convert");
  const oldJq = programs.find(isOldJq);
  const newJq = programs.find(isNewJq);
  const [toOld, toNew] = [ratio(oldJq), ratio(newJq)];
  const computed = toOld === undefined ? undefined : toOld / OLD_JQ_FACTOR;
  return [
    judged("convertOldJq", toOld, oldJq === undefined ? "no jq 1.6 here" : note("jq 1.6"), quick),
    newJq !== undefined
      ? judged("convertNewJq", toNew, `${note(`jq ${newJq.version}`)}, jq ${newJq.version}`, quick)
      : judged("convertNewJq", computed, `no jq 1.8 here: computed from jq 1.6 by ${OLD_JQ_FACTOR}`, quick),
  ];
}

/**
 * @param {import("./floors.mjs").FloorName} floor
 * @param {number | undefined} value
 * @param {string} note
 * @param {boolean} unjudged
 * @returns {Row}
 */
function judged(floor, value, note, unjudged) {
  return { floor, note, unjudged, ...(value === undefined ? {} : { value }) };
}

/** @param {readonly number[]} seconds @param {number} bytes */
function speedNote(seconds, bytes) {
  const [middle, low, high] = [median(seconds), Math.min(...seconds), Math.max(...seconds)];
  const range = `${middle.toFixed(2)} s [${low.toFixed(2)}-${high.toFixed(2)}]`;
  return `${range}, ${(bytes / 1e6 / middle).toFixed(0)} MB/s`;
}

if (isMain(import.meta.url)) {
  demandBuild();
  finish(await measureConvert(roundsOptions()));
}
