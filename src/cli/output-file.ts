import {
  close,
  constants,
  fstat,
  fsync,
  lstat,
  open,
  readdir,
  realpath,
  rename,
  rm,
  rmSync,
  stat,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { OutputError } from "./exit-codes.ts";
import { FdWriter } from "./write-bytes.ts";

const openFd = promisify(open);
const closeFd = promisify(close);
const syncFd = promisify(fsync);
const statOfFd = promisify(fstat);
const linkStatOf = promisify(lstat);
const statOf = promisify(stat);
const realPathOf = promisify(realpath);
const renameTo = promisify(rename);
const remove = promisify(rm);
const namesIn = promisify(readdir);

/** What is beside its place now, for `removeTemporaries`. */
const temporaries = new Set<string>();

/** For an end in a hurry, where no `discard` will come any more. Never throws. */
export function removeTemporaries(): void {
  for (const path of temporaries) {
    try {
      rmSync(path, { force: true });
    } catch {
      // The next run with the same output removes it.
    }
  }
}

/** A file that appears whole or not at all. One of `commit` and `discard` must be called. */
export interface OutputFile {
  readonly writer: FdWriter;
  /** The file is complete: makes it durable and puts it in its place. */
  commit(): Promise<void>;
  /** Leaves what was there before as it was; nothing happens after `commit`, or a second time. */
  discard(): Promise<void>;
}

/**
 * Opens an output. A regular file is written beside its place (mode 0600: it holds people's data) and renamed over
 * it at the end; a symbolic link is followed to the file it names; a pipe or device is written directly.
 *
 * @throws {OutputError} If the folder is missing, the path is a folder, or it cannot be written.
 */
export async function openOutputFile(path: string): Promise<OutputFile> {
  try {
    const own = await ownDescriptor(path);
    if (own !== undefined) return throughDescriptor(own, path);
    const target = await resolveTarget(path);
    if (!target.isRegular) return await openDirectly(target.path);
    await removeStrays(dirname(target.path), basename(target.path));
    return await openBeside(path, target.path);
  } catch (error) {
    throw new OutputError(path, error);
  }
}

/**
 * Opens one of many outputs of a folder that is chatx's own: what is at the path, also a link, is itself replaced.
 * Call `removeStrays` once for the folder.
 *
 * @throws {OutputError}
 */
export async function openFileOfFolder(path: string): Promise<OutputFile> {
  try {
    return await openBeside(path, path);
  } catch (error) {
    throw new OutputError(path, error);
  }
}

const DESCRIPTOR = /^(?:\/dev\/(stdout|stderr)|\/(?:dev|proc\/self)\/fd\/(\d{1,9}))$/;

/** The descriptor that a path names. Of those beyond standard error only a file's: others may be Node's own. */
async function ownDescriptor(path: string): Promise<number | undefined> {
  const [isOne, stream, number] = DESCRIPTOR.exec(path) ?? [];
  if (isOne === undefined) return undefined;
  const fd = stream === undefined ? Number(number) : stream === "stdout" ? 1 : 2;
  const isStream = fd === 1 || fd === 2;
  return isStream || (await statOfFd(fd)).isFile() ? fd : undefined;
}

/** It stays open: others may write to it, too. */
function throughDescriptor(fd: number, path: string): OutputFile {
  const writer = new FdWriter(fd, path);
  return { writer, commit: () => writer.flush(), discard: async () => undefined };
}

async function resolveTarget(path: string): Promise<{ path: string; isRegular: boolean }> {
  const link = await linkStatOf(path).catch(ignoreMissing);
  if (link === undefined) return { path, isRegular: true };
  const stats = await statOf(path);
  if (stats.isDirectory()) throw Object.assign(new Error("it is a folder"), { code: "EISDIR" });
  if (!stats.isFile()) return { path, isRegular: false };
  return { path: link.isSymbolicLink() ? await realPathOf(path) : path, isRegular: true };
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

async function openDirectly(path: string): Promise<OutputFile> {
  const fd = await openFd(path, constants.O_WRONLY);
  const writer = new FdWriter(fd, path);
  const closeOnce = once(() => closeFd(fd));
  return {
    writer,
    async commit() {
      await writer.flush();
      await closeOnce();
    },
    discard: () => closeOnce().catch(() => undefined),
  };
}

async function openBeside(shown: string, path: string): Promise<OutputFile> {
  const folder = dirname(path);
  const temporary = join(
    folder,
    `.${basename(path)}.chatx-${process.pid}-${process.getBuiltinModule("node:crypto").randomBytes(6).toString("hex")}.tmp`,
  );
  const fd = await openFd(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  temporaries.add(temporary);
  const writer = new FdWriter(fd, shown);
  const closeOnce = once(() => closeFd(fd));
  const discard = async () => {
    await closeOnce().catch(() => undefined);
    await remove(temporary, { force: true });
    temporaries.delete(temporary);
  };
  return {
    writer,
    async commit() {
      try {
        await writer.flush();
        await syncFd(fd);
        await closeOnce();
        await renameTo(temporary, path);
        temporaries.delete(temporary);
        await syncFolder(folder);
      } catch (error) {
        await discard();
        throw error instanceof OutputError ? error : new OutputError(shown, error);
      }
    },
    discard,
  };
}

/** A descriptor's number may be another file's once it is closed, so it is never closed twice. */
function once(action: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => {
    result ??= action();
    return result;
  };
}

async function syncFolder(folder: string): Promise<void> {
  const fd = await openFd(folder, constants.O_RDONLY);
  try {
    await syncFd(fd);
  } finally {
    await closeFd(fd);
  }
}

const TEMPORARY_NAME = /^\.(.+)\.chatx-(\d{1,10})-[0-9a-f]{12}\.tmp$/s;

/**
 * Removes what killed runs left of their outputs; the process number in the name tells whether one still runs.
 *
 * @param name  Of the output; without it, those of all outputs in the folder.
 */
export async function removeStrays(folder: string, name?: string): Promise<void> {
  for (const entry of await namesIn(folder)) {
    const [, output, pid] = TEMPORARY_NAME.exec(entry) ?? [];
    if (output === undefined || (name !== undefined && output !== name)) continue;
    if (!isRunning(Number(pid))) await remove(join(folder, entry), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
