import { close, fdatasync, fstat, ftruncate } from "node:fs";
import { rename } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { FileError, unwritable } from "../../files/file-error.ts";
import { type FileCalls, GroupWriter } from "../../files/group-writer.ts";
import { type Lock, lockFile } from "../../files/lock.ts";
import { type FilePlace, openPrivate, syncFolder, tighten } from "../../files/private-file.ts";
import { closedPath, compressFile, leftovers } from "./closed-files.ts";
import { mendTail } from "./tail.ts";

const closeFd = promisify(close);
const truncate = promisify(ftruncate);
const sync = promisify(fdatasync);
const statFd = promisify(fstat);

export interface StoreOptions {
  readonly path: string;
  /** A file that would become larger than this is closed first. */
  readonly rotateBytes?: number;
  /** Whether a file holds the requests of one day (UTC) only. */
  readonly isDaily: boolean;
  /** Whether closed files are compressed. */
  readonly isGzip: boolean;
  readonly now: () => Date;
  readonly onEvent: (event: StoreEvent) => void;
  readonly calls?: FileCalls;
}

export type StoreEvent =
  /** A last line that a kill left half-written is cut off; nobody was told that it is stored. */
  | { readonly event: "mended"; readonly cutBytes: number }
  | { readonly event: "rotated"; readonly file: string }
  | { readonly event: "compressed"; readonly file: string }
  /** The plain file stays; the next start tries again. */
  | { readonly event: "not-compressed"; readonly file: string; readonly reason: unknown }
  | { readonly event: "storing-failed"; readonly reason: FileError }
  | { readonly event: "recovered" };

interface OpenFile {
  readonly fd: number;
  readonly place: FilePlace;
  readonly writer: GroupWriter;
  /** Up to here everything is on disk and acknowledged. */
  durableBytes: number;
  /** With what is on its way. */
  sizeBytes: number;
  day: string;
}

function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}

/**
 * Capture records in a file: `append` resolves when the line is on the disk. Lines that come together share one
 * fdatasync.
 *
 * After a failed write or fdatasync the file is cut back to what is known to be on disk and opened anew; what the kernel
 * says of pages after a failure is not believed. The line's sender is told of the failure and sends again.
 */
export class CaptureStore {
  readonly #options: StoreOptions;
  readonly #what: string;
  readonly #lock: Lock;
  readonly #compressing = new AbortController();
  readonly #background = new Set<Promise<void>>();
  #file: OpenFile | undefined;
  /** Where the file could not be left as it should be: how long it must be cut, and which one it is. */
  #broken: { readonly place: FilePlace; readonly durableBytes: number } | undefined;
  #isFailing = false;
  #turn: Promise<void> | undefined;
  #isClosed = false;

  private constructor(options: StoreOptions, lock: Lock) {
    this.#options = options;
    this.#what = `capture file ${options.path}`;
    this.#lock = lock;
  }

