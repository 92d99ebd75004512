// How many webhooks a second `chatx capture` acknowledges, each on the disk by then, and how long an answer takes.
// npm run build && node bench/capture.mjs [--connections 64] [--seconds 5] [--bytes 4096] [--folder DIR]
import { spawn } from "node:child_process";
import { closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const COMMAND = process.env.CHATX_BENCH_BIN ?? fileURLToPath(new URL("../bin/chatx.js", import.meta.url));
const { values } = parseArgs({
  options: {
    connections: { type: "string", default: "64" },
    seconds: { type: "string", default: "5" },
    bytes: { type: "string", default: "4096" },
    folder: { type: "string", default: tmpdir() },
  },
});
const folder = mkdtempSync(join(values.folder, "chatx-bench-capture-"));
const bodyBytes = Number(values.bytes);

console.log(
  `one write and fdatasync of ${bodyBytes} bytes: ${(syncMs() * 1000).toFixed(0)} us, one after another`,
);
const server = await start();
const { times, seconds } = await load(server.port);
server.child.kill("SIGTERM");
const { peakBytes } = await server.ended;
const stored = readFileSync(join(folder, "c.jsonl"), "utf8").split("\n").length - 1;
times.sort((a, b) => a - b);
const at = (share) => times[Math.floor(times.length * share)].toFixed(1);
console.log(`${values.connections} connections, ${seconds.toFixed(1)} s, bodies of ${bodyBytes} bytes`);
console.log(
  `${Math.round(times.length / seconds)} acknowledged posts a second (${stored} records in the file)`,
);
console.log(
  `answer after ${at(0.5)} ms (median), ${at(0.99)} ms (99th percentile), ${at(0.999)} ms (99.9th)`,
);
console.log(`peak memory ${(peakBytes / 1e6).toFixed(0)} MB`);
rmSync(folder, { recursive: true, force: true });
// Acknowledged is stored; what was under way at the end may be stored, too.
if (stored < times.length) throw new Error(`${times.length - stored} acknowledged posts are not in the file`);

/** What the disk gives without sharing: the mean of 200. */
function syncMs() {
  const file = openSync(join(folder, "sync"), "w");
  const bytes = Buffer.alloc(bodyBytes, "x");
  const begin = performance.now();
  for (let count = 0; count < 200; count++) {
    writeSync(file, bytes);
    fdatasyncSync(file);
  }
  closeSync(file);
  return (performance.now() - begin) / 200;
}

async function start() {
  const args = [COMMAND, "capture", "--out", join(folder, "c.jsonl"), "--port", "0"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let peakBytes = 0;
  const watch = setInterval(() => {
    const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
    peakBytes = Math.max(peakBytes, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024);
  }, 100);
  const ended = new Promise((resolve) =>
    child.on("exit", () => {
      clearInterval(watch);
      resolve({ peakBytes });
    }),
  );
  const port = await new Promise((resolve) => {
    let said = "";
    child.stdout.on("data", (chunk) => {
      // Read on, as a terminal would.
      said = (said + chunk).slice(0, 200);
      const found = /:(\d+)\//.exec(said)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
  });
  return { child, port, ended };
}

/** Each connection sends its next post when the last one is answered. */
async function load(port) {
  const times = [];
  const begin = performance.now();
  const end = begin + Number(values.seconds) * 1000;
  await Promise.all(
    Array.from({ length: Number(values.connections) }, (_, k) => sender(port, k, end, times)),
  );
  return { times, seconds: (performance.now() - begin) / 1000 };
}

function sender(port, number, end, times) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let sentAt = 0;
    let count = 0;
    let got = "";
    const send = () => {
      sentAt = performance.now();
      const body = `${number}.${count++} `.padEnd(bodyBytes, "x");
      socket.write(`POST /hook HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${bodyBytes}\r\n\r\n${body}`);
    };
    socket.on("connect", send);
    socket.on("data", (chunk) => {
      got += chunk.toString("latin1");
      if (!got.endsWith('"stored"}\n')) return;
      got = "";
      times.push(performance.now() - sentAt);
      if (performance.now() < end) send();
      else {
        socket.end();
        resolve();
      }
    });
    socket.on("error", reject);
  });
}
