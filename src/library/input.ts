import { type Finding, findingOfSource } from "../diagnostics/finding.ts";
import type { TellBeside } from "../input/beside.ts";
import { inflateBody, inflateChunks } from "../input/inflate.ts";
import { RecordSplitter, readRecords } from "../input/records.ts";
import type { InputRecord } from "../input/types.ts";
import { encodeUtf8 } from "../json/text.ts";
import type { ChatInput, ReadOptions } from "./types.ts";

const MAX_RECORD_BYTES = 64 * 1024 ** 2;
const MAX_INFLATED_BYTES = 64 * 1024 ** 3;

/**
 * The records of an input, as the command cuts them; gzip is inflated.
 *
 * @param onFinding  Told of an input that holds none.
 * @param beside  See `SplitOptions`.
 */
export async function* recordsOf(
  input: ChatInput,
  options: ReadOptions,
  onFinding?: (finding: Finding) => void,
  beside?: TellBeside,
): AsyncGenerator<InputRecord, void, undefined> {
  const maxRecordBytes = options.maxRecordBytes ?? MAX_RECORD_BYTES;
  const maxInflatedBytes = options.maxInflatedBytes ?? MAX_INFLATED_BYTES;
  const chunks = inflateChunks(bytesOf(input), maxInflatedBytes);
  const name = options.source ?? "<input>";
  const splitting = {
    ...{ maxRecordBytes, inflate: inflateBody },
    ...(beside === undefined ? {} : { beside }),
  };
  const splitter = new RecordSplitter(name, splitting);
  yield* readRecords({ name, chunks }, splitting, splitter);
  if (splitter.records > 0 || splitter.sawContainer) return;
  onFinding?.(findingOfSource(name, "input/empty", {}));
}

async function* bytesOf(input: ChatInput): AsyncGenerator<Uint8Array> {
  if (typeof input === "string") yield bytesOfText(input);
  else if (input instanceof Uint8Array) yield input;
  else for await (const chunk of input) yield typeof chunk === "string" ? bytesOfText(chunk) : chunk;
}

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
/** What UTF-8 would spell U+D800 as; it is not valid, and so is reported at its place. */
const NO_CHARACTER = [0xed, 0xa0, 0x80];

/** A TextEncoder would replace half a surrogate pair without a word. */
function bytesOfText(text: string): Uint8Array {
  if (!LONE_SURROGATE.test(text)) return encodeUtf8(text);
  const parts = text.split(LONE_SURROGATE).map((part) => [...encodeUtf8(part)]);
  return Uint8Array.from(parts.flatMap((part, index) => (index === 0 ? part : [...NO_CHARACTER, ...part])));
}
