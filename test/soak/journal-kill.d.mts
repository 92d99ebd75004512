export interface KillResult {
  /** Runs that were killed before their end. */
  readonly kills: number;
  /** Kills after which the journal's last line was found torn. */
  readonly torn: number;
  /** Messages that were started again after a kill, though the journal had been asked to record them. */
  readonly repeated: number;
  /** What must not be; empty when all is well. */
  readonly faults: readonly string[];
}

/** Bundles the process that is to be killed. @returns Path of the program. */
export function bundleWorker(folder: string): Promise<string>;

/** Starts, kills and resumes a journaling process until it was killed `kills` times, with new journals as they get full. */
export function killRepeatedly(options: {
  readonly folder: string;
  readonly kills: number;
  readonly seed: number;
}): Promise<KillResult>;
