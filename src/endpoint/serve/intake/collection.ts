import { type Stats, stat } from "node:fs";
import { promisify } from "node:util";
import { filesOf } from "../../../input/find-files.ts";
import { InputError, unreadable } from "../../../input/input-error.ts";
import { openSources } from "../../../input/sources.ts";
import type { ConversationIndex } from "../index/conversation-index.ts";
import type { FileIdentity } from "../recall/open-files.ts";
import type { Source, Sources } from "../recall/sources.ts";
import type { Renderer } from "../renderer.ts";
import type { RecordIndexer } from "./record-indexer.ts";
import { refresh } from "./refresh.ts";
import { type IntakeOptions, takeIn } from "./take-in.ts";
import { FileReading, type TrackedFile } from "./tracked-file.ts";

const statOf = promisify(stat);
/** The size of no file. */
const NEVER = -1;

export interface CollectionOptions extends IntakeOptions {
  /** Files, folders, globs; a dash is standard input. */
  readonly inputs: readonly string[];
  readonly maxInflatedBytes: number;
  /** Whether files are looked at again: then what is missing or cut off is waited for. */
  readonly isWatching: boolean;
  /** An input that cannot be read. */
  readonly onUnreadable: (error: InputError) => void;
  /** Something to know that is no fault, as a line of text. */
  readonly onNote: (note: string) => void;
}

export interface CollectionParts {
  readonly index: ConversationIndex;
  readonly sources: Sources;
  readonly indexer: RecordIndexer;
  readonly renderer: Renderer;
}

/** A file, or, without facts, a stream. */
interface Listed {
  readonly path: string;
  readonly stats?: Stats;
}

/**
 * The captured files behind an endpoint. Each `scan` brings the index up to date with them: what was appended is read
 * from the old end on, a file that was renamed is known again, one that was replaced or cut is read anew, and what was
 * told by a file that has gone is gone unless another file tells it as well.
 */
export class Collection {
  private readonly options: CollectionOptions;
  private readonly parts: CollectionParts;
  /** By device and inode. */
  private readonly files = new Map<string, TrackedFile>();
  private readonly streams = new Set<string>();
  private readonly complaints = new Set<string>();
  /** Sources that are dropped when the scan that found them out is over. */
  private readonly leaving = new Set<number>();

  constructor(options: CollectionOptions, parts: CollectionParts) {
    this.options = options;
    this.parts = parts;
  }

  /** A file turned out to hold other bytes than were indexed: the next scan reads it anew, whatever its size and time. */
  distrust(source: number): void {
    for (const [key, file] of this.files) {
      if (file.source === source) this.files.set(key, { ...file, size: NEVER, samples: "" });
    }
  }

  /** How many files and streams there are. */
  get size(): number {
    return this.files.size + this.streams.size;
  }

  /**
   * @returns Whether anything was read or dropped. Requests see it from then on.
   * @throws What `options.signal` was aborted with.
   */
  async scan(): Promise<boolean> {
    const found = await this.find();
    for (const [key, file] of this.files) if (!found.has(key)) this.forget(key, file);
    let isChanged = this.leaving.size > 0;
    for (const [key, { path, stats }] of found) {
      this.options.signal.throwIfAborted();
      const change = stats === undefined ? this.readStream(path) : this.bringUpToDate(key, path, stats);
      if (await change.catch((error: unknown) => this.complain(inputError(path, error)))) isChanged = true;
    }
    if (!isChanged) return false;
    const { index, sources, renderer } = this.parts;
    index.dropSources(this.leaving);
    for (const source of this.leaving) sources.drop(source);
    this.leaving.clear();
    await refresh(index, sources, renderer, this.options.signal);
    index.settle();
    return true;
  }

