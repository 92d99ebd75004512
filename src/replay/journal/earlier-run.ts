import type { JournalHeader, PlanEnd, RecordedState } from "./format.ts";
import { identityWords, OutcomeTable } from "./index-table.ts";
import { JournalError } from "./journal-error.ts";
import type { OutcomeReader } from "./outcome-bytes.ts";
import { PlanDigest, type PlanFollower, type PlanKey } from "./plan-digest.ts";

/** What a journal tells about the runs so far. */
export class EarlierRun {
  readonly header: JournalHeader;
  /** Undefined where no run got to the end of its plan. */
  planEnd: PlanEnd | undefined;
  /** Number of messages that it calls failed. */
  failed = 0;
  private readonly table: OutcomeTable;
  private readonly path: string;
  private readonly wanted = new Uint32Array(4);

  /** @param expected  About how many messages it will know. */
  constructor(path: string, header: JournalHeader, expected = 0) {
    this.path = path;
    this.header = header;
    this.table = new OutcomeTable(expected);
  }

  /** Number of messages that the journal knows. */
  get size(): number {
    return this.table.size;
  }

  /** Takes a line. @returns False where it contradicts an earlier one. */
  take({ sequence, identity, state }: Pick<OutcomeReader, "sequence" | "identity" | "state">): boolean {
    if (this.table.put(sequence, identity, state) !== "taken") return false;
    if (state === "failed") this.failed++;
    return true;
  }

  /**
   * The state that the journal last gave to a message; undefined where it does not know it.
   *
   * @throws {JournalError} When the journal knows another message under this sequence: the inputs are not the same.
   */
  stateOf({ sequence, identity }: PlanKey): RecordedState | undefined {
    const state = this.table.stateOf(sequence, identityWords(identity, this.wanted));
    if (state === "differs") {
      throw this.inputsChanged(`message ${sequence} is another one than in the run that is resumed`);
    }
    return state;
  }

  /** The same for a message that may not be in the plan: undefined also where another one stands in its place. */
  stateIfKnown({ sequence, identity }: PlanKey): RecordedState | undefined {
    const state = this.table.stateOf(sequence, identityWords(identity, this.wanted));
    return state === "differs" ? undefined : state;
  }

  /**
   * Compares a whole plan with the journal: `add` each message in order, then `end`. Both throw a `JournalError`,
   * inputs-changed, that says what differs first.
   */
  comparison(): PlanFollower {
    const digest = new PlanDigest();
    let known = 0;
    return {
      add: (message) => {
        // A finished plan has no more messages: those of a longer input are not sent before its end is seen.
        if (message.sequence > (this.planEnd?.planned ?? Number.POSITIVE_INFINITY)) {
          throw this.inputsChanged(`there were ${this.planEnd!.planned} messages, and now there are more`);
        }
        if (this.stateOf(message) !== undefined) known++;
        digest.add(message);
      },
      end: () => this.judge(known, digest.end()),
    };
  }

  private judge(known: number, now: PlanEnd): PlanEnd {
    const { planEnd, size } = this;
    if (known < size) {
      throw this.inputsChanged(
        `${size - known} of the ${size} messages that it knows are not among the inputs any more`,
      );
    }
    if (planEnd !== undefined && planEnd.planned !== now.planned) {
      throw this.inputsChanged(`there were ${planEnd.planned} messages, and now there are ${now.planned}`);
    }
    if (planEnd !== undefined && planEnd.digest !== now.digest) {
      throw this.inputsChanged("the messages that are still to be sent are not the same");
    }
    return now;
  }

  private inputsChanged(what: string): JournalError {
    return new JournalError(
      "inputs-changed",
      `journal ${this.path} was written for other inputs: ${what}`,
      "resume with the same inputs in the same order, or start a new run with a new journal",
    );
  }
}
