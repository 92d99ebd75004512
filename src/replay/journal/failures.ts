import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { OutcomeLine } from "./format.ts";

/** What a journal tells about a message that failed for good. */
export type Failure = Pick<OutcomeLine, "identity" | "attempts" | "status" | "code">;

/**
 * The messages that a journal calls failed, by sequence. For a journal that `openJournal` has just opened: its lines are
 * sound then.
 *
 * @param isWanted  Whether a message's failure is looked for; what is not takes no memory.
 */
export async function failuresIn(
  path: string,
  isWanted: (sequence: number) => boolean,
): Promise<Map<number, Failure>> {
  const failures = new Map<number, Failure>();
  for await (const line of createInterface({ input: createReadStream(path, "latin1") })) {
    if (!line.includes('"state":"failed"')) continue;
    const { sequence, identity, attempts, status, code } = JSON.parse(line) as OutcomeLine;
    if (!isWanted(sequence)) continue;
    failures.set(sequence, {
      ...{ identity, attempts },
      ...(status === undefined ? {} : { status }),
      ...(code === undefined ? {} : { code }),
    });
  }
  return failures;
}
