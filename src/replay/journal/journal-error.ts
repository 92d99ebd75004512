import { FileError, type FileErrorKind } from "../../files/file-error.ts";

type JournalErrorKind =
  | FileErrorKind
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
export class JournalError extends FileError {
  constructor(kind: JournalErrorKind, message: string, hint?: string) {
    super(kind, message, hint, { exitCode: WRONG_USAGE.has(kind) ? 2 : 4 });
    this.name = "JournalError";
  }
}
