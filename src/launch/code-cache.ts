import { accessSync, constants, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { Script } from "node:vm";

/**
 * What V8 compiled of the chunks that a command loads, in one file a command and version of Node, beside the chunks:
 *
 *     4 bytes    length of the index, little-endian
 *     index      JSON: [[chunk, length of its code], …]
 *     codes      one after the other
 *
 * and then the same once more.
 * V8 refuses code of another version, of other flags or of a source of another length; a chunk's name holds a hash of
 * its content. But code that was damaged ends the process (seen on Node 20), and comparing two copies is the only check
 * that takes no time at the start. Where the file is missing, damaged or refused, V8 compiles as ever, and nobody is
 * told. Whoever may write there may change the chunks themselves, so the file is trusted as they are.
 */
export class CodeCache {
  private readonly folder: string;
  private readonly file: string;
  private readonly codes: ReadonlyMap<string, Uint8Array>;
  private readonly scripts = new Map<string, Script>();
  private isWorthSaving = false;

  /** @param command  The first word of the command line; options and words that are no command share a file. */
  constructor(folder: string, command: string) {
    this.folder = folder;
    const name = COMMAND.test(command) ? command : "chatx";
    this.file = `${folder}/${name}-${process.version}-${process.arch}.cache`;
    this.codes = readCodes(this.file);
  }

  get(chunk: string): Uint8Array | undefined {
    return this.codes.get(chunk);
  }

  /** Takes down that a chunk was compiled, with the code from here or without. */
  note(chunk: string, script: Script): void {
    this.scripts.set(chunk, script);
    // Code that is refused in mid-run tells of flags that were changed in mid-run: saving it again would not help.
    if (script.cachedDataRejected && this.scripts.size > 1) return;
    if (!this.codes.has(chunk) || script.cachedDataRejected) this.isWorthSaving = true;
  }

  /** Keeps the code of this run where it has something new. Failing to is no failure. */
  save(): void {
    if (!this.isWorthSaving || !isPlainRun()) return;
    const fresh = `${this.file}.${process.pid}`;
    try {
      // Asked first, as making the data takes some milliseconds, in every run where it cannot be written.
      accessSync(this.folder, constants.W_OK);
      const codes = new Map(this.codes);
      for (const [chunk, script] of this.scripts) codes.set(chunk, script.createCachedData());
      writeFileSync(fresh, written(codes), { flag: "wx" });
      renameSync(fresh, this.file);
    } catch {
      removeQuietly(fresh);
    }
  }
}

const COMMAND = /^[a-z]{1,20}$/;
const LENGTH_BYTES = 4;

/** Flags of V8 make code that a run without them refuses, and the other way round. */
function isPlainRun(): boolean {
  const { NODE_OPTIONS, NODE_DISABLE_COMPILE_CACHE } = process.env;
  return process.execArgv.length === 0 && !NODE_OPTIONS && !NODE_DISABLE_COMPILE_CACHE;
}

function readCodes(file: string): ReadonlyMap<string, Uint8Array> {
  const codes = new Map<string, Uint8Array>();
  try {
    const bytes = readFileSync(file);
    const half = bytes.length / 2;
    if (bytes.compare(bytes, 0, half, half) !== 0) return codes;
    let at = LENGTH_BYTES + bytes.readUInt32LE(0);
    const index: [string, number][] = JSON.parse(bytes.toString("latin1", LENGTH_BYTES, at));
    for (const [chunk, length] of index) {
      codes.set(chunk, bytes.subarray(at, at + length));
      at += length;
    }
    return codes;
  } catch {
    return new Map();
  }
}

function written(codes: ReadonlyMap<string, Uint8Array>): Buffer {
  const index = Buffer.from(JSON.stringify([...codes].map(([chunk, code]) => [chunk, code.length])));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(index.length);
  const parts = [length, index, ...codes.values()];
  return Buffer.concat([...parts, ...parts]);
}

function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It is some hundred kilobytes beside the program; the run itself has gone well.
  }
}
