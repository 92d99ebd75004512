/**
 * A replay of a million small records: its memory, how long it takes to resume it when it is finished, and how long until the
 * first request leaves when it was killed near its end.
 *
 *     node bench/million.mjs [--records 1000000]
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chatx, cleanEnvironment, demandBuild, peakHook } from "./measure/run.mjs";
import { startSink } from "./measure/sink.mjs";

/** Part of the run after which it is killed. */
const KILL_AT = 0.9;
const LOOK_EVERY_MS = 200;

/** @param {string} file @param {number} count */
async function writeRecords(file, count) {
  const stream = createWriteStream(file);
  for (let n = 1; n <= count; n += 1000) {
    let text = "";
    for (let k = n; k < n + 1000 && k <= count; k++) text += `{"id":${k},"text":"small record ${k}"}\n`;
    if (!stream.write(text)) await once(stream, "drain");
  }
  stream.end();
  await once(stream, "finish");
}

/**
 * One run of the command, to its end or until it is killed.
 *
 * @param {readonly string[]} args
 * @param {(child: import("node:child_process").ChildProcess) => void} [watch]
 */
async function run(args, watch) {
  const folder = mkdtempSync(join(tmpdir(), "chatx-bench-"));
  const { nodeArgs, environment, read } = peakHook(folder);
  const startedAt = Date.now();
  const child = spawn(process.execPath, [...nodeArgs, chatx, "replay", ...args], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...cleanEnvironment(), ...environment },
  });
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  watch?.(child);
  const [code] = await once(child, "close");
  const seconds = (Date.now() - startedAt) / 1000;
  const peakMB = code === null ? undefined : read() / 1e6;
  rmSync(folder, { recursive: true });
  if (code !== 0 && code !== null) throw new Error(`chatx ended with ${code}: ${said}`);
  return { startedAt, seconds, peakMB };
}

/** @param {number} records */
async function measure(records) {
  const folder = mkdtempSync(join(tmpdir(), "chatx-million-"));
  const sink = await startSink();
  try {
    const file = join(folder, "records.jsonl");
    await writeRecords(file, records);
    const to = [file, "--url", sink.url];
    const journal = join(folder, "run.jsonl");
    const whole = await run([...to, "--journal", journal]);
    const sent = await sink.counts();
    tell("whole run", whole, `${sent.requests} requests, ${Math.round(records / whole.seconds)}/s`);
    tell("journal", {}, `${(statSync(journal).size / records).toFixed(0)} bytes a message`);
    const again = await run([...to, "--journal", journal, "--resume"]);
    tell("resumed when finished", again, `${(await sink.counts()).requests} requests`);
    await killed([...to, "--journal", join(folder, "killed.jsonl")], sink, records);
  } finally {
    sink.stop();
    rmSync(folder, { recursive: true });
  }
}

/**
 * @param {readonly string[]} args
 * @param {Awaited<ReturnType<typeof startSink>>} sink
 * @param {number} records
 */
async function killed(args, sink, records) {
  let seen = 0;
  await run(args, (child) => {
    const look = async () => {
      seen += (await sink.counts()).requests;
      if (seen >= records * KILL_AT) child.kill("SIGKILL");
      else if (child.exitCode === null) setTimeout(look, LOOK_EVERY_MS);
    };
    void look();
  });
  seen += (await sink.counts()).requests;
  const rest = await run([...args, "--resume"]);
  const { requests, firstAtMs } = await sink.counts();
  tell("killed near its end", {}, `after ${seen} requests`);
  tell("and resumed", rest, `first request after ${((firstAtMs - rest.startedAt) / 1000).toFixed(1)} s`);
  tell("in all", {}, `${seen + requests} requests for ${records} records`);
}

/**
 * @param {string} what
 * @param {{ seconds?: number, peakMB?: number | undefined }} run
 * @param {string} note
 */
function tell(what, { seconds, peakMB }, note) {
  const time = seconds === undefined ? "" : `${seconds.toFixed(1)} s`;
  const peak = peakMB === undefined ? "" : `${peakMB.toFixed(0)} MB`;
  console.log(`${what.padEnd(24)}${time.padStart(9)}${peak.padStart(8)}  ${note}`);
}

demandBuild();
const { values } = parseArgs({ options: { records: { type: "string", default: "1000000" } } });
await measure(Number(values.records));
