import { read } from "node:fs";
import { promisify } from "node:util";
import { MAX_LINE_BYTES, VERSION } from "./format.ts";
import { MAGIC } from "./recognise.ts";

const readInto = promisify(read);
const NEWLINE = 0x0a;
const CLOSE_BRACE = 0x7d;

/**
 * Whether what starts at `from`, the first line that is not sound, is what a write leaves that was cut short: the last
 * line of the file, begun and not ended, or zeros where a file system knew the length but not yet the contents, or both.
 *
 * Not torn: something follows it. Nor a line that goes on after its closing brace: no outcome has a brace but at its
 * end, so there a newline was damaged, and what looks like one broken last line holds a sound one.
 */
export async function isTornTail(fd: number, from: number): Promise<boolean> {
  const window = await windowAt(fd, from);
  const newline = window.indexOf(NEWLINE);
  if (newline >= 0) {
    return !goesOnAfterBrace(window.subarray(0, newline)) && (await isAllZeros(fd, from + newline + 1));
  }
  if (window.length <= MAX_LINE_BYTES) return !goesOnAfterBrace(window);
  const zeros = window.indexOf(0);
  return zeros >= 0 && !goesOnAfterBrace(window.subarray(0, zeros)) && (await isAllZeros(fd, from + zeros));
}

/** Whether the file is a header that was never written to its end, or nothing but zeros: then nothing was sent. */
export async function isTornHead(fd: number): Promise<boolean> {
  const window = await windowAt(fd, 0);
  const zeros = window.indexOf(0);
  const text = window.toString("latin1", 0, zeros < 0 ? window.length : zeros);
  if (text.includes("\n") || text.length > MAX_LINE_BYTES) return false;
  const start = `${MAGIC}${VERSION},`;
  if (!start.startsWith(text) && !text.startsWith(start)) return false;
  return isAllZeros(fd, text.length);
}

function goesOnAfterBrace(line: Buffer): boolean {
  const brace = line.indexOf(CLOSE_BRACE);
  return brace >= 0 && line.subarray(brace + 1).some((byte) => byte !== 0);
}

/** Up to one byte more than a line may have. */
async function windowAt(fd: number, from: number): Promise<Buffer> {
  const buffer = Buffer.alloc(MAX_LINE_BYTES + 1);
  let filled = 0;
  for (;;) {
    const { bytesRead } = await readInto(fd, buffer, filled, buffer.length - filled, from + filled);
    filled += bytesRead;
    if (bytesRead === 0 || filled === buffer.length) return buffer.subarray(0, filled);
  }
}

/** Whether only zeros follow, or nothing. */
async function isAllZeros(fd: number, from: number): Promise<boolean> {
  const buffer = Buffer.alloc(64 * 1024);
  for (let at = from; ; ) {
    const { bytesRead } = await readInto(fd, buffer, 0, buffer.length, at);
    if (bytesRead === 0) return true;
    if (buffer.subarray(0, bytesRead).some((byte) => byte !== 0)) return false;
    at += bytesRead;
  }
}
