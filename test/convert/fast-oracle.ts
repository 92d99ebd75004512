import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import { Converter } from "../../src/convert/converter.ts";
import type { ConvertSettings, ConvertSink } from "../../src/convert/types.ts";
import type { Finding } from "../../src/diagnostics/finding.ts";
import { formatById } from "../../src/formats/registry.ts";
import { inflateBody } from "../../src/input/inflate.ts";
import { RecordSplitter } from "../../src/input/records.ts";
import type { InputRecord } from "../../src/input/types.ts";
import { stringifyJson } from "../../src/json/stringify.ts";
import { timeZone } from "../../src/model/time.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const toFerndesk: ConvertSettings = {
  to: formatById("ferndesk")!,
  zone: timeZone("UTC"),
  zoneIsGiven: false,
  agentRole: "agent",
  systemMessages: "drop",
  strict: false,
  fold: false,
};

/** What a conversion gave, in the order in which it gave it, and how many records went the fast way. */
export interface Run {
  readonly results: readonly unknown[];
  readonly summary: unknown;
  readonly records: number;
  readonly fast: number;
  /** Records that the plain path wrote. */
  readonly plain: number;
  readonly rejected: number;
  readonly skipped: number;
}

export interface RunOptions {
  readonly settings?: Partial<ConvertSettings>;
  readonly maxRecordBytes?: number;
  /** off: the plain path alone. records: without the probe. probe: as the command runs it. */
  readonly path: "off" | "records" | "probe";
}

/** Converts one source that comes in these chunks. */
export function run(chunks: readonly Uint8Array[], options: RunOptions): Run {
  const results: unknown[] = [];
  const counts = { fast: 0, plain: 0 };
  const sink: ConvertSink = {
    converted({ value }) {
      counts.plain++;
      results.push(stringifyJson(value));
    },
    findings: (findings: readonly Finding[]) => results.push(findings),
    rejected: (record) =>
      results.push({ rejected: record.number, bytes: Buffer.from(record.bytes).toString("latin1") }),
    ...(options.path === "off"
      ? {}
      : {
          convertedBytes(conversation: Uint8Array) {
            counts.fast++;
            results.push(decoder.decode(conversation));
          },
        }),
  };
  const converter = new Converter({ ...toFerndesk, ...options.settings }, sink);
  const probe = options.path === "probe" ? converter.probe : undefined;
  const { maxRecordBytes = 1 << 20 } = options;
  const splitter = new RecordSplitter("test.json", {
    maxRecordBytes,
    inflate: inflateBody,
    ...(probe === undefined ? {} : { probe }),
  });
  const take = (records: Iterable<InputRecord>) => {
    for (const record of records) results.push(converter.record(record) || "not accepted");
  };
  // As those who read files do it: a chunk is only valid until the next one is asked for.
  const reused = Buffer.alloc(Math.max(0, ...chunks.map(({ length }) => length)));
  for (const chunk of chunks) {
    reused.set(chunk);
    take(splitter.push(reused.subarray(0, chunk.length)));
    reused.fill(0x21);
  }
  take(splitter.end());
  const summary = converter.finish();
  const entries = Object.entries(summary);
  return {
    results: results.filter((result) => result !== true),
    // Counts by name in the order in which they came, which must be the same too.
    summary: entries.map(([name, value]) => [name, value instanceof Map ? [...value] : value]),
    records: splitter.records,
    rejected: summary.rejected,
    skipped: summary.skipped,
    ...counts,
  };
}

/**
 * Asserts that a conversion gives the same with the fast path, in both places where it stands, and without.
 *
 * @returns How many records were written the fast way (with the probe), and the plain way without it.
 */
export function expectSame(chunks: readonly Uint8Array[], options: Omit<RunOptions, "path"> = {}): Run {
  const plain = run(chunks, { ...options, path: "off" });
  expect(plain.fast).toBe(0);
  let last = plain;
  for (const path of ["records", "probe"] as const) {
    last = run(chunks, { ...options, path });
    // The quick comparison first: that of `expect` takes longer than the conversions.
    if (!isDeepStrictEqual(last.results, plain.results)) expect(last.results).toEqual(plain.results);
    expect(last.summary).toEqual(plain.summary);
    expect(last.records).toBe(plain.records);
    expect(last.fast + last.plain).toBe(plain.plain);
  }
  return last;
}

/** Numbers from 0 (included) to 1 (excluded), the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The bytes in chunks of random lengths up to a limit; each a copy of its own, as a reader's chunks are. */
export function inChunks(bytes: Uint8Array, random: () => number, longest: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + 1 + Math.floor(random() * longest));
    chunks.push(bytes.slice(at, end));
    at = end;
  }
  return chunks;
}
