import { type Found, filesOf } from "./find-files.ts";
import { inflateChunks } from "./inflate.ts";
import { InputError, unreadable } from "./input-error.ts";
import { isGzip, isStream, readDescriptor, readFile, readStream } from "./read-chunks.ts";
import type { ByteSource } from "./types.ts";

/**
 * From arguments to bytes: files, globs, folders and standard input, gzip inflated on the way. What the bytes
 * mean is decided in `records.ts`, which needs no Node.
 */
export interface OpenOptions {
  /** Whether standard input is a terminal: nobody types payloads, so reading it is wrong usage. */
  readonly stdinIsTerminal: boolean;
  /** Most bytes that one gzip source may inflate to. */
  readonly maxInflatedBytes: number;
  /** Which of the files that a folder or glob finds are no inputs; asked when one is found. */
  readonly isLeftOut?: (path: string) => boolean;
}

const STDIN_NAME = "<stdin>";
const STDIN = 0;

/**
 * The sources that arguments name, in the order of the arguments; within a folder or glob in order of code
 * units. A file that is reached a second time by a folder or glob is left out, and one that `isLeftOut`
 * knows; one that is named twice is read twice. `-`, or no argument at all, is standard input (read once, however often it is named).
 *
 * An argument that cannot be read still gives a source: iterating its chunks throws an `InputError`
 * (`unreadable` or `nothing-matched`), and the sources after it are not affected. Chunks also throw
 * `SourceProblem` (see `inflateChunks`), which `readRecords` turns into a record. Nothing is held open before
 * its chunks are asked for.
 *
 * @throws {InputError} `stdin-is-terminal`, at once, before anything is read.
 */
export function openSources(patterns: readonly string[], options: OpenOptions): AsyncIterable<ByteSource> {
  const wanted = patterns.length === 0 ? ["-"] : patterns;
  if (options.stdinIsTerminal && wanted.includes("-")) {
    const message = "standard input is a terminal; name a file, or pipe the payloads in";
    throw new InputError("stdin-is-terminal", STDIN_NAME, message);
  }
  return sourcesOf(wanted, options);
}

async function* sourcesOf(patterns: readonly string[], options: OpenOptions): AsyncGenerator<ByteSource> {
  const seen = new Set<string>();
  let isStdinTaken = false;
  for (const pattern of patterns) {
    if (pattern !== "-") {
      for await (const found of filesOf(pattern, seen, options.isLeftOut))
        yield await fileSource(found, options);
    } else if (!isStdinTaken) {
      isStdinTaken = true;
      yield { name: STDIN_NAME, chunks: opened(STDIN_NAME, stdinChunks(), options) };
    }
  }
}

async function fileSource(found: Found, options: OpenOptions): Promise<ByteSource> {
  if ("error" in found) return { name: found.error.input, chunks: failing(found.error) };
  const { path, sizeBytes } = found;
  const chunks = opened(path, readFile(path), options);
  // The size of gzip says nothing about how much there is to read.
  if (sizeBytes === undefined || (await isGzip(path))) return { name: path, chunks };
  return { name: path, chunks, sizeBytes };
}

// biome-ignore lint/correctness/useYield: a source that fails has the shape of one that does not.
async function* failing(error: InputError): AsyncGenerator<Uint8Array, void, undefined> {
  throw error;
}

export interface OpenedFile {
  readonly name: string;
  readonly fd: number;
  /** Offset of the first byte; what comes from a later one is taken as it is. */
  readonly from: number;
  readonly maxInflatedBytes: number;
  /** Told how much was read, before it is inflated. */
  readonly onRead: (bytes: number) => void;
}

/** The bytes of a file that is open, from an offset to its end, as `openSources` gives those of a whole one. */
export async function* openedFrom(file: OpenedFile): AsyncGenerator<Uint8Array, void, undefined> {
  const { name, fd, from, maxInflatedBytes } = file;
  const counted = async function* () {
    for await (const chunk of readDescriptor(fd, from)) {
      file.onRead(chunk.length);
      yield chunk;
    }
  };
  if (from > 0) yield* withInputErrors(name, counted());
  else yield* opened(name, counted(), { maxInflatedBytes });
}

/** Inflates; failures of the file system, and only those, become InputErrors. */
async function* opened(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  options: Pick<OpenOptions, "maxInflatedBytes">,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* inflateChunks(withInputErrors(name, chunks), options.maxInflatedBytes);
}

async function* withInputErrors(name: string, chunks: AsyncIterable<Uint8Array>) {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await iterator.next().catch((error: unknown) => {
        throw unreadable(name, error);
      });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

/** Files and devices are read by descriptor; pipes and sockets as streams (see `readStream`). */
async function* stdinChunks(): AsyncGenerator<Uint8Array, void, undefined> {
  yield* (await isStream(STDIN)) ? readStream(STDIN) : readDescriptor(STDIN);
}
