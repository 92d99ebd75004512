import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RecordSplitter } from "../../src/input/records.ts";
import type { InputRecord } from "../../src/input/types.ts";
import { root } from "./run-chatx.ts";

/** Paths of a folder's files below `fixtures/`, sorted; relative to the project. */
export function fixturePaths(folder: string): string[] {
  return readdirSync(join(root, "fixtures", folder))
    .sort()
    .map((name) => join("fixtures", folder, name));
}

/** The records of a text or of a fixture's bytes, as the input room cuts them. */
export function recordsOf(data: string | Uint8Array, source = "test.json"): InputRecord[] {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const splitter = new RecordSplitter(source, { maxRecordBytes: 64 * 1024 * 1024 });
  return [...splitter.push(bytes), ...splitter.end()];
}

export function recordsOfFile(path: string): InputRecord[] {
  return recordsOf(readFileSync(join(root, path)), path);
}
