import type { DeadLetters } from "./dead-letter-file.ts";
import type { Failure } from "./journal/failures.ts";
import type { PlanKey } from "./journal/plan-digest.ts";
import type { PlannedMessage } from "./types.ts";

/** So many letters may wait for the disk: those that wait together are made durable together. */
const MOST_WAITING = 64;

/**
 * The dead letters of messages that earlier runs gave up without writing one: those runs had no dead-letter file, or
 * another. They are made as the messages come by again; what the journal does not keep, the reason, is not in them.
 */
export class OwedLetters {
  private readonly failures: Map<number, Failure>;
  private readonly letters: Pick<DeadLetters, "record">;
  private waiting: Promise<void>[] = [];

  /** @param failures  Of the messages without a letter, by sequence. */
  constructor(failures: Map<number, Failure>, letters: Pick<DeadLetters, "record">) {
    this.failures = failures;
    this.letters = letters;
  }

  isOwed({ sequence, identity }: PlanKey): boolean {
    return this.failures.get(sequence)?.identity === identity;
  }

  /**
   * Writes the letter of a message that is owed one.
   *
   * @returns Resolves when there is room for the next; the letter is on the disk when the file is closed.
   * @throws {JournalError}
   */
  async write(message: PlannedMessage): Promise<void> {
    const failure = this.failures.get(message.sequence)!;
    this.failures.delete(message.sequence);
    await message.prepare?.();
    const reason = "given up by an earlier run; journals keep no reasons";
    const written = this.letters.record({ ...failure, message, state: "failed", reason, elapsedMs: 0 });
    // A letter that fails is told of by those after it, or when the file is closed.
    written.catch(() => undefined);
    this.waiting.push(written);
    if (this.waiting.length >= MOST_WAITING) await Promise.all(this.waiting.splice(0));
  }
}
