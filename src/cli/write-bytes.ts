import { write } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { ClosedPipe, OutputError } from "./exit-codes.ts";

const writeTo = promisify(write);

/** How much is gathered before it is written: fewer system calls, still little memory. */
const FLUSH_BYTES = 1 << 17;

/**
 * Text on its way to a file descriptor. `push` gathers, `drain` writes when there is enough of it, `flush` writes all.
 * Every byte is accounted for: a short write goes on where it stopped, a full pipe is waited for.
 */
export class FdWriter {
  private readonly fd: number;
  private readonly name: string;
  private parts: string[] = [];
  private units = 0;
  private isOptional = false;
  private isClosed = false;

  constructor(fd: number, name: string) {
    this.fd = fd;
    this.name = name;
  }

  /** The run has other outputs that somebody waits for: when the reader of this one goes, its text is dropped. */
  makeOptional(): void {
    this.isOptional = true;
  }

  push(text: string): void {
    if (this.isClosed) return;
    this.parts.push(text);
    this.units += text.length;
  }

  /** @throws {ClosedPipe | OutputError} */
  async drain(): Promise<void> {
    if (this.units >= FLUSH_BYTES) await this.flush();
  }

  /** @throws {ClosedPipe | OutputError} */
  async flush(): Promise<void> {
    if (this.parts.length === 0) return;
    const bytes = Buffer.from(this.parts.join(""), "utf8");
    this.parts = [];
    this.units = 0;
    await this.writeFully(bytes);
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
