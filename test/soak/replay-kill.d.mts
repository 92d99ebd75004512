export interface KilledRuns {
  /** Lives that were ended by a kill. */
  readonly kills: number;
  /** Messages that arrived once more because they were under way at a kill. */
  readonly repeated: number;
  /** What must not be; empty when all is well. */
  readonly faults: readonly string[];
}

/** Kills the built command at random moments of a replay of so many messages, and resumes it each time. */
export function killAtRandom(options: {
  readonly folder: string;
  readonly messages: number;
  readonly kills: number;
  readonly seed: number;
}): Promise<KilledRuns>;

/** One replay that is killed at the n-th journal write of its n-th life. */
export function killInTurn(options: {
  readonly folder: string;
  readonly messages: number;
}): Promise<KilledRuns>;

/** The journal of a finished replay, cut at every `every`-th byte of its last lines and resumed. */
export function cutJournal(options: {
  readonly folder: string;
  readonly messages: number;
  readonly lines?: number;
  readonly every?: number;
}): Promise<Omit<KilledRuns, "kills"> & { readonly cuts: number }>;
