import { lookInside } from "../../../enclosures/look-inside.ts";
import type { InputRecord } from "../../../input/types.ts";
import type { Slice } from "../index/slices.ts";
import { type FileIdentity, OpenFiles, SourceChanged } from "./open-files.ts";
import { recordAgain } from "./record-again.ts";
import type { Spool } from "./spool.ts";

/** A file or stream that records came from. */
export interface Source {
  /** As the user named it. */
  readonly name: string;
  /** Where its records can be read again; absent where they are kept in the spool. */
  readonly file?: FileIdentity;
}

/** All sources, by number from 1, and the way back from a slice to its record. */
export class Sources {
  private readonly spool: Spool;
  private readonly maxRecordBytes: number;
  private readonly all: (Source | undefined)[] = [];
  private readonly files = new OpenFiles();

  constructor(spool: Spool, maxRecordBytes: number) {
    this.spool = spool;
    this.maxRecordBytes = maxRecordBytes;
  }

  add(source: Source): number {
    return this.all.push(source);
  }

  /** The same source under another name: a file that was renamed. */
  rename(number: number, source: Source): void {
    const before = this.all[number - 1];
    if (before?.file !== undefined) this.files.forget(before.file);
    this.all[number - 1] = source;
  }

  drop(number: number): void {
    const source = this.all[number - 1];
    if (source?.file !== undefined) this.files.forget(source.file);
    this.all[number - 1] = undefined;
  }

  nameOf(number: number): string {
    return this.all[number - 1]?.name ?? "";
  }

  /** @throws {SourceChanged} Where the record is not there any more. Errors of the file system pass. */
  async recordOf(slice: Slice): Promise<InputRecord> {
    try {
      return await this.read(slice);
    } catch (error) {
      if (error instanceof SourceChanged) error.source = slice.source;
      throw error;
    }
  }

  private async read(slice: Slice): Promise<InputRecord> {
    const source = this.all[slice.source - 1];
    if (source === undefined) throw new SourceChanged("a file", false);
    const { offset, length } = slice;
    const bytes =
      source.file === undefined
        ? await this.spool.read(offset, length)
        : await this.files.read(source.file, offset, length);
    const record = recordAgain(slice, bytes, this.maxRecordBytes);
    if (record === undefined) throw new SourceChanged(source.name, true);
    return await lookInside(record);
  }
}
