import { close, constants, fdatasync, ftruncate, open } from "node:fs";
import { lstat, stat } from "node:fs/promises";
import { promisify } from "node:util";
import { unwritable } from "../../files/file-error.ts";
import { lockFile } from "../../files/lock.ts";
import { openPrivate, type PrivateFile, tighten } from "../../files/private-file.ts";
import type { EarlierRun } from "./earlier-run.ts";
import { FileJournal, type JournalOptions } from "./file-journal.ts";
import { changedParts } from "./fingerprint.ts";
import { JournalError } from "./journal-error.ts";
import { readJournal } from "./read.ts";

const openFd = promisify(open);
const closeFd = promisify(close);
const truncateFd = promisify(ftruncate);
const syncFd = promisify(fdatasync);

/**
 * Opens or creates a journal and locks it. A last line that was not written to its end is cut off (`tornBytes`).
 * `close` must be called.
 *
 * A file that is empty, or holds no more than a torn first line, is no run: nothing was sent for it, so that both modes
 * start anew in it.
 *
 * @throws {JournalError} With nothing changed, when the file cannot or must not be used.
 */
export async function openJournal(options: JournalOptions): Promise<FileJournal> {
  const { path, mode } = options;
  const what = `journal ${path}`;
  if (mode === "resume") await refuseMissing(path);
  const lock = await lockFile(path, what);
  let file: PrivateFile | undefined;
  try {
    file = await openPrivate(path, what);
    const contents = await readJournal(file.fd, path, file.sizeBytes);
    if (contents.earlier !== undefined) refuseOtherRun(path, options, contents.earlier);
    await tighten(file.fd);
    if (contents.tornBytes > 0) {
      await truncateFd(file.fd, contents.soundBytes);
      await syncFd(file.fd);
    }
    const journal = new FileJournal(options, file, lock, contents);
    if (contents.earlier === undefined) await journal.begin();
    return journal;
  } catch (error) {
    if (file !== undefined) await closeFd(file.fd);
    await lock.release();
    throw unwritable(what, error);
  }
}

/**
 * What a journal knows, for a dry run: takes no lock and changes nothing, and a torn last line is passed over.
 *
 * @returns Undefined where the file is missing or holds no run.
 * @throws {JournalError} As `openJournal` does.
 */
export async function peekJournal(
  options: Pick<JournalOptions, "path" | "mode" | "fingerprint">,
): Promise<EarlierRun | undefined> {
  const { path, mode } = options;
  if (mode === "resume") await refuseMissing(path);
  const stats = await lstat(path).catch(ignoreMissing);
  if (stats === undefined) return undefined;
  if (!stats.isFile()) {
    throw new JournalError("not-a-private-file", `cannot use journal ${path}: it is no regular file`);
  }
  try {
    const fd = await openFd(path, constants.O_RDONLY);
    try {
      const { earlier } = await readJournal(fd, path, stats.size);
      if (earlier !== undefined) refuseOtherRun(path, options, earlier);
      return earlier;
    } finally {
      await closeFd(fd);
    }
  } catch (error) {
    throw unwritable(`journal ${path}`, error);
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

/** A misspelt name must not send everything once more. */
async function refuseMissing(path: string): Promise<void> {
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw unwritable(`journal ${path}`, error);
  });
  if (stats !== undefined) return;
  throw new JournalError(
    "missing",
    `there is no journal ${path} to resume`,
    "check the name, or start without --resume",
  );
}

function refuseOtherRun(
  path: string,
  options: Pick<JournalOptions, "mode" | "fingerprint">,
  earlier: EarlierRun,
): void {
  if (options.mode === "create") {
    throw new JournalError(
      "exists",
      `journal ${path} holds a run already, begun at ${earlier.header.created}`,
      "add --resume to send what is not delivered, or name a new file",
    );
  }
  const changed = changedParts(earlier.header.fingerprint, options.fingerprint);
  if (changed.length === 0) return;
  throw new JournalError(
    "other-run",
    `journal ${path} was written by another command; changed: ${changed.join(", ")}`,
    "resume with the same command, or start a new run with a new journal",
  );
}
