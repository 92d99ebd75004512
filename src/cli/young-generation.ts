/**
 * V8's memory for young objects, which it lets grow with what a run allocates. What a record leaves behind is gone with
 * the next, so in a long run it need not grow.
 */
export class YoungGeneration {
  private calls = 0;

  /**
   * Call it after every chunk of input. A run of one chunk is left alone: code that was compiled in earlier runs is
   * only taken with the flags it was made with.
   */
  keepSmall(): void {
    if (++this.calls === FIRST_OF_LONG_RUN) setGrowth(1);
  }

  /** Sets the flag back, so that this run's code can be taken by others. */
  release(): void {
    if (this.calls >= FIRST_OF_LONG_RUN) setGrowth(DEFAULT_GROWTH);
  }
}

const FIRST_OF_LONG_RUN = 2;
const DEFAULT_GROWTH = 2;

function setGrowth(factor: number): void {
  process.getBuiltinModule("node:v8").setFlagsFromString(`--semi-space-growth-factor=${factor}`);
}
