import { close, constants, fchmod, fstat, fsync, open, type Stats } from "node:fs";
import { lstat, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { promisify } from "node:util";
import { FileError, unwritable } from "./file-error.ts";

const openFd = promisify(open);
const closeFd = promisify(close);
const statFd = promisify(fstat);
const syncFd = promisify(fsync);
const chmodFd = promisify(fchmod);

/** Missing on Windows, where links need rights that few have. */
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;
/** Should a pipe stand in the file's place, opening it must not wait for its other end. */
const NO_WAIT = constants.O_NONBLOCK ?? 0;
const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

export interface PrivateFile {
  readonly fd: number;
  readonly isNew: boolean;
  readonly sizeBytes: number;
  readonly place: FilePlace;
}

/** Tells whether a path still leads to the same file. */
export interface FilePlace {
  readonly dev: bigint;
  readonly ino: bigint;
}

/**
 * Opens a file of ours for reading and appending, or creates it (mode 0600). An existing file's mode is left as it is
 * until the caller knows that the file is ours: see `tighten`.
 *
 * @param what  "journal run.jsonl", as it is shown.
 * @throws {FileError} For links, folders, pipes and devices, for a folder in which anybody may exchange the file, for
 *   another user's file in a shared folder, and when a system call fails.
 */
export async function openPrivate(path: string, what: string): Promise<PrivateFile> {
  try {
    const folder = await stat(dirname(resolve(path)));
    refuseUnsafeFolder(folder, what);
    const before = await lstat(path).catch(ignoreMissing);
    return before === undefined ? await create(path) : await openExisting(path, what, before, folder);
  } catch (error) {
    throw unwritable(what, error);
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

function refuseUnsafeFolder(folder: Stats, what: string): void {
  if (process.platform === "win32" || (folder.mode & OTHERS_WRITE) === 0 || (folder.mode & STICKY) !== 0)
    return;
  throw new FileError(
    "unsafe-folder",
    `cannot use ${what}: everybody may write to its folder and put another file in its place`,
    "use a folder of your own, or take the right away (chmod o-w)",
  );
}

async function create(path: string): Promise<PrivateFile> {
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW;
  const fd = await openFd(path, flags, 0o600);
  try {
    await chmodFd(fd, 0o600);
    await syncFolder(dirname(resolve(path)));
  } catch (error) {
    await closeFd(fd);
    throw error;
  }
  return { fd, isNew: true, sizeBytes: 0, place: await placeOf(fd) };
}

async function openExisting(path: string, what: string, before: Stats, folder: Stats): Promise<PrivateFile> {
  refuseKind(before, what);
  const fd = await openFd(path, constants.O_RDWR | constants.O_APPEND | NO_FOLLOW | NO_WAIT);
  try {
    const stats = await statFd(fd);
    refuseKind(stats, what);
    // In /tmp anybody may have made the file beforehand, to know or to choose what is in it.
    if (
      (folder.mode & OTHERS_WRITE) !== 0 &&
      process.geteuid !== undefined &&
      stats.uid !== process.geteuid()
    ) {
      throw refused(what, "it belongs to another user");
    }
    return { fd, isNew: false, sizeBytes: stats.size, place: await placeOf(fd) };
  } catch (error) {
    await closeFd(fd);
    throw error;
  }
}

async function placeOf(fd: number): Promise<FilePlace> {
  const { dev, ino } = await statFd(fd, { bigint: true });
  return { dev, ino };
}

function refuseKind(stats: Stats, what: string): void {
  if (stats.isFile()) return;
  if (stats.isSymbolicLink()) throw refused(what, "it is a symbolic link");
  if (stats.isDirectory()) throw refused(what, "it is a folder");
  throw refused(what, stats.isFIFO() ? "it is a pipe" : "it is a device or socket");
}

function refused(what: string, why: string): FileError {
  return new FileError("not-a-private-file", `cannot use ${what}: ${why}`, "name a regular file of your own");
}

/** Takes a looser file's rights back: what is in it is nobody else's business. */
export async function tighten(fd: number): Promise<void> {
  const { mode } = await statFd(fd);
  if ((mode & 0o777) !== 0o600) await chmodFd(fd, 0o600);
}

/** Makes a new or exchanged name in a folder durable. Windows cannot, and need not. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const fd = await openFd(folder, constants.O_RDONLY);
  try {
    await syncFd(fd);
  } finally {
    await closeFd(fd);
  }
}
