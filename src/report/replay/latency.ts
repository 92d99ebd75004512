/** 16 buckets an octave: a percentile is at most 4.5 % above the true one. */
const PER_OCTAVE = 16;
const LEAST_MS = 1 / 16;
const OCTAVES = 28;

/** How long answers took, counted in buckets of growing width: flat memory, however many there are. */
export class Latencies {
  private readonly counts = new Uint32Array(PER_OCTAVE * OCTAVES + 1);
  private greatest = 0;
  private total = 0;

  add(durationMs: number): void {
    const ms = Number.isFinite(durationMs) ? Math.max(0, durationMs) : 0;
    this.counts[bucketOf(ms)]!++;
    this.total++;
    this.greatest = Math.max(this.greatest, ms);
  }

  get count(): number {
    return this.total;
  }

  get greatestMs(): number {
    return this.greatest;
  }

  /**
   * @param fraction  0.5 for the median.
   * @returns Milliseconds that this share of the answers took no longer than; undefined without answers.
   */
  percentileMs(fraction: number): number | undefined {
    if (this.total === 0) return undefined;
    let left = Math.max(1, Math.ceil(this.total * fraction));
    for (let bucket = 0; bucket < this.counts.length; bucket++) {
      left -= this.counts[bucket]!;
      if (left <= 0) return Math.min(this.greatest, topOf(bucket));
    }
    return this.greatest;
  }

  /** Counts by steps of 1, 2, 5, 10 …, from the first that holds anything to the last. `toMs` is the upper edge. */
  steps(): { readonly fromMs: number; readonly toMs: number; readonly count: number }[] {
    const steps = EDGES.map((toMs, at) => ({ fromMs: at === 0 ? 0 : EDGES[at - 1]!, toMs, count: 0 }));
    for (const [bucket, count] of this.counts.entries()) {
      if (count === 0) continue;
      const middle = topOf(bucket) * 2 ** (-0.5 / PER_OCTAVE);
      const step = steps.find(({ toMs }) => middle < toMs) ?? steps.at(-1)!;
      step.count += count;
    }
    const first = steps.findIndex(({ count }) => count > 0);
    return first < 0 ? [] : steps.slice(first, steps.findLastIndex(({ count }) => count > 0) + 1);
  }
}

const EDGES = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000].flatMap((ten) => [ten, 2 * ten, 5 * ten]);

function bucketOf(ms: number): number {
  if (ms <= LEAST_MS) return 0;
  return Math.min(PER_OCTAVE * OCTAVES, Math.ceil(Math.log2(ms / LEAST_MS) * PER_OCTAVE));
}

function topOf(bucket: number): number {
  return LEAST_MS * 2 ** (bucket / PER_OCTAVE);
}
