import { ftruncate, read, write } from "node:fs";
import { promisify } from "node:util";
import { FileError } from "../../files/file-error.ts";
import { parseJson } from "../../json/parse.ts";
import { decodeUtf8 } from "../../json/text.ts";

const readInto = promisify(read);
const truncate = promisify(ftruncate);
const writeTo = promisify(write);

const NEWLINE = 0x0a;
const PIECE_BYTES = 64 * 1024;
/** A longer last line was never one of ours. */
const LONGEST_LINE_BYTES = 512 * 1024 * 1024;
/** How every capture record begins. */
const BEGINNING = '{"method":';

/**
 * Makes a capture file ready to be appended to. A last line without its end is what a kill or a power cut left of a
 * record that nobody was told to be stored: it is cut off. One that is a whole record and lacks the newline only gets
 * it, since an editor may have taken that away.
 *
 * @returns The length from here on, and how many bytes were cut off.
 * @throws {FileError} For a file that holds something else; nothing is changed then.
 */
export async function mendTail(
  fd: number,
  sizeBytes: number,
  what: string,
): Promise<{ readonly sizeBytes: number; readonly cutBytes: number }> {
  if (sizeBytes === 0) return { sizeBytes, cutBytes: 0 };
  await refuseForeign(fd, sizeBytes, what);
  const end = await lastLineEnd(fd, sizeBytes);
  if (end === sizeBytes) return { sizeBytes, cutBytes: 0 };
  if (sizeBytes - end > LONGEST_LINE_BYTES) throw foreign(what);
  if (await isWholeRecord(fd, end, sizeBytes)) {
    await writeTo(fd, "\n");
    return { sizeBytes: sizeBytes + 1, cutBytes: 0 };
  }
  await truncate(fd, end);
  return { sizeBytes: end, cutBytes: sizeBytes - end };
}

async function refuseForeign(fd: number, sizeBytes: number, what: string): Promise<void> {
  const head = await bytesAt(fd, 0, Math.min(sizeBytes, BEGINNING.length));
  const text = head.toString("latin1");
  // What was cut off in its first bytes, or known by its length only, is as good as empty.
  if (BEGINNING.startsWith(text.replace(/\0+$/, ""))) return;
  throw foreign(what);
}

function foreign(what: string): FileError {
  return new FileError(
    "foreign",
    `cannot use ${what}: what is in it are no capture records`,
    "name a new file, or one that chatx capture wrote",
  );
}

/** Offset behind the last newline; 0 where there is none. */
async function lastLineEnd(fd: number, sizeBytes: number): Promise<number> {
  for (let end = sizeBytes; end > 0; ) {
    const start = Math.max(0, end - PIECE_BYTES);
    const at = (await bytesAt(fd, start, end - start)).lastIndexOf(NEWLINE);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}

async function isWholeRecord(fd: number, start: number, end: number): Promise<boolean> {
  const text = decodeUtf8(await bytesAt(fd, start, end - start));
  return (text?.startsWith(BEGINNING) ?? false) && parseJson(text!).ok;
}

async function bytesAt(fd: number, start: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await readInto(fd, buffer, filled, length - filled, start + filled);
    if (bytesRead === 0) return buffer.subarray(0, filled);
    filled += bytesRead;
  }
  return buffer;
}
