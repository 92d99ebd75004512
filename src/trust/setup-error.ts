/** A replay that cannot begin as it was asked for: wrong options, an unusable certificate, key or secret. Exit code 2. */
export class SetupError extends Error {
  /** What to do about it. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = "SetupError";
    this.hint = hint;
  }
}
