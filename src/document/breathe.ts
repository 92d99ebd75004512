import { setImmediate } from "node:timers/promises";

/** A long report takes seconds; in between the process must see signals and the like. */
const LONGEST_MS = 50;

/** Gives what is to be called now and then in a long loop: it lets others work when that has been long ago. */
export function breather(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < LONGEST_MS) return;
    await setImmediate();
    last = performance.now();
  };
}
