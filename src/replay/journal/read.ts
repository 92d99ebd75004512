import { read } from "node:fs";
import { promisify } from "node:util";
import { EarlierRun } from "./earlier-run.ts";
import { checksumOf, endOfOpen, MAX_LINE_BYTES, parseHeader, parsePlanEnd, VERSION } from "./format.ts";
import { JournalError } from "./journal-error.ts";
import { OutcomeReader } from "./outcome-bytes.ts";
import { MAGIC } from "./recognise.ts";
import { isTornHead, isTornTail } from "./torn.ts";

const readInto = promisify(read);
const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

export interface JournalContents {
  /** Undefined where nothing was recorded yet: the file is empty, or its first line was never written to its end. */
  readonly earlier: EarlierRun | undefined;
  /** Length of the sound part; what is behind it is a line that was not written to its end. */
  readonly soundBytes: number;
  readonly tornBytes: number;
  /** Checksum after the last sound line. */
  readonly crc: number;
}

/**
 * Reads a journal, in memory that does not grow but for 24 bytes a message (twice that while the table grows). Changes nothing.
 *
 * @param fd  Open for reading.
 * @throws {JournalError} foreign, unknown-version or damaged, with the byte offset.
 */
export async function readJournal(fd: number, path: string, sizeBytes: number): Promise<JournalContents> {
  if (sizeBytes === 0 || (await isTornHead(fd))) {
    return { earlier: undefined, soundBytes: 0, tornBytes: sizeBytes, crc: 0 };
  }
  await refuseForeign(fd, path);
  let earlier: EarlierRun | undefined;
  let crc = 0;
  const outcome = new OutcomeReader();
  const soundBytes = await eachLine(fd, sizeBytes, (bytes, start, end, offset) => {
    const next = checksumOf(bytes, start, end, crc);
    if (next < 0) return false;
    crc = next;
    const openEnd = endOfOpen(end);
    if (earlier !== undefined && outcome.read(bytes, start, openEnd)) {
      if (!earlier.take(outcome)) throw damaged(path, offset);
      return true;
    }
    const text = bytes.toString("latin1", start, openEnd);
    if (earlier !== undefined) {
      const planEnd = parsePlanEnd(text);
      if (planEnd === undefined) throw damaged(path, offset);
      earlier.planEnd ??= planEnd;
    } else {
      const header = parseHeader(text);
      if (header === undefined) throw damaged(path, offset);
      earlier = new EarlierRun(path, header, expectedOutcomes(sizeBytes));
    }
    return true;
  });
  if (earlier === undefined || (soundBytes < sizeBytes && !(await isTornTail(fd, soundBytes)))) {
    throw damaged(path, soundBytes);
  }
  return { earlier, soundBytes, tornBytes: sizeBytes - soundBytes, crc };
}

/** An outcome takes at least so many bytes; nearly all take a few more. */
const OUTCOME_BYTES = 120;
/** Room for so many is not missed, should the size of the file mislead. */
const MOST_EXPECTED = 1 << 22;

/** Making room at once spares the index from growing, which takes time and, for a while, half as much memory again. */
function expectedOutcomes(sizeBytes: number): number {
  return Math.min(MOST_EXPECTED, Math.floor(sizeBytes / OUTCOME_BYTES));
}

/** A file of somebody else's, or of a version that we do not know, is none of our business to judge further. */
async function refuseForeign(fd: number, path: string): Promise<void> {
  const head = Buffer.alloc(MAGIC.length + 20);
  const { bytesRead } = await readInto(fd, head, 0, head.length, 0);
  const text = head.toString("latin1", 0, bytesRead);
  if (!text.startsWith(MAGIC)) {
    throw new JournalError(
      "foreign",
      `cannot use journal ${path}: it is no journal of chatx`,
      "name another file; this one is left as it is",
    );
  }
  const version = /^\d+(?=,)/.exec(text.slice(MAGIC.length))?.[0];
  if (version === String(VERSION)) return;
  throw new JournalError(
    "unknown-version",
    `cannot use journal ${path}: its version is ${version ?? "not readable"}, and this chatx knows version ${VERSION}`,
    "resume with the chatx that wrote it",
  );
}

function damaged(path: string, offset: number): JournalError {
  return new JournalError(
    "damaged",
    `journal ${path} is damaged at byte ${offset}: the line there is not what was written`,
    offset === 0
      ? "find out what changed the file, and start with a new journal"
      : `the ${offset} bytes before it are sound; cut a copy there (truncate -s ${offset}) to send everything after it again`,
  );
}

type OnLine = (bytes: Buffer, start: number, end: number, offset: number) => boolean;

/** @returns Offset of the first line that was refused, has no end, or is too long; else the length of the file. */
async function eachLine(fd: number, sizeBytes: number, onLine: OnLine): Promise<number> {
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, sizeBytes) + MAX_LINE_BYTES + 1);
  let base = 0;
  let filled = 0;
  for (;;) {
    const { bytesRead } = await readInto(fd, buffer, filled, buffer.length - filled, base + filled);
    if (bytesRead === 0) return base;
    filled += bytesRead;
    const view = buffer.subarray(0, filled);
    let at = 0;
    for (let end = view.indexOf(NEWLINE); end >= 0; end = view.indexOf(NEWLINE, at)) {
      if (!onLine(view, at, end, base + at)) return base + at;
      at = end + 1;
    }
    if (filled - at > MAX_LINE_BYTES) return base + at;
    buffer.copyWithin(0, at, filled);
    base += at;
    filled -= at;
  }
}
