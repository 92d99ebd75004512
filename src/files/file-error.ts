export type FileErrorKind =
  /** A system call failed: full disk, no permission, device error. */
  | "unwritable"
  /** A symbolic link, folder, pipe or device, or another user's file. */
  | "not-a-private-file"
  /** A folder in which anybody may put another file in this one's place. */
  | "unsafe-folder"
  /** Another process works with the file, or changed it while we did. */
  | "in-use";

/** Why a file of ours cannot be used. */
export class FileError extends Error {
  /** A `FileErrorKind`, or what the room that owns the file has beyond those. */
  readonly kind: string;
  /** 2 where the command asked for the wrong thing and nothing was started; 4 where the file cannot be used. */
  readonly exitCode: 2 | 4;
  /** One thing to do about it. */
  readonly hint: string | undefined;

  constructor(kind: string, message: string, hint?: string, options?: ErrorOptions & { exitCode?: 2 | 4 }) {
    super(message, options);
    this.name = "FileError";
    this.kind = kind;
    this.exitCode = options?.exitCode ?? 4;
    this.hint = hint;
  }
}

/** Wraps a failed system call. @param what  "journal run.jsonl", as it is shown. */
export function unwritable(what: string, cause: unknown): FileError {
  if (cause instanceof FileError) return cause;
  return new FileError("unwritable", `cannot write ${what}: ${reasonOf(cause)}`, undefined, { cause });
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
