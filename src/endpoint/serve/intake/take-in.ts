import { lookInside } from "../../../enclosures/look-inside.ts";
import { LINE_FEED } from "../../../input/bytes.ts";
import { inflateBody } from "../../../input/inflate.ts";
import { SourceProblem } from "../../../input/problems.ts";
import { RecordSplitter } from "../../../input/records.ts";
import type { InputRecord } from "../../../input/types.ts";
import { parseJson } from "../../../json/parse.ts";
import { decodeUtf8 } from "../../../json/text.ts";
import type { RecordIndexer } from "./record-indexer.ts";
import type { ResumePoint } from "./tracked-file.ts";

export interface IntakeOptions {
  readonly maxRecordBytes: number;
  /** Aborted when reading is to stop. */
  readonly signal: AbortSignal;
  /** Writes what was found; called after every chunk of input. */
  drain(): Promise<void>;
  /** A source begins. Its size is known for files that are not compressed. */
  readonly onSource: (source: { readonly name: string; readonly sizeBytes?: number }) => void;
  /** A piece of it was read. @param records  Of this source so far. */
  readonly onChunk: (bytes: number, records: number) => void;
  /** A source without any payload in it. */
  readonly onEmpty: (source: string) => void;
}

/** How a source is read. */
export interface Reading {
  readonly name: string;
  readonly sizeBytes?: number;
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  readonly from?: ResumePoint | undefined;
  /** Whether more may come later: then a record that is cut off at the end is waited for. */
  readonly mayGrow: boolean;
}

/** Where a source ended. */
export interface Ended {
  /** Where reading may go on when more has come; absent where it cannot. */
  readonly resume?: ResumePoint;
  /** Whether the end of a record is missing. */
  readonly isTorn: boolean;
}

/** Reads one source into the index, record by record. */
export async function takeIn(
  reading: Reading,
  indexer: RecordIndexer,
  options: IntakeOptions,
): Promise<Ended> {
  const { name, chunks, from, mayGrow } = reading;
  const { probe } = indexer;
  const splitter = new RecordSplitter(name, {
    maxRecordBytes: options.maxRecordBytes,
    inflate: inflateBody,
    ...(probe === undefined ? {} : { probe }),
    ...(from === undefined ? {} : { from }),
  });
  options.onSource(reading);
  let isTorn = false;
  let lastByte: number | undefined;
  try {
    for await (const chunk of chunks) {
      options.signal.throwIfAborted();
      for (const record of splitter.push(chunk)) {
        const opened = lookInside(record);
        indexer.record(opened instanceof Promise ? await opened : opened);
      }
      lastByte = chunk.at(-1) ?? lastByte;
      options.onChunk(chunk.length, splitter.records);
      await options.drain();
    }
    const before = resumePoint(splitter);
    for (const record of splitter.end()) {
      if (mayGrow && isHalf(record, lastByte === LINE_FEED)) isTorn = true;
      else indexer.record(await lookInside(record));
    }
    const resume = isTorn ? before : resumePoint(splitter);
    if (!isTorn && splitter.records === 0 && !splitter.sawContainer) options.onEmpty(name);
    return { isTorn, ...(resume === undefined ? {} : { resume }) };
  } catch (error) {
    if (!(error instanceof SourceProblem)) throw error;
    indexer.record(splitter.fail(error.code, error.args));
    return { isTorn };
  } finally {
    indexer.end();
    await options.drain();
  }
}

function resumePoint(splitter: RecordSplitter): ResumePoint | undefined {
  const place = splitter.rest;
  return place === undefined ? undefined : { place, records: splitter.records };
}

/** Whether the last record of a file may be half of one, which becomes JSON when the rest is there. */
function isHalf({ problem, bytes }: InputRecord, isLineEnd: boolean): boolean {
  const text = problem === undefined ? decodeUtf8(bytes) : undefined;
  const parsed = text === undefined ? undefined : parseJson(text);
  if (parsed?.ok) return false;
  const code = problem?.code ?? parsed?.problem.code;
  return !isLineEnd || code === "json/unexpected-end" || code === "input/cut-off";
}
