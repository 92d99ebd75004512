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
  /** What a signal lets end before the time for stopping in good order begins to count. */
  readonly underWay: UnderWay;
}

/** Work that must not be broken off by the first signal, such as requests that have left. */
export class UnderWay {
  private readonly works = new Set<() => Promise<unknown>>();

  /** @param ended  Called after a signal; resolves when the work has come to its end, which must not be far. */
  add(ended: () => Promise<unknown>): void {
    this.works.add(ended);
  }

  async allEnded(): Promise<void> {
    await Promise.allSettled([...this.works].map((ended) => ended()));
  }
}

/** Whether colours are wanted: never for files and pipes, nor where the user or the terminal says no. */
export function wantsColor(io: Io, isTerminal: boolean): boolean {
  if (io.env.NO_COLOR !== undefined && io.env.NO_COLOR !== "") return false;
  if (io.env.FORCE_COLOR !== undefined && io.env.FORCE_COLOR !== "0") return true;
  return isTerminal && io.env.TERM !== "dumb";
}
