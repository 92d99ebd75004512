import { isatty } from "node:tty";
import { Interrupted } from "./exit-codes.ts";
import type { Io } from "./io.ts";
import { FdWriter } from "./write-bytes.ts";

const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * The real process. The first signal aborts `signal`, so that the command stops in good order; the second ends the
 * process at once.
 */
export function nodeIo(): Io {
  const abort = new AbortController();
  for (const name of SIGNALS) {
    process.on(name, () => {
      const reason = new Interrupted(name);
      if (abort.signal.aborted) process.exit(reason.exitCode);
      abort.abort(reason);
    });
  }
  return {
    stdout: new FdWriter(1, "standard output"),
    stderr: new FdWriter(2, "standard error"),
    stdinIsTerminal: isatty(0),
    stdoutIsTerminal: isatty(1),
    stderrIsTerminal: isatty(2),
    env: process.env,
    signal: abort.signal,
  };
}
