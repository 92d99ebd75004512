import { close, constants, fstat, open, read } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

const openFile = promisify(open);
const closeFile = promisify(close);
const statFile = promisify(fstat);
const readAt = promisify(read);

/** So many files are open at a time: a folder may hold more than the process may open, and connections need theirs. */
const MOST_OPEN = 8;

const TRY_AGAIN_MS = 20;
const MOST_TRIES = 150;

/** A file as it was when its records were indexed. */
export interface FileIdentity {
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
}

/** What was indexed is not there any more: the file is gone, cut, or another one. */
export class SourceChanged extends Error {
  /** Whether the file is still there, and holds other bytes; else it is elsewhere, or gone. */
  readonly isAltered: boolean;
  /** Its number in `Sources`, once it is known. */
  source = 0;

  /** @param path  Of the file, as the user named it. */
  constructor(path: string, isAltered: boolean, cause?: unknown) {
    super(`${path} is not what it was when it was read`, { cause });
    this.name = "SourceChanged";
    this.isAltered = isAltered;
  }
}

interface Opened {
  readonly fd: Promise<number>;
  users: number;
}

/** Reads stretches of files; those that were used last stay open, so that a renamed or removed file can still be read. */
export class OpenFiles {
  /** The one that was used last stands last. */
  private readonly opened = new Map<FileIdentity, Opened>();
  /** Wait for a file that is not used any more. */
  private waiting: (() => void)[] = [];

  /** @throws {SourceChanged} Where the file does not hold these bytes any more. */
  async read(file: FileIdentity, offset: number, length: number): Promise<Uint8Array> {
    const one = await this.use(file);
    try {
      return await readWhole(file, await one.fd, offset, length);
    } catch (error) {
      throw isMissing(error) ? new SourceChanged(file.path, false, error) : error;
    } finally {
      one.users--;
      if (one.users === 0) for (const wake of this.waiting.splice(0)) wake();
    }
  }

  /** The file is not read any more. */
  forget(file: FileIdentity): void {
    const one = this.opened.get(file);
    if (one?.users === 0) this.close(file, one);
  }

  private async use(file: FileIdentity): Promise<Opened> {
    let one = this.opened.get(file);
    while (one === undefined && !this.makeRoom()) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
      one = this.opened.get(file);
    }
    one ??= this.open(file);
    one.users++;
    this.opened.delete(file);
    this.opened.set(file, one);
    return one;
  }

  private open(file: FileIdentity): Opened {
    const one = { fd: openSame(file), users: 0 };
    // One that could not be opened is tried again with the next request.
    one.fd.catch(() => this.opened.get(file) === one && this.opened.delete(file));
    return one;
  }

  /** @returns Whether one more file may be opened. */
  private makeRoom(): boolean {
    if (this.opened.size < MOST_OPEN) return true;
    for (const [file, one] of this.opened) {
      if (one.users > 0) continue;
      this.close(file, one);
      return true;
    }
    return false;
  }

  private close(file: FileIdentity, { fd }: Opened): void {
    this.opened.delete(file);
    fd.then(closeFile).catch(() => undefined);
  }
}

async function openSame(file: FileIdentity): Promise<number> {
  const fd = await openPatiently(file.path);
  const { dev, ino } = await statFile(fd);
  if (dev === file.dev && ino === file.ino) return fd;
  await closeFile(fd);
  throw new SourceChanged(file.path, false);
}

/** Where descriptors have run out, connections that are just being refused give theirs back in a moment. */
async function openPatiently(path: string): Promise<number> {
  for (let left = MOST_TRIES; ; left--) {
    try {
      // Should a pipe stand in its place by now, opening it must not wait for its other end.
      return await openFile(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    } catch (error) {
      if (left === 0 || !isOutOfDescriptors(error)) throw error;
      await delay(TRY_AGAIN_MS);
    }
  }
}

export function isOutOfDescriptors(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EMFILE" || error.code === "ENFILE");
}

async function readWhole(
  file: FileIdentity,
  fd: number,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await readAt(fd, bytes, done, length - done, offset + done);
    if (bytesRead === 0) throw new SourceChanged(file.path, true);
    done += bytesRead;
  }
  return bytes;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
