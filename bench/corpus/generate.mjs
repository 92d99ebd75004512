import { ferndeskUnit } from "./ferndesk.mjs";
import { randomOfUnit } from "./random.mjs";
import { shapes } from "./shapes.mjs";
import { smartsuppUnit } from "./smartsupp.mjs";
import { smartsuppEventUnit } from "./smartsupp-event.mjs";
import { userlikeUnit } from "./userlike.mjs";
import { userlikeLegacyUnit } from "./userlike-legacy.mjs";

/**
 * What belongs together and is written whole: one conversation, or a few whose events are mixed.
 *
 * @typedef {{ records: string[], conversations: number }} Unit
 */

/** @type {Readonly<Record<string, (random: import("./random.mjs").Random, index: number) => Unit>>} */
const units = {
  smartsupp: smartsuppUnit,
  "smartsupp-event": smartsuppEventUnit,
  userlike: userlikeUnit,
  "userlike-legacy": userlikeLegacyUnit,
  ferndesk: ferndeskUnit,
};

/** Every pair of format and shape that makes sense. */
export const corpusKinds = Object.keys(units).flatMap((format) =>
  Object.keys(shapes)
    .filter((shape) => shape !== "document" || format === "ferndesk")
    .map((shape) => ({ format, shape })),
);

/**
 * @typedef {object} CorpusOptions
 * @property {string} format
 * @property {string} shape
 * @property {number} sizeBytes
 * @property {number} seed
 */

/**
 * What a corpus holds. `conversations` is the number that a conversion to Ferndesk writes.
 *
 * @typedef {{ bytes: number, records: number, conversations: number }} CorpusTotals
 */

const CHUNK_BYTES = 256 * 1024;

/**
 * Makes a corpus piece by piece; memory does not grow with its size. It is as large as fits into `sizeBytes` without
 * cutting a unit, and holds one unit at least. The same options give the same bytes everywhere.
 *
 * @param {CorpusOptions} options
 * @returns {Generator<Buffer, CorpusTotals, void>}
 * @throws {RangeError} For an unknown format or shape, or a pair of them that does not exist.
 */
export function* corpusChunks({ format, shape, sizeBytes, seed }) {
  const { unit, layout } = kindOf(format, shape);
  const totals = { bytes: layout.open.length, records: 0, conversations: 0 };
  let pending = [Buffer.from(layout.open)];
  let pendingBytes = layout.open.length;
  for (let index = 0; ; index++) {
    const { records, conversations } = unit(randomOfUnit(seed, index), index);
    const text = Buffer.from(unitText(layout, records, totals.records));
    const isTooMuch = totals.bytes + text.length + layout.close.length > sizeBytes;
    if (isTooMuch && index > 0) break;
    pending.push(text);
    pendingBytes += text.length;
    totals.bytes += text.length;
    totals.records += records.length;
    totals.conversations += conversations;
    if (pendingBytes >= CHUNK_BYTES) {
      yield Buffer.concat(pending);
      pending = [];
      pendingBytes = 0;
    }
  }
  pending.push(Buffer.from(layout.close));
  totals.bytes += layout.close.length;
  yield Buffer.concat(pending);
  return totals;
}

/**
 * @param {string} format
 * @param {string} shape
 */
function kindOf(format, shape) {
  if (!corpusKinds.some((kind) => kind.format === format && kind.shape === shape)) {
    const known = corpusKinds.map((kind) => `${kind.format} ${kind.shape}`).join(", ");
    throw new RangeError(`no corpus "${format} ${shape}"; there are: ${known}`);
  }
  const unit = /** @type {NonNullable<(typeof units)[string]>} */ (units[format]);
  const layout = /** @type {import("./shapes.mjs").Shape} */ (shapes[shape]);
  return { unit, layout };
}

/**
 * @param {import("./shapes.mjs").Shape} layout
 * @param {readonly string[]} records
 * @param {number} before How many records stand before these.
 */
function unitText(layout, records, before) {
  const wrapped = records.map((record, index) => layout.wrap(record, before + index));
  return (before > 0 ? layout.separator : "") + wrapped.join(layout.separator);
}

/**
 * @param {string} text Bytes, or a number with KB, MB or GB (powers of 1,000).
 * @returns {number}
 * @throws {RangeError} For anything else.
 */
export function parseSize(text) {
  const match = /^(\d+(?:\.\d+)?)(|KB|MB|GB)$/.exec(text);
  if (match === null) throw new RangeError(`"${text}" is no size; write 50MB or 2GB`);
  const factor = { "": 1, KB: 1e3, MB: 1e6, GB: 1e9 }[/** @type {"" | "KB" | "MB" | "GB"} */ (match[2])];
  return Math.round(Number(match[1]) * factor);
}
