import { close } from "node:fs";
import { promisify } from "node:util";
import { unwritable } from "../files/file-error.ts";
import { type FileCalls, GroupWriter } from "../files/group-writer.ts";
import { type Lock, lockFile } from "../files/lock.ts";
import { openPrivate, type PrivateFile, tighten } from "../files/private-file.ts";
import { type DeadLetterOptions, deadLetterLine } from "./dead-letter.ts";
import { keepConfirmed } from "./dead-letter-repair.ts";
import { JournalError } from "./journal/journal-error.ts";
import type { Journal, MessageOutcome, PlannedMessage } from "./types.ts";

const closeFd = promisify(close);

export interface DeadLetterFileOptions extends DeadLetterOptions {
  readonly path: string;
  /**
   * For a resumed run: whether the journal calls a message failed. A letter that it does not confirm is taken out, as
   * its message is sent again. Absent: the file must be missing or empty.
   */
  readonly isFailed?: (message: Pick<PlannedMessage, "sequence" | "identity">) => boolean;
  readonly calls?: FileCalls;
}

/** Where what failed for good is kept. Letters that come together are written and made durable together. */
export interface DeadLetters {
  /** Sequences of the messages whose letters stood in the file when it was opened. */
  readonly earlier: ReadonlySet<number>;
  /** Resolves when the letter is on the disk (fdatasync). @throws {JournalError} */
  record(outcome: MessageOutcome): Promise<void>;
  /** @throws {JournalError} */
  close(): Promise<void>;
}

/** Opens or creates (mode 0600) and locks a dead-letter file. @throws {JournalError} When it cannot or must not be used. */
export async function openDeadLetters(options: DeadLetterFileOptions): Promise<DeadLetters> {
  const { path } = options;
  const what = `dead-letter file ${path}`;
  const lock = await lockFile(path, what);
  const earlier = new Set<number>();
  let file: PrivateFile | undefined;
  try {
    file = await openPrivate(path, what);
    if (file.sizeBytes > 0 && (await isExchanged(file.fd, what, options, earlier))) {
      await closeFd(file.fd);
      file = undefined;
      file = await openPrivate(path, what);
    }
    await tighten(file.fd);
    return new DeadLetterFile(options, what, file, lock, earlier);
  } catch (error) {
    if (file !== undefined) await closeFd(file.fd);
    await lock.release();
    throw unwritable(what, error);
  }
}

async function isExchanged(
  fd: number,
  what: string,
  options: DeadLetterFileOptions,
  earlier: Set<number>,
): Promise<boolean> {
  const { isFailed, path, run } = options;
  if (isFailed !== undefined) {
    return keepConfirmed(fd, { path, what, run, isFailed, onKept: (sequence) => earlier.add(sequence) });
  }
  throw new JournalError(
    "exists",
    `${what} holds something already`,
    "name a new file, or add --resume to go on with the run that wrote it",
  );
}

class DeadLetterFile implements DeadLetters {
  readonly earlier: ReadonlySet<number>;
  private readonly options: DeadLetterFileOptions;
  private readonly fd: number;
  private readonly lock: Lock;
  private readonly writer: GroupWriter;
  private closing: Promise<void> | undefined;

  constructor(
    options: DeadLetterFileOptions,
    what: string,
    file: PrivateFile,
    lock: Lock,
    earlier: ReadonlySet<number>,
  ) {
    this.options = options;
    this.earlier = earlier;
    this.fd = file.fd;
    this.lock = lock;
    this.writer = new GroupWriter({
      fd: file.fd,
      path: options.path,
      place: file.place,
      what,
      sizeBytes: file.sizeBytes,
      isEachSynced: true,
      ...(options.calls === undefined ? {} : { calls: options.calls }),
    });
  }

  record(outcome: MessageOutcome): Promise<void> {
    return this.writer.append(deadLetterLine(outcome, this.options, new Date()));
  }

  close(): Promise<void> {
    this.closing ??= this.closeOnce();
    return this.closing;
  }

  private async closeOnce(): Promise<void> {
    try {
      await this.writer.end();
    } finally {
      await closeFd(this.fd);
      await this.lock.release();
    }
  }
}

/**
 * A journal that calls a message failed only when its dead letter is on the disk. `close` closes both, the letters first.
 *
 * @param journal  Undefined for a run without one: then nothing was final before.
 */
export function withDeadLetters(journal: Journal | undefined, letters: DeadLetters): Journal {
  return {
    finalState: (message) => journal?.finalState(message),
    async record(outcome) {
      if (outcome.state === "failed") await letters.record(outcome);
      await journal?.record(outcome);
    },
    async close() {
      try {
        await letters.close();
      } finally {
        await journal?.close();
      }
    },
  };
}
