import { randomBytes } from "node:crypto";
import { type DeadLetters, openDeadLetters, withDeadLetters } from "../../replay/dead-letter-file.ts";
import type { EarlierRun } from "../../replay/journal/earlier-run.ts";
import { failuresIn } from "../../replay/journal/failures.ts";
import type { FileJournal } from "../../replay/journal/file-journal.ts";
import { fingerprintOf } from "../../replay/journal/fingerprint.ts";
import { openJournal } from "../../replay/journal/journal.ts";
import { OwedLetters } from "../../replay/owed-letters.ts";
import type { Journal } from "../../replay/types.ts";
import type { Redactor } from "../../template/redact.ts";

export interface JournalWanted {
  readonly path?: string;
  readonly resume: boolean;
  readonly deadLetter?: string;
  readonly sameness: Readonly<Record<string, string>>;
  readonly redactor: Redactor;
  /** Headers whose templates name a secret. */
  readonly secretHeaders: readonly string[];
}

export interface Journals {
  /** What the run tells its outcomes. */
  readonly journal: Journal;
  /** The journal file, where there is one. */
  readonly file?: FileJournal;
  /** Of a resumed run, where what failed before has not all its dead letters in the file that is asked for. */
  readonly owed?: OwedLetters;
  /** How many dead letters of this run were written without their bodies. */
  readonly withoutBody?: { readonly letters: number };
}

/** Opens journal and dead letters. @throws {JournalError} With nothing changed. */
export async function openJournals(wanted: JournalWanted): Promise<Journals> {
  const { path, resume, deadLetter, sameness, redactor } = wanted;
  const file =
    path === undefined
      ? undefined
      : await openJournal({ path, mode: resume ? "resume" : "create", fingerprint: fingerprintOf(sameness) });
  const withFile = file === undefined ? {} : { file };
  if (deadLetter === undefined) return { journal: file ?? NO_JOURNAL, ...withFile };
  const withoutBody = { letters: 0 };
  try {
    const letters = await openDeadLetters({
      path: deadLetter,
      run: file?.run ?? randomBytes(16).toString("hex"),
      secretHeaders: wanted.secretHeaders,
      hasSecret: (text) => redactor.redact(text) !== text,
      onNoBody: () => {
        withoutBody.letters++;
      },
      ...(resume && file !== undefined
        ? { isFailed: (message) => file.finalState(message) === "failed" }
        : {}),
    });
    const owed = file?.earlier === undefined ? undefined : await owedLetters(path!, file.earlier, letters);
    return {
      journal: masked(withDeadLetters(file, letters), redactor),
      ...withFile,
      withoutBody,
      ...(owed === undefined ? {} : { owed }),
    };
  } catch (error) {
    await file?.close();
    throw error;
  }
}

async function owedLetters(
  path: string,
  { failed }: EarlierRun,
  letters: DeadLetters,
): Promise<OwedLetters | undefined> {
  if (failed <= letters.earlier.size) return undefined;
  const failures = await failuresIn(path, (sequence) => !letters.earlier.has(sequence));
  return new OwedLetters(failures, letters);
}

/** Reasons may hold what the endpoint said, and it may have said one of our secrets. */
function masked(journal: Journal, redactor: Redactor): Journal {
  return {
    finalState: (message) => journal.finalState(message),
    record: (outcome) =>
      journal.record(
        outcome.reason === undefined ? outcome : { ...outcome, reason: redactor.redact(outcome.reason) },
      ),
    close: () => journal.close(),
  };
}

/** Nothing was done before, and nothing is remembered. */
const NO_JOURNAL: Journal = {
  finalState: () => undefined,
  record: async () => undefined,
  close: async () => undefined,
};
