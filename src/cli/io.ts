import type { FdWriter } from "./write-bytes.ts";

/** All that a command touches of the process it runs in. */
export interface Io {
  /** Results. */
  readonly stdout: FdWriter;
  /** Everything else. */
  readonly stderr: FdWriter;
  readonly stdinIsTerminal: boolean;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP, with an `Interrupted` as its reason. */
  readonly signal: AbortSignal;
}

/** Whether colours are wanted: never for files and pipes, nor where the user or the terminal says no. */
export function wantsColor(io: Io, isTerminal: boolean): boolean {
  if (io.env.NO_COLOR !== undefined && io.env.NO_COLOR !== "") return false;
  if (io.env.FORCE_COLOR !== undefined && io.env.FORCE_COLOR !== "0") return true;
  return isTerminal && io.env.TERM !== "dumb";
}
