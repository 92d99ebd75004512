import type { DiagnosticArgs, DiagnosticCode } from "../diagnostics/diagnostic.ts";
import type { Placed, PlacedText } from "../diagnostics/place.ts";
import { escapeControls } from "../diagnostics/quote.ts";
import type { Probe, WholeLine } from "../input/cutting.ts";
import { inflateBody } from "../input/inflate.ts";
import { InputError } from "../input/input-error.ts";
import { SourceProblem } from "../input/problems.ts";
import { RecordSplitter } from "../input/records.ts";
import { openSources } from "../input/sources.ts";
import type { ByteSource, InputRecord } from "../input/types.ts";
import { ExitCode, UsageError } from "./exit-codes.ts";
import type { Io } from "./io.ts";
import { recordSizeOption, sizeOption } from "./options.ts";
import { Progress } from "./progress.ts";

/** The options that all commands that read payloads share, as commander gives them. */
export interface InputOptions {
  readonly allowEmpty?: boolean;
  readonly failFast?: boolean;
  readonly maxRecordBytes?: string;
  readonly maxInflatedBytes?: string;
  readonly quiet?: boolean;
}

export interface InputLimits {
  readonly allowEmpty: boolean;
  readonly failFast: boolean;
  readonly quiet: boolean;
  readonly maxRecordBytes: number;
  readonly maxInflatedBytes: number;
  /** See `inputFilter`. */
  readonly isLeftOut?: (path: string) => boolean;
}

/** @throws {UsageError} For sizes that are none. */
export function inputOptions(options: InputOptions): InputLimits {
  return {
    allowEmpty: options.allowEmpty ?? false,
    failFast: options.failFast ?? false,
    quiet: options.quiet ?? false,
    maxRecordBytes: recordSizeOption(options.maxRecordBytes ?? "64MiB"),
    maxInflatedBytes: sizeOption(options.maxInflatedBytes ?? "64GiB", "--max-inflated-bytes"),
  };
}

export interface RecordHandlers {
  /**
   * @returns Whether the record is sound; with --fail-fast the first that is not ends the run. With a promise the next
   *   record is read when it has resolved.
   */
  record(record: InputRecord): boolean | Promise<boolean>;
  /** Asked after every record: whether the rest need not be read. */
  isDone?(): boolean;
  /** Aborted when the rest need not be read: also while it is waited for, as standard input may be for ever. */
  readonly enough?: AbortSignal;
  /** A finding about a source as a whole. */
  sourceFinding<C extends DiagnosticCode>(source: string, code: C, args: DiagnosticArgs[C]): void;
  /** Told of members beside a list of conversations. @returns Whether they may be there. */
  beside?(part: PlacedText, members: readonly Placed[]): boolean;
  /** Writes what was gathered; called after every chunk of input. */
  drain(): Promise<void>;
  /** A fast path; see `SplitOptions.probe`. */
  readonly probe?: Probe;
  /** For JSON Lines; see `SplitOptions.line`. */
  readonly line?: WholeLine;
}

export interface InputOutcome {
  /** Those that could be read. */
  readonly sources: number;
  readonly exitCode: number;
  readonly isStoppedEarly: boolean;
}

/**
 * Reads all inputs, one record at a time, in the order given. A source that cannot be read is told on stderr and does
 * not stop the others.
 *
 * @throws {UsageError} If standard input is a terminal.
 * @throws {Interrupted} After a signal.
 */
