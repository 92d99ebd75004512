import { createHash } from "node:crypto";
import { close, constants, fstat, open, read, type Stats } from "node:fs";
import { promisify } from "node:util";
import type { Place } from "../../../diagnostics/finding.ts";
import { SIGNATURE_BYTES, signatureOf } from "../../../input/signature.ts";
import { openedFrom } from "../../../input/sources.ts";
import type { FileIdentity } from "../recall/open-files.ts";

const openFd = promisify(open);
const closeFd = promisify(close);
const statFd = promisify(fstat);
const readFd = promisify(read);

/** So much of the start and of the end of what was read is compared, to know a file again that has grown. */
const SAMPLE_BYTES = 16 * 1024;

/** Where reading goes on: the place of the next byte, and how many records came before it. */
export interface ResumePoint {
  readonly place: Place;
  readonly records: number;
}

/** What a file was like when it was read. */
export interface TrackedFile extends FileIdentity {
  /** Its number in `Sources`. */
  readonly source: number;
  readonly isGzip: boolean;
  readonly size: number;
  readonly mtimeMs: number;
  /** Absent for one that has to be read anew when it changes: a document, gzip. */
  readonly resume?: ResumePoint;
  /** Hash of the start, and of what stands right before the place where reading goes on. */
  readonly samples: string;
}

/** An open file that is read from some offset to its end. */
export class FileReading {
  readonly path: string;
  readonly stats: Stats;
  readonly isGzip: boolean;
  private readonly fd: number;
  private at = 0;

  private constructor(path: string, fd: number, stats: Stats, isGzip: boolean) {
    this.path = path;
    this.fd = fd;
    this.stats = stats;
    this.isGzip = isGzip;
  }

  static async open(path: string): Promise<FileReading> {
    // A pipe that took the file's place must not be waited for.
    const fd = await openFd(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stats = await statFd(fd);
      return new FileReading(
        path,
        fd,
        stats,
        signatureOf(await bytesAt(fd, 0, SIGNATURE_BYTES))?.code === "gzip",
      );
    } catch (error) {
      await closeFd(fd);
      throw error;
    }
  }

  /** The content from an offset on; of gzip, which has no offsets, all of it and inflated. */
  async *chunks(from: number, maxInflatedBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
    this.at = from;
    const counted = (bytes: number) => {
      this.at += bytes;
    };
    yield* openedFrom({ name: this.path, fd: this.fd, from, maxInflatedBytes, onRead: counted });
  }

  /** Whether the file has grown, and what was read of it before still stands in it. */
  async continues({ samples, resume, size }: TrackedFile): Promise<boolean> {
    if (resume === undefined || this.stats.size <= size) return false;
    return (await this.samples(resume)) === samples;
  }

  /** What to remember of the file, now that it was read to its end. */
  async tracked(source: number, resume: ResumePoint | undefined): Promise<TrackedFile> {
    const { path, stats, isGzip } = this;
    const { dev, ino } = stats;
    const after = await statFd(this.fd);
    // A fault may have ended the reading before the end.
    const size = Math.max(this.at, stats.size);
    // What was written while we read is seen by the size; the time tells of changes that leave the size.
    const mtimeMs = after.size === size ? after.mtimeMs : stats.mtimeMs;
    const again = isGzip ? undefined : resume;
    const samples = await this.samples(again);
    const facts = { path, dev, ino, source, isGzip, size, mtimeMs, samples };
    return again === undefined ? facts : { ...facts, resume: again };
  }

  private async samples(resume: ResumePoint | undefined): Promise<string> {
    const end = resume?.place.offset ?? 0;
    const size = Math.min(SAMPLE_BYTES, end);
    const hash = createHash("sha256").update(await bytesAt(this.fd, 0, size));
    if (end > size) hash.update(await bytesAt(this.fd, end - size, size));
    return hash.digest("base64");
  }

  async close(): Promise<void> {
    await closeFd(this.fd);
  }
}

async function bytesAt(fd: number, at: number, length: number): Promise<Uint8Array> {
  const { bytesRead, buffer } = await readFd(fd, Buffer.alloc(length), 0, length, at);
  return buffer.subarray(0, bytesRead);
}
