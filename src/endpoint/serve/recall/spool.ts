import { randomUUID } from "node:crypto";
import { closeSync, constants, openSync, read, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const readAt = promisify(read);

const BUFFER_BYTES = 256 * 1024;

/** The private copy of what cannot be read again cannot be written. */
export class SpoolError extends Error {
  constructor(folder: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`cannot keep a copy of compressed or piped input in ${folder}: ${reason}`, { cause });
    this.name = "SpoolError";
  }
}

/**
 * Keeps records of sources in which nobody can go back to a place: gzip, pipes, standard input. They are written to a
 * file of mode 0600 that has no name any more from its first moment on: nobody else can open it, and it is gone with the
 * process, however that ends.
 */
export class Spool {
  private readonly folder: string;
  private readonly buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  private fd: number | undefined;
  private written = 0;
  private buffered = 0;

  /** @param folder  Where temporary files go. Nothing is made before there is something to keep. */
  constructor(folder: string) {
    this.folder = folder;
  }

  /** @returns The offset of the bytes, which are copied. @throws {SpoolError} */
  append(bytes: Uint8Array): number {
    this.open();
    const offset = this.written + this.buffered;
    if (this.buffered + bytes.length > BUFFER_BYTES) this.flush();
    if (bytes.length > BUFFER_BYTES) {
      this.write(bytes);
    } else {
      this.buffer.set(bytes, this.buffered);
      this.buffered += bytes.length;
    }
    return offset;
  }

  /** What was appended before the last `flush`. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = Buffer.allocUnsafe(length);
    for (let done = 0; done < length; ) {
      const { bytesRead } = await readAt(this.fd!, bytes, done, length - done, offset + done);
      if (bytesRead === 0) throw new SpoolError(this.folder, "it has become shorter");
      done += bytesRead;
    }
    return bytes;
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }

  /** Writes what is gathered, so that it can be read. @throws {SpoolError} */
  flush(): void {
    const full = this.buffer.subarray(0, this.buffered);
    this.buffered = 0;
    this.write(full);
  }

  private open(): void {
    try {
      this.fd ??= openNameless(this.folder);
    } catch (error) {
      throw new SpoolError(this.folder, error);
    }
  }

  private write(bytes: Uint8Array): void {
    try {
      for (let done = 0; done < bytes.length; )
        done += writeSync(this.fd!, bytes, done, bytes.length - done, this.written + done);
      this.written += bytes.length;
    } catch (error) {
      throw new SpoolError(this.folder, error);
    }
  }
}

function openNameless(folder: string): number {
  const path = join(folder, `chatx-serve-${randomUUID()}`);
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const fd = openSync(path, O_RDWR | O_CREAT | O_EXCL | (O_NOFOLLOW ?? 0), 0o600);
  unlinkSync(path);
  return fd;
}
