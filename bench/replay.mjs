/**
 * The speed of `chatx replay` of Smartsupp JSON Lines to an endpoint on loopback, beside what Node needs at least to post
 * the same lines. All with 8 connections and a body of its own for each request; rounds are interleaved.
 *
 *     node bench/replay.mjs [--quick] [--size 50MB] [--rounds 5]
 *
 * undici's dispatch is what replay itself sends with: its speed is what is left when nothing is read, planned, retried or
 * remembered.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { corpusFile, parseSize } from "./corpus.mjs";
import { isMain, roundsOptions } from "./measure/main.mjs";
import { finish } from "./measure/report.mjs";
import { chatx, demandBuild, median, peakOf, secondsOf } from "./measure/run.mjs";
import { startSink } from "./measure/sink.mjs";

/** @typedef {import("./measure/report.mjs").Row} Row */

const SENDERS = join(dirname(fileURLToPath(import.meta.url)), "peers", "senders.mjs");
const SIZE = "50MB";
const QUICK_SIZE = "2MB";
const ROUNDS = 5;
/** @type {readonly (readonly [string, import("./floors.mjs").FloorName])[]} */
const JUDGED = [
  ["chatx replay", "replay"],
  ["chatx replay --journal", "replayJournal"],
  ["chatx replay --body", "replayBody"],
];
const TEMPLATE = '{"from":"$record.source","chat":$payload,"key":"$idempotencyKey"}';

/**
 * @param {{ quick: boolean, size?: string, rounds?: number }} options
 * @returns {Promise<Row[]>}
 * @throws {Error} If a sender sends another number of requests than there are records.
 */
export async function measureReplay({ quick, size, rounds = quick ? 1 : ROUNDS }) {
  const sizeBytes = parseSize(size ?? (quick ? QUICK_SIZE : SIZE));
  const { file, records } = await corpusFile({ format: "smartsupp", shape: "jsonl", sizeBytes, seed: 2 });
  const folder = mkdtempSync(join(tmpdir(), "chatx-replay-"));
  const sink = await startSink();
  try {
    const senders = sendersOf(file, sink.url, folder);
    const seconds = await timed(senders, rounds, records, sink);
    const time = (/** @type {string} */ name) => median(seconds.get(name) ?? []);
    const replay = [chatx, "replay", file, "--quiet", "--url", sink.url];
    const peak = peakOf([...replay, "--journal", join(folder, "peak.jsonl")]).peakBytes / 1e6;
    const figures = [...seconds].map(([name, all]) => ({
      figure: `${name}, requests a second`,
      value: records / median(all),
      unit: /** @type {const} */ ("/s"),
      note: `${median(all).toFixed(2)} s [${Math.min(...all).toFixed(2)}-${Math.max(...all).toFixed(2)}]`,
    }));
    const ratio = (/** @type {string} */ name, /** @type {string} */ peer) => time(peer) / time(name);
    return [
      ...JUDGED.map(([name, floor]) => ({ floor, value: ratio(name, "fetch"), unjudged: quick })),
      { floor: "replayMemory", value: peak, unjudged: quick },
      ...JUDGED.flatMap(([name]) =>
        ["node:http", "undici dispatch"].map((peer) => ({
          figure: `speed of ${name} / ${peer}`,
          value: ratio(name, peer),
          unit: /** @type {const} */ ("x"),
        })),
      ),
      ...figures,
    ];
  } finally {
    sink.stop();
    rmSync(folder, { recursive: true });
  }
}

/**
 * @param {string} file
 * @param {string} url
 * @param {string} folder
 * @returns {Record<string, (round: number) => string[]>}
 */
function sendersOf(file, url, folder) {
  const replay = [chatx, "replay", file, "--quiet", "--url", url];
  return {
    "chatx replay": () => replay,
    "chatx replay --journal": (round) => [...replay, "--journal", join(folder, `${round}.jsonl`)],
    "chatx replay --body": () => [...replay, "--body", TEMPLATE],
    "node:http": () => [SENDERS, "http", file, url],
    fetch: () => [SENDERS, "fetch", file, url],
    "undici dispatch": () => [SENDERS, "dispatch", file, url],
  };
}

/**
 * @param {Record<string, (round: number) => string[]>} senders
 * @param {number} rounds
 * @param {number} records
 * @param {Awaited<ReturnType<typeof startSink>>} sink
 */
async function timed(senders, rounds, records, sink) {
  const entries = Object.entries(senders);
  /** @type {Map<string, number[]>} */
  const seconds = new Map(entries.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let step = 0; step < entries.length; step++) {
      const [name, args] = /** @type {typeof entries[number]} */ (entries[(round + step) % entries.length]);
      seconds.get(name)?.push(secondsOf({ command: process.execPath, args: args(round) }));
      const { requests } = await sink.counts();
      if (requests !== records) throw new Error(`${name} sent ${requests} requests of ${records}`);
    }
  }
  return seconds;
}

if (isMain(import.meta.url)) {
  demandBuild();
  finish(await measureReplay(roundsOptions()));
}
