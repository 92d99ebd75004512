import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { bundleWorker } from "../soak/journal-kill.mjs";
import {
  FINGERPRINT,
  failureOf,
  kindOf,
  newFolder,
  open,
  outcome,
  resume,
  statesIn,
  written,
} from "./journal-support.ts";

let worker: string;

beforeAll(async () => {
  worker = await bundleWorker(newFolder());
});

/** A process of its own that opens a journal and keeps it until it is killed. */
async function holder(
  path: string,
  mode: "create" | "resume",
): Promise<{ child: ChildProcess; said: string }> {
  const args = [worker, "hold", path, mode, "0", JSON.stringify(FINGERPRINT)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = (await once(child.stdout!, "data")) as [Buffer];
  return { child, said: said.toString().trim() };
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, "close");
  child.kill("SIGKILL");
  await ended;
}

describe("one process per journal", () => {
  test("a second one is refused with a clear line, and the first goes on", async () => {
    const path = join(newFolder(), "run.jsonl");
    const first = await open(path);
    expect(await failureOf(resume(path))).toMatchObject({ kind: "in-use", exitCode: 4 });
    const second = await holder(path, "resume");
    expect(second.said).toBe(`in-use: cannot use journal ${path}: process ${process.pid} works with it`);
    await once(second.child, "close");
    await first.record(outcome(1));
    await first.close();
    expect((await statesIn(path, 1)).states).toEqual(["delivered"]);
  });

  test("a lock that a kill -9 left is no obstacle, and is cleared away", async () => {
    const folder = newFolder();
    const path = join(folder, "run.jsonl");
    const { child, said } = await holder(path, "create");
    expect(said).toBe("open");
    expect(await kindOf(resume(path))).toBe("in-use");
    await kill(child);
    expect(readdirSync(folder)).toHaveLength(2);
    await (await resume(path)).close();
    expect(readdirSync(folder)).toEqual(["run.jsonl"]);
  });

  test.runIf(process.platform === "linux")(
    "a process number that is used again does not keep it closed",
    async () => {
      const folder = newFolder();
      const path = join(folder, "run.jsonl");
      const { child } = await holder(path, "create");
      const lock = readdirSync(folder).find((name) => name.includes("chatx-lock"))!;
      await kill(child);
      // A lock of our own, living process, but of one that began at another time.
      writeFileSync(join(folder, lock.replace(`-${child.pid}-`, `-${process.pid}-`)), "");
      await (await resume(path)).close();
      expect(readdirSync(folder)).toEqual(["run.jsonl"]);
    },
  );

  test("a lock of another machine is respected, and the hint names it; one of before a restart is not", async () => {
    const folder = newFolder();
    const path = join(folder, "run.jsonl");
    const journal = await open(path);
    const own = readdirSync(folder).find((name) => name.includes("chatx-lock"))!;
    await journal.close();
    const [head, tail] = own.split(".chatx-lock-") as [string, string];
    const [pid, start, boot, host, space] = tail.split("-") as [string, string, string, string, string];
    const lockOf = (...parts: string[]) => join(folder, `${head}.chatx-lock-${parts.join("-")}`);
    writeFileSync(lockOf(pid, start, "0badb007", host, space), "");
    await (await resume(path)).close();
    expect(readdirSync(folder)).toEqual(["run.jsonl"]);
    const foreign = lockOf(pid, start, boot, "0badca5e", space);
    writeFileSync(foreign, "");
    const failure = await failureOf(resume(path));
    expect(failure).toMatchObject({ kind: "in-use", hint: `if that process has ended, remove ${foreign}` });
    expect(readFileSync(foreign, "utf8")).toBe("");
  });

  test("of many that start at the same moment at most one gets it", async () => {
    const path = join(newFolder(), "run.jsonl");
    await written(path, [outcome(1)]);
    const holders = await Promise.all(Array.from({ length: 6 }, () => holder(path, "resume")));
    expect(holders.filter(({ said }) => said === "open").length).toBeLessThanOrEqual(1);
    expect(holders.filter(({ said }) => said.startsWith("in-use")).length).toBeGreaterThanOrEqual(5);
    await Promise.all(holders.map(({ child }) => (child.exitCode === null ? kill(child) : undefined)));
    expect((await statesIn(path, 1)).states).toEqual(["delivered"]);
  });
});