  /** What the inputs mean now, in the order of `chatx convert`: files, by device and inode, and streams. */
  private async find(): Promise<Map<string, Listed>> {
    const found = new Map<string, Listed>();
    const seen = new Set<string>();
    for (const input of this.options.inputs) {
      if (input === "-") {
        found.set(input, { path: input });
        continue;
      }
      for await (const one of filesOf(input, seen)) {
        if ("error" in one) {
          this.complain(one.error);
          continue;
        }
        const { path } = one;
        const stats = await statOf(path).catch(() => undefined);
        const key = stats?.isFile() ? `${stats.dev}:${stats.ino}` : path;
        // One that is reached a second time would only repeat itself.
        if (stats !== undefined && !found.has(key))
          found.set(key, stats.isFile() ? { path, stats } : { path });
      }
    }
    return found;
  }

  private forget(key: string, { source }: TrackedFile): void {
    this.files.delete(key);
    this.leaving.add(source);
  }

  private async bringUpToDate(key: string, path: string, stats: Stats): Promise<boolean> {
    let known = this.files.get(key);
    if (known !== undefined && known.path !== path) known = this.rename(key, known, path);
    if (stats.size === known?.size && stats.mtimeMs === known.mtimeMs) return false;
    await this.readFile(key, path, known);
    return true;
  }

  private rename(key: string, file: TrackedFile, path: string): TrackedFile {
    const renamed = { ...file, path };
    this.files.set(key, renamed);
    this.parts.sources.rename(file.source, sourceOf(renamed));
    return renamed;
  }

  /** Reads a file: what was appended to it, or, where it is new or was changed otherwise, all of it. */
  private async readFile(key: string, path: string, known?: TrackedFile): Promise<void> {
    const { sources, indexer } = this.parts;
    const reading = await FileReading.open(path);
    const { dev, ino } = reading.stats;
    const { isGzip } = reading;
    let source = 0;
    try {
      const isAppended = known !== undefined && (await reading.continues(known));
      const resume = isAppended ? known.resume : undefined;
      if (known !== undefined && !isAppended) this.leaving.add(known.source);
      source = isAppended ? known.source : sources.add(sourceOf({ path, dev, ino, isGzip }));
      indexer.begin(source, isGzip, (one) => this.leaving.has(one));
      const chunks = reading.chunks(resume?.place.offset ?? 0, this.options.maxInflatedBytes);
      const mayGrow = this.options.isWatching && !isGzip;
      const size = isGzip ? {} : { sizeBytes: reading.stats.size - (resume?.place.offset ?? 0) };
      const ended = await takeIn(
        { name: path, ...size, chunks, from: resume, mayGrow },
        indexer,
        this.options,
      );
      this.files.set(key, await reading.tracked(source, ended.resume));
      if (ended.isTorn) this.note(`${path} ends in the middle of a record; the rest is waited for`);
    } catch (error) {
      // What was read of it is forgotten: the next scan begins anew.
      this.files.delete(key);
      if (source !== 0) this.leaving.add(source);
      throw error;
    } finally {
      await reading.close();
    }
  }

  /** Standard input and pipes: read once, to their end. */
  private async readStream(input: string): Promise<boolean> {
    if (this.streams.has(input)) return false;
    this.streams.add(input);
    const { sources, indexer } = this.parts;
    const { maxInflatedBytes } = this.options;
    for await (const { name, chunks } of openSources([input], { stdinIsTerminal: false, maxInflatedBytes })) {
      indexer.begin(sources.add({ name }), true, () => false);
      await takeIn({ name, chunks, mayGrow: false }, indexer, this.options);
    }
    return true;
  }

  /** Each complaint once: with --watch the same fault is found every second. */
  private complain(error: InputError): false {
    if (!this.complaints.has(error.message)) this.options.onUnreadable(error);
    this.complaints.add(error.message);
    return false;
  }

  private note(text: string): void {
    if (!this.complaints.has(text)) this.options.onNote(text);
    this.complaints.add(text);
  }
}

/** gzip cannot be read again from the middle; its records are kept in the spool. */
function sourceOf({ path, dev, ino, isGzip }: FileIdentity & { readonly isGzip: boolean }): Source {
  return isGzip ? { name: path } : { name: path, file: { path, dev, ino } };
}

/** Errors of system calls become complaints; all others are bugs, or the signal that stops us. */
function inputError(path: string, error: unknown): InputError {
  if (error instanceof InputError) return error;
  if (error instanceof Error && "syscall" in error) return unreadable(path, error);
  throw error;
}
