import type { ChildProcess } from "node:child_process";
import type { Agent } from "node:http";

/** A server of its own process that listens. */
export interface RunningCapture {
  readonly child: ChildProcess;
  /** Without a slash at the end. */
  readonly url: string;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Standard output and standard error so far. */
  output(): string;
  problems(): string;
}

/** Starts the built command with these arguments and waits for its ready line. */
export function startServer(args: readonly string[]): Promise<RunningCapture>;

/** Starts `chatx capture`, by default on a free port. */
export function startCapture(args: readonly string[], port?: number): Promise<RunningCapture>;

/** Posts a body; the status, or undefined where the connection ended before an answer. */
export function post(
  agent: Agent,
  url: string,
  body: string | Uint8Array,
  headers?: Readonly<Record<string, string>>,
): Promise<number | undefined>;

export interface CaptureKillResult {
  readonly kills: number;
  /** Bodies whose client saw a 2xx, and bodies found in the files. */
  readonly acknowledged: number;
  readonly stored: number;
  /** Starts that found a half-written line. */
  readonly cut: number;
  /** What must not be; empty when all is well. */
  readonly faults: readonly string[];
}

/** Starts, fills and kills a capture server `kills` times on the same folder. */
export function killRepeatedly(options: {
  readonly folder: string;
  readonly kills: number;
  readonly seed: number;
}): Promise<CaptureKillResult>;
