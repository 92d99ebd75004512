import { write } from "node:fs";
import { promisify } from "node:util";
import { ClosedPipe, OutputError } from "./exit-codes.ts";

const writeTo = promisify(write);
const wait = (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs));

/** How much is gathered before it is written: fewer system calls, still little memory. */
const FLUSH_BYTES = 1 << 17;
const LEAST_BUFFER_BYTES = 1 << 10;
/** A buffer larger than this is not used again: one huge record must not cost memory for good. */
const KEPT_BUFFER_BYTES = 1 << 21;
const NO_BUFFER = Buffer.alloc(0);

/**
 * Text and bytes on their way to a file descriptor. `push` and `pushBytes` gather, `drain` writes when there is enough
 * of it, `flush` writes all. Every byte is accounted for: a short write goes on where it stopped, a full pipe is waited
 * for.
 */
export class FdWriter {
  private readonly fd: number;
  private readonly name: string;
  private gathered = NO_BUFFER;
  private length = 0;
  /** The buffer that was written last. */
  private spare = NO_BUFFER;
  private isOptional = false;
  private isClosed = false;
  private isPrompt = false;
  private isPlanned = false;
  /** The write that is under way. */
  private writing: Promise<void> | undefined;
  /** Of a write that nobody waited for. */
  private failure: { readonly error: unknown } | undefined;

  constructor(fd: number, name: string) {
    this.fd = fd;
    this.name = name;
  }

  /** The run has other outputs that somebody waits for: when the reader of this one goes, its text is dropped. */
  makeOptional(): void {
    this.isOptional = true;
  }

  /** Text is written as soon as the work at hand lets go: for what somebody reads while the run goes on. */
  makePrompt(): void {
    this.isPrompt = true;
    this.plan();
  }

  push(text: string): void {
    if (this.isClosed || text === "") return;
    this.reserve(Buffer.byteLength(text));
    this.length += this.gathered.write(text, this.length);
    if (this.isPrompt) this.plan();
  }

  private plan(): void {
    if (this.isPlanned || this.length === 0) return;
    this.isPlanned = true;
    setImmediate(() => {
      this.isPlanned = false;
      this.flush().catch((error: unknown) => {
        this.failure ??= { error };
      });
    });
  }

  /** @param bytes  They are copied. */
  pushBytes(bytes: Uint8Array): void {
    if (this.isClosed) return;
    this.reserve(bytes.length);
    this.gathered.set(bytes, this.length);
    this.length += bytes.length;
  }

  private reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.gathered.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.gathered.length * 2, LEAST_BUFFER_BYTES));
    this.gathered.copy(grown, 0, 0, this.length);
    this.gathered = grown;
  }

  /** @throws {ClosedPipe | OutputError} */
  async drain(): Promise<void> {
    if (this.length >= FLUSH_BYTES) await this.flush();
  }

  /** @throws {ClosedPipe | OutputError} */
  async flush(): Promise<void> {
    // One write at a time, or the pieces might change places.
    while (this.writing !== undefined) await this.writing;
    if (this.failure !== undefined) throw this.failure.error;
    if (this.length === 0) return;
    const { gathered, length } = this;
    // While these are written more may be gathered.
    this.gathered = this.spare;
    this.spare = NO_BUFFER;
    this.length = 0;
    this.writing = this.writeFully(gathered.subarray(0, length)).finally(() => {
      this.writing = undefined;
    });
    await this.writing;
    if (gathered.length <= KEPT_BUFFER_BYTES) this.spare = gathered;
  }

  /** Writes bytes behind all text that was pushed. */
  async bytes(bytes: Uint8Array): Promise<void> {
    await this.flush();
    await this.writeFully(bytes);
  }

  private async writeFully(bytes: Uint8Array): Promise<void> {
    let at = 0;
    while (at < bytes.length) {
      try {
        const { bytesWritten } = await writeTo(this.fd, bytes, at, bytes.length - at, null);
        at += bytesWritten;
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        // Another process has made the shared pipe non-blocking: it is full, not broken.
        if (code === "EAGAIN") await wait(2);
        else if (code !== "EPIPE") throw new OutputError(this.name, error);
        else if (!this.isOptional) throw new ClosedPipe();
        else {
          this.isClosed = true;
          return;
        }
      }
    }
  }
}
