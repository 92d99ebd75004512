import { fstatSync, writeSync } from "node:fs";
import { bugReport } from "./bug-report.ts";
import { ExitCode, Interrupted } from "./exit-codes.ts";
import { type Io, UnderWay } from "./io.ts";
import { removeTemporaries } from "./output-file.ts";
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
      if (abort.signal.aborted) endBy(name);
      else abort.abort(new Interrupted(name));
    });
  }
  // Without a listener a file size limit kills the process in mid-write; with one the write fails, and can be told.
  process.on("SIGXFSZ", () => undefined);
  process.on("uncaughtException", endAsBug);
  const stderr = new FdWriter(2, "standard error");
  stderr.makeOptional();
  return {
    stdout: new FdWriter(1, "standard output"),
    stderr,
    stdinIsTerminal: isTerminal(0),
    stdoutIsTerminal: isTerminal(1),
    stderrIsTerminal: isTerminal(2),
    env: process.env,
    signal: abort.signal,
    underWay: new UnderWay(),
  };
}

/**
 * Ends the process with the exit code of `main`, also when a read is under way that may never come back. All output
 * has been written by then.
 */
export function endProcess(code: number): void {
  removeTemporaries();
  process.exitCode = code;
  // One turn later, the request whose end brought us here counts as done.
  setImmediate(() => {
    // Node waits for its file-system threads, and one that opens a named pipe nobody serves waits for ever.
    const isStuck = process.getActiveResourcesInfo().some((name) => name.startsWith("FSReq"));
    if (!isStuck) process.exit(code);
    if (code === ExitCode.interrupted) endBy("SIGINT");
    if (code === ExitCode.terminated) endBy("SIGTERM");
  });
}

/** Dies of the signal itself, which a shell shows as the same exit code (130 or 143). */
function endBy(signal: NodeJS.Signals): void {
  removeTemporaries();
  const deadly = signal === "SIGHUP" ? "SIGTERM" : signal;
  process.removeAllListeners(deadly);
  process.kill(process.pid, deadly);
}

/** What nobody caught. Node would print it with its stack, and that may hold payload text. */
function endAsBug(error: unknown): void {
  removeTemporaries();
  try {
    writeSync(2, bugReport(error, process.env));
  } catch {
    // Nobody is left to be told; the exit code still says it.
  }
  process.exit(ExitCode.bug);
}

/** Major number of /dev/null and its like on Linux. */
const MEMORY_DEVICES = 1;

/** Loading node:tty takes longer than all else here, and only a character device can be a terminal. */
function isTerminal(fd: number): boolean {
  try {
    const stats = fstatSync(fd);
    const isMemoryDevice = stats.rdev >> 8 === MEMORY_DEVICES;
    if (!stats.isCharacterDevice() || isMemoryDevice) return false;
    return process.getBuiltinModule("node:tty").isatty(fd);
  } catch {
    return false;
  }
}
