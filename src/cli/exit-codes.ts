import type { Finding } from "../diagnostics/finding.ts";

/** What a script can tell from the exit code; the README has the same table. */
export const ExitCode = {
  done: 0,
  invalid: 1,
  usage: 2,
  input: 3,
  output: 4,
  endpoint: 5,
  bug: 70,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Wrong usage or configuration; nothing was started. */
export class UsageError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** Wrong settings in a file, each fault with its place. */
export class ConfigFaults extends UsageError {
  readonly findings: readonly Finding[];

  constructor(message: string, findings: readonly Finding[]) {
    super(message);
    this.findings = findings;
  }
}

/** An output cannot be written. */
export class OutputError extends Error {
  constructor(path: string, cause: unknown) {
    super(`cannot write ${path}: ${reasonOf(cause)}`, { cause });
  }
}

/** The reader of our output has gone: no error, there is just nobody left to write for. */
export class ClosedPipe extends Error {}

/** A signal asked us to stop. */
export class Interrupted extends Error {
  readonly exitCode: ExitCode;

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
    this.exitCode = signal === "SIGINT" ? ExitCode.interrupted : ExitCode.terminated;
  }
}

/** What a person understands of a failed system call. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code;
  return (code === undefined ? undefined : REASONS.get(code)) ?? error.message;
}

const REASONS = new Map([
  ["ENOENT", "no such file or folder"],
  ["EACCES", "permission denied"],
  ["EPERM", "operation not permitted"],
  ["EISDIR", "it is a folder"],
  ["EEXIST", "it exists and is no folder"],
  ["ENOTDIR", "a part of the path is no folder"],
  ["ENOSPC", "no space left on the disk"],
  ["EDQUOT", "the disk quota is used up"],
  // EDQUOT on Linux, for which Node has no name.
  ["Unknown system error -122", "the disk quota is used up"],
  ["EFBIG", "the file would be larger than allowed"],
  ["EROFS", "the file system is read-only"],
  ["EIO", "the device reports an error"],
  ["EMFILE", "too many open files"],
  ["ELOOP", "too many symbolic links"],
  ["ENAMETOOLONG", "the name is too long"],
]);
