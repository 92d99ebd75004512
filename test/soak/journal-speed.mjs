// How fast a journal of a million messages is written and read again, and in how much memory.
// node test/soak/journal-speed.mjs [messages]
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const IN_FLIGHT = 64;
const here = dirname(fileURLToPath(import.meta.url));

async function bundled(folder) {
  const bundle = await rolldown({
    input: join(here, "../../src/replay/journal/journal.ts"),
    platform: "node",
  });
  const file = join(folder, "journal.mjs");
  await bundle.write({ file, format: "esm" });
  await bundle.close();
  return file;
}

const identityOf = (sequence) =>
  Math.imul(sequence, 2654435761).toString(16).replace("-", "0").padStart(32, "a");

function* plan(count) {
  for (let sequence = 1; sequence <= count; sequence++) yield { sequence, identity: identityOf(sequence) };
}

async function writeAll({ openJournal }, path, count) {
  const journal = await openJournal({ path, mode: "create", fingerprint: {} });
  let next = 1;
  const work = async () => {
    while (next <= count) {
      const sequence = next++;
      const message = { sequence, identity: identityOf(sequence) };
      await journal.record({ message, state: "delivered", attempts: 1, status: 200, elapsedMs: 1 });
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  await journal.close();
}

async function readAll({ openJournal }, path) {
  return openJournal({ path, mode: "resume", fingerprint: {} });
}

function verify(journal, count) {
  const check = journal.verifyPlan();
  for (const message of plan(count)) check.add(message);
  return check.end();
}

async function timed(work) {
  const start = performance.now();
  const value = await work();
  return { value, seconds: (performance.now() - start) / 1000 };
}

const [task, ...rest] = process.argv.slice(2);
if (task === "write" || task === "read") {
  const [module, path, count] = rest;
  const journals = await import(pathToFileURL(module).href);
  const report = { task };
  if (task === "write") {
    report.seconds = (await timed(() => writeAll(journals, path, Number(count)))).seconds;
    report.perSecond = Math.round(Number(count) / report.seconds);
    report.bytesPerMessage = Math.round(statSync(path).size / Number(count));
  } else {
    const { value: journal, seconds } = await timed(() => readAll(journals, path));
    report.seconds = seconds;
    report.verifySeconds = (await timed(() => verify(journal, Number(count)))).seconds;
    await journal.close();
  }
  report.peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(`${JSON.stringify(report)}\n`);
} else {
  const count = task ?? "1000000";
  const folder = mkdtempSync(join(tmpdir(), "chatx-journal-speed-"));
  try {
    const module = await bundled(folder);
    for (const step of ["write", "read"]) {
      const args = [fileURLToPath(import.meta.url), step, module, join(folder, "run.jsonl"), count];
      const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
      if (status !== 0) process.exitCode = 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
