import { describe, expect, test } from "vitest";
import { expectSame, inChunks, type Run, randomFrom } from "./fast-oracle.ts";
import { mutants, pick } from "./hook-mutants.ts";

/** Batches of each lot; CHATX_BATCHES=120 makes a long run of it. */
const BATCHES = Number(process.env.CHATX_BATCHES ?? 8);

/** One batch: what came of its lines with the fast path, after it was held against the plain one. */
function runBatch(batch: number): Run {
  const random = randomFrom(1000 + batch);
  const text = mutants(random, batch);
  const longest = pick(random, [40, 700, 5000, 1e6]);
  const settings = { strict: random() < 0.1 };
  return expectSame(inChunks(Buffer.from(text, "latin1"), random, longest), { settings });
}

describe("thousands of damaged, odd and sound bodies give the same with the fast path and without", () => {
  test.each([0, 1, 2, 3])(
    "lot %i",
    (lot) => {
      const counts = { records: 0, fast: 0, plain: 0, rejected: 0, skipped: 0 };
      for (let batch = 0; batch < BATCHES; batch++) {
        const run = runBatch(lot * BATCHES + batch);
        for (const key of Object.keys(counts) as (keyof typeof counts)[]) counts[key] += run[key];
      }
      // Not vacuous: all ways were gone, each often.
      expect(counts.records).toBeGreaterThan(BATCHES * 180);
      expect(counts.fast).toBeGreaterThan(BATCHES * 50);
      expect(counts.plain).toBeGreaterThan(BATCHES * 15);
      expect(counts.rejected).toBeGreaterThan(BATCHES * 15);
      expect(counts.skipped).toBeGreaterThan(1);
    },
    600_000,
  );
});
