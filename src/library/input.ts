import { inflateBody, inflateChunks } from "../input/inflate.ts";
import { readRecords } from "../input/records.ts";
import type { InputRecord } from "../input/types.ts";
import { encodeUtf8 } from "../json/text.ts";
import type { ChatInput, ReadOptions } from "./types.ts";

const MAX_RECORD_BYTES = 64 * 1024 ** 2;
const MAX_INFLATED_BYTES = 64 * 1024 ** 3;

/** The records of an input, as the command cuts them; gzip is inflated. */
export function recordsOf(
  input: ChatInput,
  options: ReadOptions,
): AsyncGenerator<InputRecord, void, undefined> {
  const maxRecordBytes = options.maxRecordBytes ?? MAX_RECORD_BYTES;
  const maxInflatedBytes = options.maxInflatedBytes ?? MAX_INFLATED_BYTES;
  const chunks = inflateChunks(bytesOf(input), maxInflatedBytes);
  const name = options.source ?? "<input>";
  return readRecords({ name, chunks }, { maxRecordBytes, maxInflatedBytes, inflate: inflateBody });
}

async function* bytesOf(input: ChatInput): AsyncGenerator<Uint8Array> {
  if (typeof input === "string") yield encodeUtf8(input);
  else if (input instanceof Uint8Array) yield input;
  else for await (const chunk of input) yield typeof chunk === "string" ? encodeUtf8(chunk) : chunk;
}
