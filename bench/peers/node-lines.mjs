/**
 * What Node needs at least for JSON Lines, as floors to compare with:
 *
 *     node bench/peers/node-lines.mjs parse           JSON.parse of each line, nothing written
 *     node bench/peers/node-lines.mjs parse-and-print  the same, and JSON.stringify of the whole value
 *
 * Standard input to standard output. Lines are cut on bytes, which is the fastest way known (readline is four
 * times slower); no mapping, no checks, no error reports.
 */
import { readSync, writeSync } from "node:fs";

const print = process.argv[2] === "parse-and-print";
const LINE_FEED = 10;
const chunk = Buffer.allocUnsafe(256 * 1024);

/** @type {Buffer} */
let rest = Buffer.alloc(0);
for (;;) {
  const length = readSync(0, chunk);
  if (length === 0) break;
  rest = lines(Buffer.concat([rest, chunk.subarray(0, length)]));
}
if (rest.length > 0) lines(Buffer.concat([rest, Buffer.from("\n")]));

/** Takes all whole lines and gives back what is left. @param {Buffer} bytes */
function lines(bytes) {
  let start = 0;
  let output = "";
  for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
    const value = JSON.parse(bytes.toString("utf8", start, end));
    if (print) output += `${JSON.stringify(value)}\n`;
    start = end + 1;
  }
  if (output !== "") writeAll(Buffer.from(output));
  return bytes.subarray(start);
}

/** @param {Buffer} bytes */
function writeAll(bytes) {
  for (let written = 0; written < bytes.length; ) written += writeSync(1, bytes, written);
}