  /** Opens, or creates (mode 0600), and locks the file. @throws {FileError} When it cannot or must not be used. */
  static async open(options: StoreOptions): Promise<CaptureStore> {
    const lock = await lockFile(options.path, `capture file ${options.path}`);
    const store = new CaptureStore(options, lock);
    try {
      await store.#openFile();
      if (options.isGzip) for (const file of await leftovers(options.path)) store.#compress(file);
    } catch (error) {
      await store.close();
      throw unwritable(store.#what, error);
    }
    return store;
  }

  /** Whether the last thing that was to be stored could not be. */
  get isFailing(): boolean {
    return this.#isFailing;
  }

  /** @param line  With its newline. @throws {FileError} The line is not in the file then. */
  async append(line: string): Promise<void> {
    try {
      await this.#appendOnce(line);
    } catch (error) {
      // Somebody has moved the file away, as logrotate does: the line goes into a new one.
      if (!(error instanceof FileError) || error.kind !== "in-use") throw error;
      await this.#appendOnce(line);
    }
    if (!this.#isFailing) return;
    this.#isFailing = false;
    this.#options.onEvent({ event: "recovered" });
  }

  async #appendOnce(line: string): Promise<void> {
    const bytes = Buffer.byteLength(line);
    // One change of files at a time; whoever comes meanwhile waits for it and looks again.
    for (;;) {
      if (this.#isClosed) throw new Error(`${this.#what} is closed`);
      if (this.#turn !== undefined) await this.#turn;
      else if (this.#file === undefined) this.#takeTurn(() => this.#openFile());
      else if (this.#isDue(this.#file, bytes)) this.#takeTurn(() => this.#rotate(this.#file!));
      else break;
    }
    const file = this.#file;
    file.sizeBytes += bytes;
    try {
      await file.writer.append(line);
      file.durableBytes += bytes;
    } catch (error) {
      const reason = unwritable(this.#what, error);
      this.#fail(file, reason);
      throw reason;
    }
  }

  /** Makes everything durable and unlocks the file. Compressing that is under way is given up; the next start does it. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#turn?.catch(() => undefined);
    this.#compressing.abort();
    await Promise.all(this.#background);
    const file = this.#file;
    try {
      await file?.writer.end();
    } finally {
      if (file !== undefined) await closeFd(file.fd).catch(() => undefined);
      await this.#lock.release();
    }
  }

  /** @param work  Its errors become those of whoever waits for it, told once. */
  #takeTurn(work: () => Promise<void>): void {
    const turn = work()
      .catch((error) => {
        const reason = unwritable(this.#what, error);
        this.#tell(reason);
        throw reason;
      })
      .finally(() => {
        this.#turn = undefined;
      });
    this.#turn = turn;
    // Where nobody waits, the next to come tries again.
    turn.catch(() => undefined);
  }

  #tell(reason: FileError): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#options.onEvent({ event: "storing-failed", reason });
  }

  #isDue(file: OpenFile, bytes: number): boolean {
    if (file.sizeBytes === 0) return false;
    const { rotateBytes, isDaily } = this.#options;
    if (isDaily && file.day !== dayOf(this.#options.now())) return true;
    return rotateBytes !== undefined && file.sizeBytes + bytes > rotateBytes;
  }

  async #openFile(): Promise<void> {
    const { path, calls, now, onEvent } = this.#options;
    const opened = await openPrivate(path, this.#what);
    try {
      // What is in a file of an earlier run came no later than it was last written.
      const { mtime } = await statFd(opened.fd);
      const { sizeBytes, cutBytes } = await this.#mend(opened.fd, opened.sizeBytes, opened.place);
      await tighten(opened.fd);
      await sync(opened.fd);
      if (cutBytes > 0) onEvent({ event: "mended", cutBytes });
      const { fd, place } = opened;
      const writer = new GroupWriter({
        fd,
        path,
        place,
        what: this.#what,
        sizeBytes,
        isEachSynced: true,
        looksFirst: true,
        ...(calls === undefined ? {} : { calls }),
      });
      const day = dayOf(sizeBytes > 0 ? mtime : now());
      this.#file = { fd, place, writer, durableBytes: sizeBytes, sizeBytes, day };
      this.#broken = undefined;
    } catch (error) {
      await closeFd(opened.fd);
      throw error;
    }
  }

  /** Of our own file we know how much of it stands; of any other only its last line can be looked at. */
  async #mend(
    fd: number,
    sizeBytes: number,
    place: FilePlace,
  ): Promise<{ sizeBytes: number; cutBytes: number }> {
    const broken = this.#broken;
    const isOurs = broken !== undefined && broken.place.dev === place.dev && broken.place.ino === place.ino;
    if (!isOurs || sizeBytes < broken.durableBytes) return mendTail(fd, sizeBytes, this.#what);
    await truncate(fd, broken.durableBytes);
    return { sizeBytes: broken.durableBytes, cutBytes: 0 };
  }

  #fail(file: OpenFile, reason: FileError): void {
    // Of lines that fail together, the first one does the work; a rotation that is under way sees the failure itself.
    if (this.#file !== file || this.#turn !== undefined) return;
    // Where another program has moved or changed the file, what is there now is not ours to cut.
    if (reason.kind !== "in-use") this.#tell(reason);
    this.#giveUp(file, reason.kind !== "in-use");
    // At once, not with the next request: a reader should not find what nobody was told to be stored.
    this.#takeTurn(async () => {
      await closeFd(file.fd).catch(() => undefined);
      await this.#openFile();
    });
  }

  #giveUp(file: OpenFile, isOurs: boolean): void {
    this.#file = undefined;
    if (isOurs) this.#broken = { place: file.place, durableBytes: file.durableBytes };
  }

  async #rotate(file: OpenFile): Promise<void> {
    const { path, now, isGzip, onEvent } = this.#options;
    const closed = await closedPath(path, now());
    const failure = await file.writer.end().then(
      () => undefined,
      (error: unknown) => unwritable(this.#what, error),
    );
    // From here on nothing may go into it: it is closed, or how much of it stands is known from the outside only.
    this.#giveUp(file, failure?.kind !== "in-use");
    await closeFd(file.fd).catch(() => undefined);
    if (failure !== undefined) {
      await this.#openFile();
      throw failure;
    }
    await rename(path, closed);
    await syncFolder(dirname(path));
    onEvent({ event: "rotated", file: closed });
    if (isGzip) this.#compress(closed);
    await this.#openFile();
  }

  #compress(file: string): void {
    const { onEvent } = this.#options;
    const work = compressFile(file, this.#compressing.signal).then(
      (compressed) => onEvent({ event: "compressed", file: compressed }),
      (reason: unknown) => {
        if (!this.#compressing.signal.aborted) onEvent({ event: "not-compressed", file, reason });
      },
    );
    this.#background.add(work);
    void work.finally(() => this.#background.delete(work));
  }
}
