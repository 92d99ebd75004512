import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { corpusChunks } from "./generate.mjs";
import { shapes } from "./shapes.mjs";

/** @typedef {import("./generate.mjs").CorpusOptions} CorpusOptions */
/** @typedef {import("./generate.mjs").CorpusTotals} CorpusTotals */

const HERE = dirname(fileURLToPath(import.meta.url));
const CORPUS_FOLDER = join(HERE, "..", ".corpus");

/**
 * Writes a corpus to a stream, waiting whenever its buffer is full. The stream is left open.
 *
 * @param {CorpusOptions} options
 * @param {import("node:stream").Writable} stream
 * @returns {Promise<CorpusTotals>}
 */
export async function pourCorpus(options, stream) {
  const chunks = corpusChunks(options);
  for (;;) {
    const next = chunks.next();
    if (next.done) return next.value;
    if (!stream.write(next.value)) await once(stream, "drain");
  }
}

/**
 * Writes a corpus to a file, by way of a temporary file: it is there whole or not at all.
 *
 * @param {CorpusOptions} options
 * @param {string} file
 */
export async function writeCorpus(options, file) {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.part`;
  const stream = createWriteStream(temporary);
  const totals = await pourCorpus(options, stream);
  stream.end();
  await once(stream, "finish");
  renameSync(temporary, file);
  return totals;
}

/**
 * The corpus as a file under bench/.corpus, made unless it is there already. Its name carries a hash of the
 * generator's sources: a changed generator never meets an old corpus.
 *
 * @param {CorpusOptions} options
 * @returns {Promise<CorpusTotals & { file: string }>}
 */
export async function corpusFile(options) {
  const { format, shape, sizeBytes, seed } = options;
  const extension = shapes[shape]?.extension ?? "json";
  const file = join(CORPUS_FOLDER, `${format}-${shape}-${sizeBytes}-${seed}-${generatorHash()}.${extension}`);
  const facts = `${file}.totals`;
  if (existsSync(file) && existsSync(facts)) return { file, ...JSON.parse(readFileSync(facts, "utf8")) };
  const totals = await writeCorpus(options, file);
  writeFileSync(facts, JSON.stringify(totals));
  return { file, ...totals };
}

function generatorHash() {
  const hash = createHash("sha256");
  for (const name of readdirSync(HERE).sort()) hash.update(readFileSync(join(HERE, name)));
  return hash.digest("hex").slice(0, 8);
}
