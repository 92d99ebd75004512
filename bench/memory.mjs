/**
 * Whether memory stays flat: peak resident memory of converting a 100 MB and a 1 GB array of Smartsupp payloads.
 *
 *     node bench/memory.mjs [--quick]
 */
import { corpusFile, parseSize } from "./corpus.mjs";
import { isMain, isQuick } from "./measure/main.mjs";
import { finish } from "./measure/report.mjs";
import { chatx, demandBuild, peakOf } from "./measure/run.mjs";

const SIZES = /** @type {const} */ (["100MB", "1GB"]);
const QUICK_SIZES = /** @type {const} */ (["2MB", "20MB"]);

/**
 * @param {{ quick: boolean }} options
 * @returns {Promise<import("./measure/report.mjs").Row[]>}
 */
export async function measureMemory({ quick }) {
  const [small, large] = quick ? QUICK_SIZES : SIZES;
  const [smallPeak, largePeak] = [await peakOfArray(small), await peakOfArray(large)];
  return [
    {
      figure: `peak memory of convert, ${small} array`,
      value: smallPeak.peakBytes / 1e6,
      unit: "MB",
      note: smallPeak.note,
    },
    {
      figure: `peak memory of convert, ${large} array`,
      value: largePeak.peakBytes / 1e6,
      unit: "MB",
      note: largePeak.note,
    },
    {
      floor: "arrayMemory",
      value: largePeak.peakBytes / smallPeak.peakBytes,
      ...(quick && { note: `${large} and ${small} instead` }),
      unjudged: quick,
    },
  ];
}

/** @param {string} size */
async function peakOfArray(size) {
  const { file, bytes } = await corpusFile({
    format: "smartsupp",
    shape: "array",
    sizeBytes: parseSize(size),
    seed: 3,
  });
  const { peakBytes, seconds } = peakOf([chatx, "convert", "--to", "ferndesk", "--jsonl", "--quiet", file]);
  return { peakBytes, note: `${seconds.toFixed(1)} s, ${(bytes / 1e6 / seconds).toFixed(0)} MB/s` };
}

if (isMain(import.meta.url)) {
  demandBuild();
  finish(await measureMemory({ quick: isQuick() }));
}
