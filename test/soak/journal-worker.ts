import { writeSync } from "node:fs";
import { FileError } from "../../src/files/file-error.ts";
import { openJournal } from "../../src/replay/journal/journal.ts";
import type { MessageOutcome, PlannedMessage } from "../../src/replay/types.ts";

/**
 * A process that journals until it is killed. `hold PATH MODE 0 FINGERPRINT` opens and waits; `write PATH MODE COUNT` sends nothing to
 * nobody, but records each message that is not final, 8 at a time, and prints "start N" before and "done N" after.
 */
const [task, path, mode, count, fingerprint] = process.argv.slice(2) as [
  string,
  string,
  "create" | "resume",
  string,
  string,
];

const IN_FLIGHT = 8;

function planned(sequence: number): PlannedMessage {
  const identity = sequence.toString(16).padStart(32, "0");
  const request = () => ({ ok: false, reason: "nothing is sent here" }) as const;
  return { sequence, identity, source: "none", record: sequence, line: sequence, request };
}

function say(text: string): void {
  writeSync(1, `${text}\n`);
}

try {
  const journal = await openJournal({ path, mode, fingerprint: JSON.parse(fingerprint ?? "{}") });
  say("open");
  if (task === "hold") setInterval(() => undefined, 1000);
  else {
    let next = 1;
    const work = async (): Promise<void> => {
      while (next <= Number(count)) {
        const message = planned(next++);
        if (journal.finalState(message) !== undefined) continue;
        const state = message.sequence % 10 === 0 ? "failed" : "delivered";
        const outcome: MessageOutcome = { message, state, attempts: 1, elapsedMs: 0 };
        say(`start ${message.sequence}`);
        await journal.record(outcome);
        say(`done ${message.sequence}`);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, work));
    await journal.close();
    say("finished");
  }
} catch (error) {
  if (!(error instanceof FileError)) throw error;
  say(`${error.kind}: ${error.message}`);
  process.exitCode = error.exitCode;
}
