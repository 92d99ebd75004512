import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { type FileCalls, realCalls, SYNC_LINES } from "../../src/files/group-writer.ts";
import { bundleWorker } from "../soak/journal-kill.mjs";
import {
  failureOf,
  identityOf,
  newFolder,
  open,
  outcome,
  plan,
  put,
  resume,
  statesIn,
} from "./journal-support.ts";

function failing(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function newPath(): string {
  return join(newFolder(), "run.jsonl");
}

/** The real calls, but what `change` replaces, counted. */
function calls(change: Partial<FileCalls>): FileCalls & { writes: number; syncs: number } {
  const counted = {
    writes: 0,
    syncs: 0,
    lookAt: change.lookAt ?? realCalls.lookAt,
    write(fd: number, bytes: Uint8Array, offset: number) {
      counted.writes++;
      return (change.write ?? realCalls.write)(fd, bytes, offset);
    },
    sync(fd: number) {
      counted.syncs++;
      return (change.sync ?? realCalls.sync)(fd);
    },
  };
  return counted;
}

describe("group commit", () => {
  test("writes what has come during a write with the next one, in order", async () => {
    const path = newPath();
    const counted = calls({});
    const journal = await open(path, { calls: counted });
    const before = counted.writes;
    await Promise.all(plan(500).map(({ sequence }) => journal.record(outcome(sequence))));
    expect(counted.writes - before).toBe(1);
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = calls({ write: (fd, bytes, offset) => gate.then(() => realCalls.write(fd, bytes, offset)) });
    await journal.close();
    const second = await resume(path, { calls: slow });
    const first = second.record(outcome(501));
    await new Promise((resolve) => setImmediate(resolve));
    const rest = [502, 503, 504].map((sequence) => second.record(outcome(sequence)));
    release();
    await Promise.all([first, ...rest]);
    expect(slow.writes).toBe(2);
    await second.close();
    const lines = readFileSync(path, "utf8").trimEnd().split("\n").slice(1);
    expect(lines.map((line) => JSON.parse(line).sequence)).toEqual(plan(504).map(({ sequence }) => sequence));
  });

  test("makes at most 1,000 lines wait for the disk, and none after close", async () => {
    const counted = calls({});
    const journal = await open(newPath(), { calls: counted });
    const before = counted.syncs;
    for (let sequence = 1; sequence <= 2 * SYNC_LINES; sequence++) await journal.record(outcome(sequence));
    expect(counted.syncs - before).toBeGreaterThanOrEqual(2);
    const open2 = counted.syncs;
    await journal.close();
    expect(counted.syncs).toBe(open2 + 1);
  });

  test("makes no line wait for the disk longer than a second", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const counted = calls({});
      const journal = await open(newPath(), { calls: counted });
      await journal.record(outcome(1));
      const before = counted.syncs;
      vi.advanceTimersByTime(999);
      expect(counted.syncs).toBe(before);
      vi.advanceTimersByTime(1);
      expect(counted.syncs).toBe(before + 1);
      await journal.close();
    } finally {
      vi.useRealTimers();
    }
  });

  test("takes short writes for what they are", async () => {
    const path = newPath();
    const short: FileCalls["write"] = (fd, bytes, offset) =>
      realCalls.write(fd, bytes.subarray(0, Math.min(bytes.length, offset + 7)), offset);
    const journal = await open(path, { calls: calls({ write: short }) });
    await Promise.all(plan(20).map(({ sequence }) => journal.record(outcome(sequence))));
    await journal.close();
    expect((await statesIn(path, 20)).states).toEqual(plan(20).map(() => "delivered"));
  });
});

