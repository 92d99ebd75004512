import { hash } from "node:crypto";
import { readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { FileError, unwritable } from "./file-error.ts";

/**
 * One process per file, without a call that Node lacks (flock) and without a lock that a kill -9 leaves closed.
 *
 * Each process that wants the file puts an own, uniquely named lock file beside it, and then looks at the others: one
 * whose process lives means that the file is in use, and the newcomer takes its own lock away. Those of dead processes are
 * removed, which can never hit a living one as no two have the same name. Of two that start at the same moment the later
 * one sees the earlier, or both see each other; then both try again after a random while. They never both go on.
 *
 * The name tells all: `.run.jsonl.chatx-lock-PID-START-BOOT-HOST-SPACE`, with the start time of the process (process
 * numbers are used again), and hashes of the machine's boot, its name and the process number space (containers).
 * A lock of another machine or container cannot be looked into; it counts as alive and must be removed by hand. Without
 * /proc (macOS, Windows) START is 0 and a number that is used again counts as alive.
 */
export interface Lock {
  release(): Promise<void>;
}

interface Owner {
  readonly pid: number;
  readonly start: string;
  readonly boot: string;
  readonly host: string;
  readonly space: string;
}

const TRIES = 4;
const LONGEST_WAIT_MS = 80;

/** Locks of this process: a leftover may carry our own number where start times are unknown. */
const held = new Set<string>();

/** @throws {FileError} in-use, or unwritable where no file can be put beside it. */
export async function lockFile(path: string, what: string): Promise<Lock> {
  const folder = dirname(resolve(path));
  const prefix = `.${basename(path)}.chatx-lock-`;
  const self = await ownerHere();
  const own = prefix + [self.pid, self.start, self.boot, self.host, self.space].join("-");
  const ownPath = join(folder, own);
  for (let tries = 1; ; tries++) {
    try {
      await createOwn(ownPath, self, what);
      const other = await livingOther(folder, prefix, own, self);
      if (other === undefined) return { release: () => release(ownPath) };
      await release(ownPath);
      if (tries === TRIES) throw inUse(what, other.by, other.lock);
    } catch (error) {
      if (!(error instanceof FileError)) await release(ownPath);
      throw unwritable(what, error);
    }
    await wait(Math.random() * LONGEST_WAIT_MS);
  }
}

/** @throws {FileError} Where this process has the lock already. */
async function createOwn(path: string, self: Owner, what: string): Promise<void> {
  const create = () => writeFile(path, "", { flag: "wx", mode: 0o600 });
  try {
    await create();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    // Where start times are unknown, an earlier process may have had our number.
    if (self.start !== "0" || held.has(path)) throw inUse(what, "this process itself", undefined);
    await rm(path, { force: true });
    await create();
  }
  held.add(path);
}

async function release(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
  held.delete(path);
}

/** The first lock whose process lives or may live. Those of dead ones are removed on the way. */
async function livingOther(
  folder: string,
  prefix: string,
  own: string,
  self: Owner,
): Promise<{ by: string; lock: string | undefined } | undefined> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix) || name === own) continue;
    const owner = parseOwner(name.slice(prefix.length));
    if (owner === undefined) continue;
    const path = join(folder, name);
    if (owner.host !== self.host || (owner.boot === self.boot && owner.space !== self.space)) {
      return { by: `process ${owner.pid} of another machine or container`, lock: path };
    }
    if (owner.boot === self.boot && (await isAlive(owner))) {
      return { by: `process ${owner.pid}`, lock: owner.start === "0" ? path : undefined };
    }
    await rm(path, { force: true });
  }
  return undefined;
}

function inUse(what: string, by: string, lock: string | undefined): FileError {
  const hint =
    lock === undefined
      ? "wait until it has ended, or use a file of its own for each run"
      : `if that process has ended, remove ${lock}`;
  return new FileError("in-use", `cannot use ${what}: ${by} works with it`, hint);
}

function parseOwner(text: string): Owner | undefined {
  const match = /^(\d+)-(\d+)-([0-9a-f]+)-([0-9a-f]+)-(\d+)$/.exec(text);
  if (match === null) return undefined;
  return { pid: Number(match[1]), start: match[2]!, boot: match[3]!, host: match[4]!, space: match[5]! };
}

async function ownerHere(): Promise<Owner> {
  const bootId = await readFile("/proc/sys/kernel/random/boot_id", "latin1").catch(() => "");
  const space = await readlink("/proc/self/ns/pid").catch(() => "");
  return {
    pid: process.pid,
    start: (await startOf(process.pid))?.start ?? "0",
    boot: short(bootId),
    host: short(hostname()),
    space: /\d+/.exec(space)?.[0] ?? "0",
  };
}

function short(text: string): string {
  return hash("sha256", text).slice(0, 8);
}

async function isAlive({ pid, start }: Owner): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const found = await startOf(pid);
  if (found === undefined || start === "0") return true;
  return found.start === start && !found.isDead;
}

/** Fields 3 and 22 of /proc/PID/stat (documented: proc(5)); the name before them may hold spaces and brackets. */
async function startOf(pid: number): Promise<{ start: string; isDead: boolean } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => undefined);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  // Z: ended, and its parent has not noticed yet.
  return { start: fields[19] ?? "0", isDead: fields[0] === "Z" || fields[0] === "X" };
}
