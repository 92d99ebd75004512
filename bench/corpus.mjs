/**
 * Makes a corpus of invented chat payloads, the same bytes on every machine.
 *
 *     node bench/corpus.mjs --format smartsupp --shape jsonl --size 50MB --seed 1 --out FILE
 *
 * Without --out, or with `--out -`, it goes to standard output. What it holds is printed to standard error.
 */
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { pourCorpus, writeCorpus } from "./corpus/file.mjs";
import { corpusKinds, parseSize } from "./corpus/generate.mjs";

export { corpusFile, pourCorpus, writeCorpus } from "./corpus/file.mjs";
export { corpusChunks, corpusKinds, parseSize } from "./corpus/generate.mjs";

async function main() {
  const { values } = parseArgs({
    options: {
      format: { type: "string", default: "smartsupp" },
      shape: { type: "string", default: "jsonl" },
      size: { type: "string", default: "50MB" },
      seed: { type: "string", default: "1" },
      out: { type: "string", default: "-" },
      list: { type: "boolean", default: false },
    },
  });
  if (values.list) {
    for (const { format, shape } of corpusKinds) console.log(`${format} ${shape}`);
    return;
  }
  const options = {
    format: values.format,
    shape: values.shape,
    sizeBytes: parseSize(values.size),
    seed: Number(values.seed),
  };
  const totals =
    values.out === "-" ? await pourCorpus(options, process.stdout) : await writeCorpus(options, values.out);
  console.error(`${totals.bytes} bytes, ${totals.records} records, ${totals.conversations} conversations`);
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  await main();