describe("a failed system call ends the journal", () => {
  test.each(["ENOSPC", "EIO", "EDQUOT", "EROFS", "EFBIG"])("%s on a write", async (code) => {
    const path = newPath();
    let isBroken = false;
    const counted = calls({
      // The disk takes a part, and then no more; later it would take all again.
      write: (fd, bytes, offset) => {
        if (!isBroken || offset === 10)
          return isBroken ? Promise.reject(failing(code)) : realCalls.write(fd, bytes, offset);
        return realCalls.write(fd, bytes.subarray(0, 10), offset);
      },
    });
    const journal = await open(path, { calls: counted });
    await journal.record(outcome(1));
    isBroken = true;
    const both = [journal.record(outcome(2)), journal.record(outcome(3))];
    for (const one of both) expect(await failureOf(one)).toMatchObject({ kind: "unwritable", exitCode: 4 });
    isBroken = false;
    const writes = counted.writes;
    expect(await failureOf(journal.record(outcome(4)))).toMatchObject({ kind: "unwritable" });
    expect(counted.writes).toBe(writes);
    expect(journal.failed.aborted).toBe(true);
    expect(await failureOf(journal.close())).toMatchObject({ kind: "unwritable", exitCode: 4 });
    const { states, tornBytes } = await statesIn(path, 4);
    expect(states).toEqual(["delivered", undefined, undefined, undefined]);
    expect(tornBytes).toBe(10);
  });

  test("EIO on fdatasync, which is never tried again", async () => {
    const path = newPath();
    let isBroken = false;
    const counted = calls({ sync: (fd) => (isBroken ? Promise.reject(failing("EIO")) : realCalls.sync(fd)) });
    const journal = await open(path, { calls: counted });
    isBroken = true;
    const results: unknown[] = [];
    for (let sequence = 1; sequence <= SYNC_LINES + 50; sequence++)
      results.push(await failureOf(journal.record(outcome(sequence))));
    expect(results[0]).toBe("fine");
    expect(results.at(-1)).toMatchObject({ kind: "unwritable", exitCode: 4 });
    const { syncs } = counted;
    isBroken = false;
    expect(await failureOf(journal.close())).toMatchObject({ kind: "unwritable" });
    expect(counted.syncs).toBe(syncs);
  });

  test("EIO on the last fdatasync, so that the run does not end well", async () => {
    let isBroken = false;
    const journal = await open(newPath(), {
      calls: calls({ sync: (fd) => (isBroken ? Promise.reject(failing("EIO")) : realCalls.sync(fd)) }),
    });
    await journal.record(outcome(1));
    isBroken = true;
    expect(await failureOf(journal.close())).toMatchObject({ kind: "unwritable", exitCode: 4 });
  });

  test("a header that cannot be written: nothing is open, and nothing is locked", async () => {
    const path = newPath();
    const broken = calls({ write: () => Promise.reject(failing("ENOSPC")) });
    expect(await failureOf(open(path, { calls: broken }))).toMatchObject({ kind: "unwritable" });
    await (await open(path)).close();
  });
});

describe("a file that is not the same any more", () => {
  test.each([
    ["removed", (path: string) => rmSync(path), "was removed"],
    ["removed with its folder", (path: string) => rmSync(dirname(path), { recursive: true }), "was removed"],
    ["moved away", (path: string) => renameSync(path, `${path}.old`), "was removed"],
    [
      "replaced",
      (path: string) => {
        renameSync(path, `${path}.old`);
        writeFileSync(path, readFileSync(`${path}.old`));
      },
      "was replaced",
    ],
    ["emptied", (path: string) => truncateSync(path), "was changed"],
    ["written to", (path: string) => appendFileSync(path, "hello\n"), "was changed"],
  ])("%s during the run: the next outcome says so", async (_, change, words) => {
    const path = newPath();
    const journal = await open(path);
    await journal.record(outcome(1));
    change(path);
    const failure = await failureOf(journal.record(outcome(2)));
    expect(failure).toMatchObject({ kind: "in-use", exitCode: 4 });
    expect(String(failure)).toContain(words);
    expect(await failureOf(journal.close())).toMatchObject({ kind: "in-use" });
  });
});

const isRoot = process.geteuid?.() === 0;

