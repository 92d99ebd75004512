import { RecordSplitter, type SplitOptions } from "../../src/input/records.ts";
import type { InputRecord, RecordProblem } from "../../src/input/types.ts";
import { encodeUtf8 } from "../../src/json/text.ts";

export const MEBIBYTE = 1_048_576;

/** A record as a test compares it: its bytes are copied, as they are only valid for a moment. */
export interface Seen {
  readonly number: number;
  readonly text: string;
  readonly pointer: string;
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  readonly container?: string;
  readonly problem?: RecordProblem;
}

const lossy = new TextDecoder("utf-8", { ignoreBOM: true });

export function seen(record: InputRecord): Seen {
  const { number, pointer, start, container, problem } = record;
  return {
    number,
    text: lossy.decode(record.bytes),
    pointer,
    ...start,
    ...(container === undefined ? {} : { container }),
    ...(problem === undefined ? {} : { problem }),
  };
}

export interface Split {
  readonly records: readonly Seen[];
  readonly sawContainer: boolean;
}

/** Splits bytes that come in chunks of the given sizes, over and over; each chunk is wiped after its turn. */
export function split(
  input: string | Uint8Array,
  { chunks = [], ...options }: Partial<SplitOptions> & { readonly chunks?: readonly number[] } = {},
): Split {
  const bytes = typeof input === "string" ? encodeUtf8(input) : input;
  const splitter = new RecordSplitter("test.json", { maxRecordBytes: MEBIBYTE, ...options });
  const records: Seen[] = [];
  const take = (some: Iterable<InputRecord>) => {
    for (const record of some) records.push(seen(record));
  };
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = chunks.length === 0 ? bytes.length : chunks[turn % chunks.length]!;
    const chunk = bytes.slice(at, at + size);
    take(splitter.push(chunk));
    chunk.fill(0x5a);
    at += size;
  }
  take(splitter.end());
  return { records, sawContainer: splitter.sawContainer };
}

/** Only the texts; a record with a problem shows its code. */
export function texts(input: string | Uint8Array, options: Partial<SplitOptions> = {}): string[] {
  return split(input, options).records.map(({ text, problem }) =>
    problem === undefined ? text : `${problem.code} at ${text}`,
  );
}

/** Everything that comes, as an array. */
export async function collect<T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
