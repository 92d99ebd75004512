import type { FdWriter } from "../write-bytes.ts";

/** Lines that wait for a slow reader; beyond, they are counted only. Each is a few hundred bytes. */
const MOST_WAITING = 5000;

/**
 * Lines about what happens, for a reader who may be slow or gone: neither may hold up or end what the lines are about,
 * nor let them fill the memory.
 */
export class LineFeed {
  readonly #writer: FdWriter;
  #waiting = 0;
  #left = 0;
  #flushing: Promise<void> | undefined;

  constructor(writer: FdWriter) {
    this.#writer = writer;
    writer.makeOptional();
  }

  push(line: string): void {
    if (this.#waiting >= MOST_WAITING) {
      this.#left++;
      return;
    }
    this.#waiting++;
    this.#writer.push(line);
    this.#flushing ??= this.#flush();
  }

  /** Lines that could not be shown. */
  get left(): number {
    return this.#left;
  }

  /** Resolves when all is written. */
  async end(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing;
  }

  async #flush(): Promise<void> {
    while (this.#waiting > 0) {
      this.#waiting = 0;
      // A full disk behind standard output: what is stored does not depend on it.
      await this.#writer.flush().catch(() => undefined);
    }
    this.#flushing = undefined;
  }
}
