import { close, constants, fsync, open, read, write } from "node:fs";
import { lstat, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { createGzip } from "node:zlib";
import { syncFolder } from "../../files/private-file.ts";

const openFd = promisify(open);
const closeFd = promisify(close);
const syncFd = promisify(fsync);
const readInto = promisify(read);
const writeTo = promisify(write);

const PIECE_BYTES = 64 * 1024;

/** Names of closed files: `captures-20260131T235959.123Z.jsonl` beside `captures.jsonl`, with `-2` … where it is taken. */
function namesFor(path: string): { readonly start: string; readonly end: string } {
  const end = extname(path);
  return { start: `${basename(path, end)}-`, end };
}

/** A name that no file has yet, compressed or not. */
export async function closedPath(path: string, now: Date): Promise<string> {
  const { start, end } = namesFor(path);
  const time = now.toISOString().replace(/[-:]/g, "");
  for (let count = 1; ; count++) {
    const name = join(dirname(path), `${start}${time}${count === 1 ? "" : `-${count}`}${end}`);
    if (!(await exists(name)) && !(await exists(`${name}.gz`))) return name;
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
}

/**
 * Closed files that an earlier process did not get to compress. Removes what it left half-made, and plain files whose
 * compressed ones are there: those are whole, as they got their names last.
 */
export async function leftovers(path: string): Promise<string[]> {
  const { start, end } = namesFor(path);
  const folder = dirname(path);
  const names = await readdir(folder);
  const isClosed = (name: string) =>
    name.startsWith(start) &&
    name.endsWith(end) &&
    /^\d{8}T\d{6}\.\d{3}Z(?:-\d+)?$/.test(name.slice(start.length, name.length - end.length));
  for (const name of names) {
    const isStray =
      name.startsWith(".") && name.endsWith(TEMPORARY) && isClosed(name.slice(1, -TEMPORARY.length));
    if (isStray) await rm(join(folder, name), { force: true });
  }
  const plain: string[] = [];
  for (const name of names.filter(isClosed)) {
    if (names.includes(`${name}.gz`)) await rm(join(folder, name));
    else plain.push(join(folder, name));
  }
  return plain;
}

const TEMPORARY = ".gz.chatx-tmp";

/**
 * Compresses a closed file to `<file>.gz` (mode 0600): written beside its place, made durable, renamed, and only then
 * is the plain file removed. At every moment one of the two is whole.
 *
 * @throws When a system call fails or `signal` is aborted; the plain file is still there then.
 */
export async function compressFile(path: string, signal: AbortSignal): Promise<string> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}${TEMPORARY}`);
  const target = `${path}.gz`;
  try {
    await writeCompressed(path, temporary, signal);
    await rename(temporary, target);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await rm(path);
  await syncFolder(folder);
  return target;
}

async function writeCompressed(path: string, temporary: string, signal: AbortSignal): Promise<void> {
  const noFollow = constants.O_NOFOLLOW ?? 0;
  const from = await openFd(path, constants.O_RDONLY | noFollow);
  try {
    await rm(temporary, { force: true });
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | noFollow;
    const to = await openFd(temporary, flags, 0o600);
    try {
      // No streams on the descriptors: after a fault they close them, whatever they are told.
      await pipeline(piecesOf(from), createGzip(), (pieces) => writeAll(to, pieces), { signal });
      await syncFd(to);
    } finally {
      await closeFd(to);
    }
  } finally {
    await closeFd(from);
  }
}

async function* piecesOf(fd: number): AsyncGenerator<Buffer, void, undefined> {
  for (;;) {
    const { bytesRead, buffer } = await readInto(fd, Buffer.allocUnsafe(PIECE_BYTES), 0, PIECE_BYTES, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

async function writeAll(fd: number, pieces: AsyncIterable<Buffer>): Promise<void> {
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const { bytesWritten } = await writeTo(fd, piece, at, piece.length - at, null);
      at += bytesWritten;
    }
  }
}
