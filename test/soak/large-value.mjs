/**
 * One value of 600 MB, which no string of V8 can hold, between two sound payloads: it is told by size and place, the
 * payloads around it are read, and memory stays flat.
 *
 *     node test/soak/large-value.mjs [--size 600] [--limit 64MiB]      (megabytes)
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chatx, cleanEnvironment, peakHook } from "../../bench/measure/run.mjs";

const PAYLOAD = fileURLToPath(
  new URL("../../fixtures/smartsupp/valid/anonymous-visitor.json", import.meta.url),
);
const MEGABYTE = 1_000_000;

/**
 * Has `chatx validate` read the value from a pipe.
 *
 * @param {{ megabytes: number, limit: string }} options `limit` is that of --max-record-bytes.
 */
export async function pourValue({ megabytes, limit }) {
  const folder = mkdtempSync(join(tmpdir(), "chatx-large-"));
  const hook = peakHook(folder);
  const args = ["validate", "--reporter", "json", "--max-record-bytes", limit];
  const child = spawn(process.execPath, ["--max-old-space-size=256", ...hook.nodeArgs, chatx, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...cleanEnvironment(), ...hook.environment },
  });
  try {
    const ended = once(child, "close");
    const report = child.stdout.setEncoding("utf8").toArray();
    const payload = JSON.stringify(JSON.parse(readFileSync(PAYLOAD, "utf8")));
    await pour(child.stdin, payload, megabytes);
    const [code] = await ended;
    return { code, report: JSON.parse((await report).join("")), peakBytes: hook.read() };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * @param {import("node:stream").Writable} stdin
 * @param {string} payload
 * @param {number} megabytes
 */
async function pour(stdin, payload, megabytes) {
  stdin.write(`${payload}\n{"content":"`);
  const text = Buffer.alloc(MEGABYTE, "a");
  for (let k = 0; k < megabytes; k++) if (!stdin.write(text)) await once(stdin, "drain");
  stdin.end(`"}\n${payload.replace('"beginAt":', '"beginAt": ')}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { size: { type: "string", default: "600" }, limit: { type: "string", default: "64MiB" } },
  });
  const { code, report, peakBytes } = await pourValue({
    megabytes: Number(values.size),
    limit: values.limit,
  });
  for (const { code: what, message, line, column } of report.findings)
    console.log(`${line}:${column} ${what}: ${message}`);
  console.log(
    `exit ${code}, ${report.summary.records} records, peak memory ${(peakBytes / MEGABYTE).toFixed(0)} MB`,
  );
}
