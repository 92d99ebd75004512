import { close, constants, fdatasync, open, read, write } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { syncFolder } from "../files/private-file.ts";
import { JournalError } from "./journal/journal-error.ts";
import type { PlannedMessage } from "./types.ts";

const openFd = promisify(open);
const closeFd = promisify(close);
const readInto = promisify(read);
const writeTo = promisify(write);
const syncFd = promisify(fdatasync);
const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

export interface RepairOptions {
  readonly path: string;
  readonly what: string;
  readonly run: string;
  readonly isFailed: (message: Pick<PlannedMessage, "sequence" | "identity">) => boolean;
  /** Is told the sequence of each letter that stays. */
  readonly onKept: (sequence: number) => void;
}

/**
 * Looks through the dead letters of earlier runs for those that the journal does not call failed: written, and then the
 * run was killed. Their messages are sent again, so the letters must go, or a replay of the file would send them twice.
 * A last line that was not written to its end goes too. The file is exchanged as a whole; mostly nothing is to be done.
 *
 * @returns Whether the file was exchanged, so that it must be opened anew.
 * @throws {JournalError} For a line that is no dead letter, or one of another run; nothing is changed then.
 */
export async function keepConfirmed(fd: number, options: RepairOptions): Promise<boolean> {
  let isSound = true;
  for await (const line of linesOf(fd)) {
    const kept = keptIn(line, options);
    if (kept === undefined || !line.isEnded) isSound = false;
    if (kept !== undefined) options.onKept(kept);
  }
  if (isSound) return false;
  const { path } = options;
  const folder = dirname(resolve(path));
  // Only the holder of the lock comes here: a leftover of this name is one of a killed run.
  const temporary = join(folder, `.${basename(path)}.chatx-letters.tmp`);
  await rm(temporary, { force: true });
  const to = await openFd(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    for await (const line of linesOf(fd)) {
      if (keptIn(line, options) !== undefined)
        await writeAll(to, Buffer.concat([line.bytes, Buffer.of(NEWLINE)]));
    }
    await syncFd(to);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await closeFd(to);
  }
  await rename(temporary, path);
  await syncFolder(folder);
  return true;
}

interface Line {
  /** Without its newline. */
  readonly bytes: Buffer;
  readonly offset: number;
  readonly isEnded: boolean;
}

/** A letter is held as a whole, like the record it was; nothing else is. */
async function* linesOf(fd: number): AsyncGenerator<Line, void, undefined> {
  let parts: Buffer[] = [];
  let offset = 0;
  for await (const chunk of chunksOf(fd)) {
    let at = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, at)) {
      const bytes = Buffer.concat([...parts, chunk.subarray(at, end)]);
      yield { bytes, offset, isEnded: true };
      offset += bytes.length + 1;
      parts = [];
      at = end + 1;
    }
    if (at < chunk.length) parts.push(chunk.subarray(at));
  }
  if (parts.length > 0) yield { bytes: Buffer.concat(parts), offset, isEnded: false };
}

/** A stream of Node's would close the descriptor, whatever it is told, when the loop over it ends early. */
async function* chunksOf(fd: number): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; ; ) {
    const { bytesRead, buffer } = await readInto(fd, Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** The sequence of a letter that stays; undefined for one that goes. */
function keptIn(line: Line, { what, run, isFailed }: RepairOptions): number | undefined {
  const facts = factsOf(line.bytes);
  if (facts === undefined) {
    if (!line.isEnded) return undefined;
    throw new JournalError(
      "foreign",
      `cannot use ${what}: what stands at byte ${line.offset} is no dead letter`,
      "name another file; this one is left as it is",
    );
  }
  if (facts.run !== run) {
    throw new JournalError(
      "other-run",
      `cannot use ${what}: it holds dead letters of another run`,
      "name another file; this one is left as it is",
    );
  }
  return isFailed(facts) ? facts.sequence : undefined;
}

function factsOf(bytes: Buffer): { run: string; sequence: number; identity: string } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
  const { chatx } = (value ?? {}) as { chatx?: Record<string, unknown> | null };
  const { run, sequence, identity } = chatx ?? {};
  if (typeof run !== "string" || typeof sequence !== "number" || typeof identity !== "string")
    return undefined;
  return { run, sequence, identity };
}

async function writeAll(fd: number, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await writeTo(fd, bytes, at, bytes.length - at, null);
    if (bytesWritten === 0) throw new Error("the system takes no more bytes");
    at += bytesWritten;
  }
}
