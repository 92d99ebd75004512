/**
 * Why an input could not be read at all. Thrown while a source's chunks are read, so that one unreadable file
 * does not stop the others; only `stdin-is-terminal` is thrown before anything is read.
 */
export class InputError extends Error {
  /** unreadable, nothing-matched: exit code 3. stdin-is-terminal: wrong usage. */
  readonly kind: "unreadable" | "nothing-matched" | "stdin-is-terminal";
  /** The argument or file that is meant, as the user named it. */
  readonly input: string;

  constructor(kind: InputError["kind"], input: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "InputError";
    this.kind = kind;
    this.input = input;
  }
}

/** Wraps a failure of the file system: what failed, where, and what to do. */
export function unreadable(input: string, cause: unknown): InputError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return new InputError(
    "unreadable",
    input,
    `cannot read ${input}: ${REASONS.get(code) ?? reasonOf(cause)}`,
    { cause },
  );
}

const REASONS = new Map([
  ["ENOENT", "there is no such file or folder; check the spelling, or quote the pattern"],
  ["EACCES", "permission is denied; check who may read it"],
  ["EPERM", "permission is denied; check who may read it"],
  ["EISDIR", "it is a folder; name it as an argument instead"],
  ["EMFILE", "too many files are open; raise the limit (ulimit -n)"],
  ["ELOOP", "its symbolic links go in a circle; remove the loop"],
  ["ENOTDIR", "a part of its path is no folder; check the spelling"],
  ["EIO", "the device failed; copy the file from elsewhere"],
]);

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
