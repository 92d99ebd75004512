export type JournalErrorKind =
  /** A system call failed: full disk, no permission, device error. */
  | "unwritable"
  /** A symbolic link, folder, pipe or device, or another user's file. */
  | "not-a-private-file"
  /** A folder in which anybody may put another file in this one's place. */
  | "unsafe-folder"
  /** Another process works with the file, or changed it while we did. */
  | "in-use"
  /** The file is something else; it is left as it is. */
  | "foreign"
  | "unknown-version"
  /** A line before the last one is not what was written. */
  | "damaged"
  /** There is a journal already, and no resume was asked for. */
  | "exists"
  | "missing"
  /** Target, templates or options are not those of the journal. */
  | "other-run"
  /** The inputs do not give the messages that the journal knows. */
  | "inputs-changed";

const WRONG_USAGE: ReadonlySet<JournalErrorKind> = new Set([
  "exists",
  "missing",
  "other-run",
  "inputs-changed",
]);

/** Why a journal or dead-letter file cannot be used. Nothing may be sent after it: it could not be remembered. */
export class JournalError extends Error {
  readonly kind: JournalErrorKind;
  /** 2 where the command asked for the wrong thing and nothing was started; 4 where the file cannot be used. */
  readonly exitCode: 2 | 4;
  /** One thing to do about it. */
  readonly hint: string | undefined;

  constructor(kind: JournalErrorKind, message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "JournalError";
    this.kind = kind;
    this.exitCode = WRONG_USAGE.has(kind) ? 2 : 4;
    this.hint = hint;
  }
}

/** Wraps a failed system call. @param what  "journal run.jsonl", as it is shown. */
export function unwritable(what: string, cause: unknown): JournalError {
  if (cause instanceof JournalError) return cause;
  return new JournalError("unwritable", `cannot write ${what}: ${reasonOf(cause)}`, undefined, { cause });
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return REASONS.get(String((cause as NodeJS.ErrnoException).code)) ?? cause.message;
}

const REASONS = new Map([
  ["ENOENT", "no such folder"],
  ["ENOTDIR", "a part of the path is no folder"],
  ["EACCES", "permission denied"],
  ["EPERM", "operation not permitted"],
  ["ENOSPC", "no space left on the disk"],
  ["EDQUOT", "the disk quota is used up"],
  ["EFBIG", "the file would be larger than allowed"],
  ["EROFS", "the file system is read-only"],
  ["EIO", "the device reports an error"],
  ["EMFILE", "too many open files"],
  ["ENAMETOOLONG", "the name is too long"],
]);