export async function eachRecord(
  inputs: readonly string[],
  limits: InputLimits,
  io: Io,
  handlers: RecordHandlers,
): Promise<InputOutcome> {
  const progress = new Progress(io, limits.quiet);
  let sources = 0;
  let exitCode: number = ExitCode.done;
  let isStoppedEarly = false;
  const sourceErrors = (error: unknown): "unread" => {
    if (!(error instanceof InputError)) throw error;
    if (error.kind === "nothing-matched" && limits.allowEmpty) return "unread";
    io.stderr.push(`chatx: ${escapeControls(error.message)}\n`);
    exitCode = Math.max(exitCode, ExitCode.input);
    return "unread";
  };
  try {
    for await (const source of sourcesFrom(inputs, limits, io)) {
      const outcome = await readSource(source, limits, io, handlers, progress).catch(sourceErrors);
      if (outcome !== "unread") sources++;
      if (outcome === "invalid") exitCode = Math.max(exitCode, ExitCode.invalid);
      if (outcome === "stopped") {
        isStoppedEarly = true;
        break;
      }
    }
  } finally {
    progress.stop();
  }
  return { sources, exitCode, isStoppedEarly };
}

function sourcesFrom(inputs: readonly string[], limits: InputLimits, io: Io): AsyncIterable<ByteSource> {
  try {
    return openSources(inputs, { ...limits, stdinIsTerminal: io.stdinIsTerminal });
  } catch (error) {
    if (error instanceof InputError) throw new UsageError(error.message, "see chatx --help");
    throw error;
  }
}

type SourceOutcome = "done" | "invalid" | "stopped";

async function readSource(
  source: ByteSource,
  limits: InputLimits,
  io: Io,
  handlers: RecordHandlers,
  progress: Progress,
): Promise<SourceOutcome> {
  const { maxRecordBytes } = limits;
  let isBesideSound = true;
  const beside = (part: PlacedText, members: readonly Placed[]) => {
    if (handlers.beside?.(part, members) === false) isBesideSound = false;
  };
  // A compressed body of a capture is held whole, so it may be no larger than a record.
  const splitter = new RecordSplitter(source.name, {
    maxRecordBytes,
    inflate: inflateBody,
    ...(handlers.beside === undefined ? {} : { beside }),
    ...(handlers.probe === undefined ? {} : { probe: handlers.probe }),
    ...(handlers.line === undefined ? {} : { line: handlers.line }),
  });
  progress.start(source);
  const take = async (records: Iterable<InputRecord>): Promise<boolean> => {
    for (const record of records) {
      const verdict = handlers.record(record);
      const isSound = typeof verdict === "boolean" ? verdict : await verdict;
      if ((!isSound && limits.failFast) || handlers.isDone?.()) return false;
    }
    return true;
  };
  const { enough } = handlers;
  const signal = enough === undefined ? io.signal : AbortSignal.any([io.signal, enough]);
  try {
    for await (const chunk of abortable(source.chunks, signal)) {
      if (!(await take(splitter.push(chunk)))) return "stopped";
      await handlers.drain();
      progress.advance(chunk.length, splitter.records);
    }
    if (!(await take(splitter.end()))) return "stopped";
  } catch (error) {
    if (enough?.aborted && error === enough.reason) return "stopped";
    if (!(error instanceof SourceProblem)) throw error;
    if (!(await take([splitter.fail(error.code, error.args)]))) return "stopped";
  }
  await handlers.drain();
  if (splitter.records > 0 || splitter.sawContainer || limits.allowEmpty)
    return isBesideSound ? "done" : "invalid";
  handlers.sourceFinding(source.name, "input/empty", {});
  return "invalid";
}

/** The items until the signal is aborted; then its reason is thrown, even while an item is waited for. */
async function* abortable<T>(items: AsyncIterable<T> | Iterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  // One promise an item: a race against one that lives as long as the source would hold every item, since V8 keeps
  // the reactions of a pending promise, and each of them its result.
  let stop: (reason: unknown) => void = () => undefined;
  const onAbort = () => stop(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
        stop = reject;
        Promise.resolve(iterator.next()).then(resolve, reject);
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    // After an abort the read under way may never come back; otherwise its descriptor is closed before we go on.
    const closed = Promise.resolve(iterator.return?.()).catch(() => undefined);
    if (!signal.aborted) await closed;
  }
}
