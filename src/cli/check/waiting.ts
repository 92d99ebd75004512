import type { Ora } from "ora";
import { type Io, wantsColor } from "../io.ts";

/** An answer that comes sooner needs no word about the waiting. */
const QUIET_MS = 1000;

/**
 * Runs something with a line on the terminal that says what is waited for, once it takes its time. Nothing is shown where
 * standard error is no terminal.
 */
export async function waitingFor<T>(
  what: string,
  io: Io,
  isQuiet: boolean,
  run: () => Promise<T>,
): Promise<T> {
  // On a terminal of no width ora would wrap its line for ever.
  const isShown =
    !isQuiet && io.stderrIsTerminal && (process.stderr.columns ?? 0) > 0 && wantsColor(io, true);
  if (!isShown) return run();
  let spinner: Ora | undefined;
  let isOver = false;
  const show = async () => {
    const { default: ora } = await import("ora");
    if (!isOver) spinner = ora({ text: what, stream: process.stderr }).start();
  };
  const timer = setTimeout(() => void show(), QUIET_MS);
  try {
    return await run();
  } finally {
    isOver = true;
    clearTimeout(timer);
    spinner?.stop();
  }
}
