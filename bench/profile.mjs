/**
 * Where the time of a conversion goes: runs it under V8's sampling profiler and lists the functions by their own time.
 *
 *     node bench/profile.mjs [--size 50MB] [--shape jsonl] [--format smartsupp] [--command validate] [--top 30]
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { corpusFile, parseSize } from "./corpus.mjs";
import { chatx, demandBuild, secondsOf } from "./measure/run.mjs";

/** @typedef {{ id: number, callFrame: { functionName: string, url: string, lineNumber: number } }} ProfileNode */
/** @typedef {{ nodes: ProfileNode[], samples: number[], timeDeltas: number[] }} Profile */

const { values } = parseArgs({
  options: {
    command: { type: "string", default: "convert" },
    format: { type: "string", default: "smartsupp" },
    shape: { type: "string", default: "jsonl" },
    size: { type: "string", default: "50MB" },
    top: { type: "string", default: "30" },
  },
});

demandBuild();
const { command, format, shape } = values;
const { file } = await corpusFile({ format, shape, sizeBytes: parseSize(values.size), seed: 2 });
const folder = mkdtempSync(join(tmpdir(), "chatx-profile-"));
try {
  const target = command === "convert" ? ["--to", "ferndesk", "--jsonl"] : [];
  const args = ["--cpu-prof", `--cpu-prof-dir=${folder}`, chatx, command, "--quiet", ...target];
  secondsOf({ command: process.execPath, args, input: file });
  print(readProfile(folder), Number(values.top));
} finally {
  rmSync(folder, { recursive: true });
}

/** @param {string} folder @returns {Profile} */
function readProfile(folder) {
  const name = readdirSync(folder).find((entry) => entry.endsWith(".cpuprofile"));
  if (name === undefined) throw new Error("the profiler wrote nothing");
  return JSON.parse(readFileSync(join(folder, name), "utf8"));
}

/** @param {Profile} profile @param {number} top */
function print({ nodes, samples, timeDeltas }, top) {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  /** @type {Map<string, number>} */
  const own = new Map();
  let total = 0;
  samples.forEach((id, index) => {
    const name = names.get(id) ?? "?";
    const microseconds = timeDeltas[index] ?? 0;
    total += microseconds;
    own.set(name, (own.get(name) ?? 0) + microseconds);
  });
  console.log(`${(total / 1e6).toFixed(2)} s`);
  for (const [name, microseconds] of [...own].sort((a, b) => b[1] - a[1]).slice(0, top)) {
    console.log(`${((microseconds / total) * 100).toFixed(1).padStart(5)} %  ${name}`);
  }
}

/** @param {ProfileNode["callFrame"]} frame */
function placeOf({ functionName, url, lineNumber }) {
  const name = functionName === "" ? "(anonymous)" : functionName;
  return url === "" ? name : `${name}  ${url.split("/").slice(-2).join("/")}:${lineNumber + 1}`;
}
