import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import type { Finding } from "../../src/diagnostics/finding.ts";
import { formatById } from "../../src/formats/registry.ts";
import { RecordSplitter } from "../../src/input/records.ts";
import type { InputRecord } from "../../src/input/types.ts";
import { Validator } from "../../src/validate/validator.ts";
import { inChunks, randomFrom } from "../convert/fast-oracle.ts";
import { mutants, pick } from "../convert/hook-mutants.ts";

/** Batches; CHATX_BATCHES=400 makes a long run of it. */
const BATCHES = Number(process.env.CHATX_BATCHES ?? 8);

interface Judgement {
  readonly findings: Finding[];
  readonly counts: { valid: number; invalid: number; skipped: number };
  /** Records that were judged by their bytes. */
  readonly atAGlance: number;
}

function judged(
  chunks: readonly Uint8Array[],
  settings: { readonly strict: boolean; readonly format?: string },
  isQuick: boolean,
): Judgement {
  const format = settings.format === undefined ? undefined : formatById(settings.format);
  const validator = new Validator({ ...settings, ...(format && { format }) } as ConstructorParameters<
    typeof Validator
  >[0]);
  const findings: Finding[] = [];
  const counts = { valid: 0, invalid: 0, skipped: 0 };
  let atAGlance = 0;
  const probe = isQuick
    ? validator.probe(() => {
        atAGlance++;
        counts.valid++;
      })
    : undefined;
  const splitter = new RecordSplitter("test.json", { maxRecordBytes: 1 << 20, ...(probe && { probe }) });
  const take = (records: Iterable<InputRecord>) => {
    for (const record of records) {
      const { findings: found, verdict } = validator.record(record);
      findings.push(...found);
      counts[verdict.verdict]++;
    }
  };
  for (const chunk of chunks) take(splitter.push(chunk));
  take(splitter.end());
  return { findings, counts, atAGlance };
}

test("bodies judged by their bytes get the verdicts and findings of the schema and the rules", () => {
  const totals = { atAGlance: 0, valid: 0, invalid: 0, findings: 0 };
  for (let batch = 0; batch < BATCHES; batch++) {
    const random = randomFrom(7000 + batch);
    const text = mutants(random, batch);
    const once = inChunks(Buffer.from(text, "latin1"), random, pick(random, [40, 700, 5000, 1e6]));
    // The second time over, every conversation that had no fault is a repeat.
    const chunks = random() < 0.2 ? [...once, Buffer.from("\n"), ...once] : once;
    const format = pick(random, [undefined, undefined, "smartsupp", "userlike"]);
    const settings = { strict: random() < 0.2, ...(format && { format }) };
    const [quick, plain] = [judged(chunks, settings, true), judged(chunks, settings, false)];
    // Much faster than `toEqual`, which tells the difference where there is one.
    if (!isDeepStrictEqual(quick.findings, plain.findings)) expect(quick.findings).toEqual(plain.findings);
    expect(quick.counts).toEqual(plain.counts);
    totals.atAGlance += quick.atAGlance;
    totals.valid += plain.counts.valid;
    totals.invalid += plain.counts.invalid;
    totals.findings += plain.findings.length;
  }
  expect(totals.atAGlance).toBeGreaterThan(BATCHES * 10);
  expect(totals.valid).toBeGreaterThan(totals.atAGlance);
  expect(totals.invalid).toBeGreaterThan(BATCHES * 20);
  expect(totals.findings).toBeGreaterThan(totals.invalid);
});
