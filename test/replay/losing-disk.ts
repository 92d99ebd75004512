import { readFileSync } from "node:fs";
import { type FileCalls, realCalls } from "../../src/files/group-writer.ts";

/** What of a file was there at a moment: all that was written, and how much of it was sure to be on the disk. */
export interface Kept {
  readonly durable: number;
  readonly written: number;
}

/** A moment at which the power may fail. */
export interface Moment<Name extends string> {
  readonly event: "write" | "sync-begins" | "sync-ends";
  readonly files: Readonly<Record<Name, Kept>>;
  /** How many requests had arrived. */
  readonly arrived: number;
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * Files that are only appended to, on a disk that forgets at a power failure what no fdatasync has covered. It notes
 * every write and both ends of every fdatasync, which takes its time: what is written meanwhile is not covered.
 */
export class LosingDisk<Name extends string> {
  readonly moments: Moment<Name>[] = [];
  private readonly paths: Readonly<Record<Name, string>>;
  private readonly arrived: () => number;
  private files = {} as Record<Name, Kept>;

  constructor(paths: Readonly<Record<Name, string>>, arrived: () => number) {
    this.paths = paths;
    this.arrived = arrived;
    for (const name of Object.keys(paths) as Name[]) this.set(name, { durable: 0, written: 0 });
  }

  calls(name: Name): FileCalls {
    return {
      lookAt: realCalls.lookAt,
      write: async (fd, bytes, offset) => {
        const count = await realCalls.write(fd, bytes, offset);
        const { durable, written } = this.files[name];
        this.set(name, { durable, written: written + count });
        this.note("write");
        return count;
      },
      sync: async () => {
        const covered = this.files[name].written;
        this.note("sync-begins");
        for (let turns = 0; turns < 4; turns++) await turn();
        const { durable, written } = this.files[name];
        this.set(name, { durable: Math.max(durable, covered), written });
        this.note("sync-ends");
      },
    };
  }

  /** What is left of a file after a power failure at a moment. @param tail  Makes what stands where nothing was sure. */
  remains(name: Name, { files }: Moment<Name>, tail: (lost: Buffer) => Buffer): Buffer {
    const { durable, written } = files[name];
    const bytes = readFileSync(this.paths[name]).subarray(0, written);
    return Buffer.concat([bytes.subarray(0, durable), tail(Buffer.from(bytes.subarray(durable)))]);
  }

  private set(name: Name, kept: Kept): void {
    this.files = { ...this.files, [name]: kept };
  }

  private note(event: Moment<Name>["event"]): void {
    this.moments.push({ event, files: this.files, arrived: this.arrived() });
  }
}
