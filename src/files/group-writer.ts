import { fdatasync, lstatSync, writeSync } from "node:fs";
import { promisify } from "node:util";
import { FileError, unwritable } from "./file-error.ts";
import type { FilePlace } from "./private-file.ts";

/** The system calls of a writer, to be exchanged by tests. */
export interface FileCalls {
  write(fd: number, bytes: Uint8Array, offset: number): Promise<number>;
  sync(fd: number): Promise<void>;
  lookAt(path: string): Promise<FilePlace & { readonly size: bigint }>;
}

/**
 * Writing and looking take some 5 µs each in place and eight times that by way of Node's threads, and no message leaves
 * meanwhile that waits for them. fdatasync is what may take long.
 */
export const realCalls: FileCalls = {
  write: async (fd, bytes, offset) => writeSync(fd, bytes, offset, bytes.length - offset, null),
  sync: promisify(fdatasync),
  lookAt: async (path) => lstatSync(path, { bigint: true }),
};

/** fdatasync at the latest after so many lines … */
export const SYNC_LINES = 1000;
/** … or so many milliseconds after a line was written. */
const SYNC_MS = 1000;

export interface WriterOptions {
  readonly fd: number;
  readonly path: string;
  readonly place: FilePlace;
  /** "journal run.jsonl", as it is shown. */
  readonly what: string;
  /** Where the first line goes: the file's length. */
  readonly sizeBytes: number;
  /** Whether lines are on disk before they count as written. */
  readonly isEachSynced?: boolean;
  /**
   * Whether the file is looked at before lines are written, too: then they may go into another file at once, and stand
   * in none twice.
   */
  readonly looksFirst?: boolean;
  readonly calls?: FileCalls;
}

const nextTurn = promisify(setImmediate) as () => Promise<void>;

interface Batch {
  readonly lines: string[];
  readonly written: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function newBatch(): Batch {
  let resolve: () => void = () => undefined;
  let reject: (error: unknown) => void = resolve;
  const written = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  // Whoever appended hears of the failure; nobody else has to.
  written.catch(() => undefined);
  return { lines: [], written, resolve, reject };
}

/**
 * Appends lines, as many with one write as have come while the last one was under way (group commit).
 *
 * After a failed write or fdatasync nothing is tried again: the kernel may have dropped the pages and report success
 * the next time. Everything after it fails with the same error.
 */
export class GroupWriter {
  private readonly options: WriterOptions;
  private readonly calls: FileCalls;
  private readonly abort = new AbortController();
  private size: number;
  private batch: Batch | undefined;
  private writing: Promise<void> | undefined;
  private unsynced = 0;
  private syncing: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private error: FileError | undefined;
  private isEnded = false;

  constructor(options: WriterOptions) {
    this.options = options;
    this.calls = options.calls ?? realCalls;
    this.size = options.sizeBytes;
  }

  /** Aborts, with the error as its reason, as soon as a line could not be made safe. */
  get failed(): AbortSignal {
    return this.abort.signal;
  }

  /** Resolves when the line is in the file, all of it. @throws {FileError} */
  append(line: string): Promise<void> {
    if (this.error !== undefined) return Promise.reject(this.error);
    if (this.isEnded) return Promise.reject(new Error(`${this.options.what} is closed`));
    this.batch ??= newBatch();
    this.batch.lines.push(line);
    this.writing ??= this.writeBatches();
    return this.batch.written;
  }

  /** Makes everything durable that is written. @throws {FileError} */
  async flush(): Promise<void> {
    await this.syncing;
    if (this.error === undefined) await this.sync().catch((error) => this.fail(error));
    if (this.error !== undefined) throw this.error;
  }

  /** Writes what is left and makes everything durable. The descriptor stays open. @throws {FileError} */
  async end(): Promise<void> {
    this.isEnded = true;
    clearTimeout(this.timer);
    await this.writing;
    await this.flush();
  }

  private async writeBatches(): Promise<void> {
    // What is appended in the same turn goes into one write: all answers that came together.
    await nextTurn();
    for (let batch = this.batch; batch !== undefined; batch = this.batch) {
      this.batch = undefined;
      try {
        if (this.error !== undefined) throw this.error;
        await this.writeLines(batch.lines);
        await this.syncAfter(batch.lines.length);
        // An fdatasync that ran beside the write may have failed meanwhile.
        if (this.error !== undefined) throw this.error;
        batch.resolve();
      } catch (error) {
        batch.reject(this.fail(error));
      }
    }
    this.writing = undefined;
  }

  private async writeLines(lines: readonly string[]): Promise<void> {
    const { fd, looksFirst } = this.options;
    if (looksFirst) await this.refuseExchanged();
    const bytes = Buffer.from(lines.join(""), "utf8");
    for (let at = 0; at < bytes.length; ) {
      const count = await this.calls.write(fd, bytes, at);
      if (count === 0) throw new Error("the system takes no more bytes");
      at += count;
    }
    this.size += bytes.length;
    await this.refuseExchanged();
  }

  /** Lines in a file that was removed, replaced or cut meanwhile would not be found again. */
  private async refuseExchanged(): Promise<void> {
    const { path, what, place } = this.options;
    const now = await this.calls.lookAt(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
      throw new FileError("in-use", `${what} was removed during the run`);
    });
    if (now.dev !== place.dev || now.ino !== place.ino) {
      throw new FileError("in-use", `${what} was replaced by another file during the run`);
    }
    if (now.size !== BigInt(this.size)) {
      throw new FileError("in-use", `${what} was changed by another program during the run`);
    }
  }

  private async syncAfter(lines: number): Promise<void> {
    this.unsynced += lines;
    if (this.options.isEachSynced) {
      await this.sync();
    } else if (this.unsynced >= SYNC_LINES) {
      // One at a time: a disk that is slower than the run holds it up here, so that the bound holds.
      await this.syncing;
      this.startSync();
    } else {
      this.timer ??= setTimeout(() => this.startSync(), SYNC_MS).unref();
    }
  }

  /** Runs beside the writes; the lines it does not cover are counted anew. */
  private startSync(): void {
    if (this.error !== undefined || this.syncing !== undefined) return;
    this.syncing = this.sync()
      .catch((error) => void this.fail(error))
      .finally(() => {
        this.syncing = undefined;
        if (this.unsynced > 0 && !this.isEnded)
          this.timer ??= setTimeout(() => this.startSync(), SYNC_MS).unref();
      });
  }

  private sync(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.unsynced = 0;
    return this.calls.sync(this.options.fd);
  }

  private fail(cause: unknown): FileError {
    this.error ??= unwritable(this.options.what, cause);
    this.abort.abort(this.error);
    return this.error;
  }
}
