import { closeSync, openSync, readSync } from "node:fs";

const CHUNK_BYTES = 1024 * 1024;
const SHOWN_BYTES = 80;

/**
 * Compares two files byte for byte in little memory.
 *
 * @param {string} one
 * @param {string} other
 * @returns {string | undefined} Where they first differ, with the bytes around it; undefined for equal files.
 */
export function firstDifference(one, other) {
  const files = [openSync(one, "r"), openSync(other, "r")];
  try {
    for (let offset = 0; ; ) {
      const [a, b] = /** @type {[Buffer, Buffer]} */ (files.map((file) => chunkAt(file, offset)));
      if (a.length === 0 && b.length === 0) return undefined;
      if (!a.equals(b)) return describe(a, b, offset);
      offset += a.length;
    }
  } finally {
    for (const file of files) closeSync(file);
  }
}

/** @param {number} file @param {number} offset */
function chunkAt(file, offset) {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let length = 0;
  for (;;) {
    const read = readSync(file, chunk, length, CHUNK_BYTES - length, offset + length);
    length += read;
    if (read === 0 || length === CHUNK_BYTES) return chunk.subarray(0, length);
  }
}

/** @param {Buffer} a @param {Buffer} b @param {number} offset */
function describe(a, b, offset) {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const around = (/** @type {Buffer} */ bytes) =>
    JSON.stringify(bytes.toString("utf8", Math.max(0, at - SHOWN_BYTES), at + SHOWN_BYTES));
  return `at byte ${offset + at}: ${around(a)} against ${around(b)}`;
}