describe("the system itself", () => {
  let worker: string;
  beforeAll(async () => {
    worker = await bundleWorker(newFolder());
  });

  function run(command: string, args: readonly string[]): { status: number | null; said: string } {
    // The tracer counts calls by thread: all file calls of the process must come from one.
    const env = { ...process.env, UV_THREADPOOL_SIZE: "1" };
    const { status, stdout } = spawnSync(command, args, { encoding: "utf8", timeout: 50_000, env });
    return { status, said: stdout };
  }

  const done = (said: string) =>
    said
      .split("\n")
      .filter((line) => line.startsWith("done "))
      .map((line) => Number(line.slice(5)));

  /** States of a journal that the worker wrote, as far as they are to be trusted: every acknowledged message is final. */
  async function expectKept(path: string, said: string): Promise<void> {
    const journal = await resume(path, { fingerprint: {} });
    for (const sequence of done(said)) {
      expect(journal.finalState({ sequence, identity: identityOf(sequence) })).toBeDefined();
    }
    await journal.close();
  }

  test.skipIf(process.platform === "win32")(
    "a limit on the size of files stops the run, and it can be resumed",
    async () => {
      const path = newPath();
      const script = `ulimit -f 8; exec "$0" "$@"`;
      const { status, said } = run("bash", [
        "-c",
        script,
        process.execPath,
        worker,
        "write",
        path,
        "create",
        "1000",
      ]);
      expect(status).toBe(4);
      expect(said).toContain("unwritable: cannot write journal");
      expect(done(said).length).toBeGreaterThan(10);
      await expectKept(path, said);
      expect(run(process.execPath, [worker, "write", path, "resume", "1000"]).said).toContain("finished");
    },
  );

  test.skipIf(isRoot)("a read-only folder is refused (root may write everywhere)", async () => {
    const folder = newFolder();
    chmodSync(folder, 0o500);
    expect(await failureOf(open(join(folder, "run.jsonl")))).toMatchObject({
      kind: "unwritable",
      exitCode: 4,
    });
    chmodSync(folder, 0o700);
  });

  const canTrace = spawnSync("strace", ["-f", "-o", "/dev/null", "true"]).status === 0;

  describe.runIf(canTrace)("with a tracer", () => {
    const traced = (path: string, inject: string) =>
      run("strace", [
        ...[
          "-f",
          "-qq",
          "-o",
          "/dev/null",
          "-P",
          path,
          "-e",
          "trace=write,pwrite64,fdatasync,openat,ftruncate",
        ],
        ...["-e", `inject=${inject}`, process.execPath, worker, "write", path, "create", "40"],
      ]);

    test.each([
      ["write,pwrite64:signal=KILL", 6],
      ["fdatasync:signal=KILL", 2],
      ["openat:signal=KILL", 1],
    ])("a kill at each %s loses nothing", async (inject, times) => {
      for (let when = 1; when <= times; when++) {
        const path = newPath();
        const { said } = traced(path, `${inject}:when=${when}`);
        expect(said).not.toContain("finished");
        let mode = "resume";
        try {
          await expectKept(path, said);
        } catch (error) {
          if ((error as { kind?: string }).kind !== "missing") throw error;
          expect(done(said)).toEqual([]);
          mode = "create";
        }
        const again = run(process.execPath, [worker, "write", path, mode, "40"]);
        expect(again.said).toContain("finished");
      }
    });

    test.each(["ENOSPC", "EIO", "EDQUOT", "EROFS"])(
      "%s on the real write and fdatasync ends with exit code 4",
      async (code) => {
        for (const inject of [`write,pwrite64:error=${code}:when=3+`, `fdatasync:error=${code}:when=2+`]) {
          const path = newPath();
          const { status, said } = traced(path, inject);
          expect(said).toContain("unwritable: cannot write journal");
          expect(status).toBe(4);
          await expectKept(path, said);
        }
      },
    );

    test("the outcomes are on the disk before the run says that it has finished", () => {
      const path = newPath();
      const log = join(newFolder(), "trace");
      run("strace", [
        ...["-f", "-qq", "-o", log, "-e", "trace=write,pwrite64,fdatasync"],
        ...[process.execPath, worker, "write", path, "create", "40"],
      ]);
      const lines = readFileSync(log, "utf8").split("\n");
      const lastWrite = lines.findLastIndex((line) => line.includes('"{\\"sequence\\"'));
      const lastSync = lines.findLastIndex((line) => /fdatasync.*= 0/.test(line));
      const finished = lines.findIndex((line) => line.includes('"finished\\n"'));
      expect(lastWrite).toBeGreaterThan(0);
      expect(lastSync).toBeGreaterThan(lastWrite);
      expect(finished).toBeGreaterThan(lastSync);
    });
  });
});

test("a damaged journal is not repaired by trying again", async () => {
  const path = newPath();
  const journal = await open(path);
  for (const { sequence } of plan(3)) await journal.record(outcome(sequence));
  await journal.close();
  const bytes = readFileSync(path);
  bytes[bytes.length - 300]! ^= 1;
  put(path, bytes);
  for (let tries = 0; tries < 3; tries++)
    expect(await failureOf(resume(path))).toMatchObject({ kind: "damaged" });
});
