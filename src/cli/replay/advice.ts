import type { ReplaySummary } from "../../replay/types.ts";

export interface AdviceFacts {
  readonly journal?: string;
  readonly deadLetter?: string;
  /** Whether there is more input that was not read. */
  readonly isInputLeft: boolean;
  /** How many dead letters of this run were written without their bodies. */
  readonly lettersWithoutBody: number;
}

/** What to do about what is not delivered; nothing when all is. */
export function adviceOn(summary: ReplaySummary, facts: AdviceFacts): string[] {
  const { journal, isInputLeft } = facts;
  const open = summary.unknown + summary.held + summary.pending;
  const lines: string[] = [];
  if (isInputLeft) lines.push("the input was not read to its end");
  if (open > 0 || isInputLeft) {
    lines.push(
      journal === undefined
        ? "without --journal nothing remembers what was delivered: run again, everything is sent again under the same Idempotency-Keys"
        : `to resume: run the same command with --resume (journal ${journal})`,
    );
  }
  if (summary.failed > 0) lines.push(...adviceOnFailed(summary.failed, facts));
  return lines;
}

function adviceOnFailed(failed: number, { journal, deadLetter, lettersWithoutBody }: AdviceFacts): string[] {
  if (deadLetter === undefined) {
    return [
      journal === undefined
        ? "--dead-letter FILE keeps what fails for good, to be sent again"
        : "to keep what failed for good, to be sent again: run the same command with --resume and --dead-letter FILE",
    ];
  }
  const canBeSent = `dead letters: ${deadLetter}; when the cause is mended, send them with: chatx replay ${deadLetter} --url URL`;
  if (lettersWithoutBody === 0) return [canBeSent];
  const why =
    "written without the body, which held a secret or could not be made: replay the original input with the same templates instead, the Idempotency-Keys stay the same";
  if (lettersWithoutBody >= failed) return [`dead letters: ${deadLetter}, all of them ${why}`];
  return [canBeSent, `${lettersWithoutBody} of them ${lettersWithoutBody === 1 ? "was" : "were"} ${why}`];
}
