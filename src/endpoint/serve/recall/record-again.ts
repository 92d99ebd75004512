import { inflateBody } from "../../../input/inflate.ts";
import { RecordSplitter } from "../../../input/records.ts";
import type { InputRecord } from "../../../input/types.ts";
import { payloadHash } from "../index/payload-hash.ts";
import { HAR_ENTRY, PAYLOAD, type Slice } from "../index/slices.ts";

/** A HAR around one entry, so that the entry is read as what it was. */
const HAR_HEAD = new TextEncoder().encode('{"log":{"entries":[');
const HAR_TAIL = new TextEncoder().encode("]}}");
const START = { offset: 0, line: 1, column: 1 };

/**
 * The record that a slice was made of, read again. Its places mean nothing.
 *
 * @param bytes  What stands there now.
 * @returns Undefined where that is another payload.
 */
export function recordAgain(
  slice: Slice,
  bytes: Uint8Array,
  maxRecordBytes: number,
): InputRecord | undefined {
  const isSame = (record: InputRecord) => {
    const [first, second] = payloadHash(record.bytes);
    return first === slice.hash[0] && second === slice.hash[1];
  };
  if (slice.kind !== PAYLOAD) {
    const pieces = slice.kind === HAR_ENTRY ? [HAR_HEAD, bytes, HAR_TAIL] : [bytes];
    return findRecord(pieces, maxRecordBytes, isSame);
  }
  const placesOf = (offsets: readonly number[]) => offsets.map(() => START);
  const record: InputRecord = { source: "", number: 1, start: START, bytes, pointer: "", placesOf };
  return isSame(record) ? record : undefined;
}

function findRecord(
  pieces: readonly Uint8Array[],
  maxRecordBytes: number,
  isWanted: (record: InputRecord) => boolean,
): InputRecord | undefined {
  const splitter = new RecordSplitter("", { maxRecordBytes, inflate: inflateBody });
  const recordsIn = function* () {
    for (const piece of pieces) yield* splitter.push(piece);
    yield* splitter.end();
  };
  for (const record of recordsIn()) {
    // What the splitter hands out is only valid until the next record.
    if (isWanted(record)) return { ...record, bytes: record.bytes.slice() };
  }
  return undefined;
}
