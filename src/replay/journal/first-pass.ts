import { hexWord } from "../hex-word.ts";
import { type Content, Identities, identityOfContent, type Namer } from "../identity.ts";
import { type FinalState, finalOf, type RecordedState } from "./format.ts";
import { JournalError } from "./journal-error.ts";

/** Goes with a pass over the inputs, record by record, and names the records. */
export interface RecordPass extends Namer {
  /**
   * To be called for each record before anything else.
   *
   * @returns What became of its message, where that is known already: the record need not be looked at.
   */
  begin(): FinalState | undefined;
  /** What earlier runs made of the message of this record. */
  settle(state: RecordedState): void;
}

const OPEN = 0;
const FINAL: readonly (FinalState | undefined)[] = [undefined, "delivered", "failed"];

/**
 * The first of the two passes of a resumed run. It finds out whether the inputs are those of the journal, for which every
 * record must be hashed; what it learns on the way spares the second pass most of that work, so that the first request
 * leaves soon after. Takes a byte a record, and 8 for one whose message is still to be sent.
 */
export class FirstPass implements RecordPass {
  private readonly identities = new Identities();
  private readonly states = new GrowingList(Uint8Array);
  /** Of each record that is open: the how-manyth of its content it is, and the first word of its name. */
  private readonly names = new GrowingList(Uint32Array);
  private isNamed = false;

  begin(): undefined {
    this.states.push(OPEN);
    this.isNamed = false;
  }

  next(content: Content): string {
    const identity = this.identities.next(content);
    this.names.push(this.identities.occurrence);
    this.names.push(hexWord(identity, 0));
    this.isNamed = true;
    return identity;
  }

  settle(state: RecordedState): void {
    const final = finalOf(state);
    if (final === undefined) return;
    this.states.replaceLast(FINAL.indexOf(final));
    if (this.isNamed) this.names.drop(2);
  }

  /** To be called when the first pass has ended. */
  second(): SecondPass {
    return new SecondPass(this.states.taken(), this.names.taken());
  }
}

/** The second pass. Every record that is sent is held against what the first pass saw, in case a file changed meanwhile. */
export class SecondPass implements RecordPass {
  private readonly states: Uint8Array;
  private readonly names: Uint32Array;
  private records = 0;
  private named = 0;

  constructor(states: Uint8Array, names: Uint32Array) {
    this.states = states;
    this.names = names;
  }

  /** @throws {JournalError} inputs-changed: there are more records than before. */
  begin(): FinalState | undefined {
    const state = this.states[this.records++];
    if (state === undefined) throw changedMeanwhile();
    return FINAL[state];
  }

  /** @throws {JournalError} inputs-changed: this record was another one before. */
  next(content: Content): string {
    const [occurrence, word] = this.names.subarray(this.named, this.named + 2);
    this.named += 2;
    if (occurrence === undefined) throw changedMeanwhile();
    const identity = identityOfContent(content, occurrence);
    if (hexWord(identity, 0) !== word) throw changedMeanwhile();
    return identity;
  }

  settle(): void {
    // It is known since the first pass.
  }

  /** @throws {JournalError} inputs-changed: there are fewer records than before. */
  end(): void {
    if (this.records !== this.states.length) throw changedMeanwhile();
  }
}

function changedMeanwhile(): JournalError {
  return new JournalError(
    "inputs-changed",
    "the inputs changed while they were read",
    "wait until nothing writes to them any more, and resume",
  );
}

type Numbers = Uint8Array | Uint32Array;

/** Numbers in one array outside the heap. */
class GrowingList<T extends Numbers> {
  private readonly make: new (
    length: number,
  ) => T;
  private numbers: T;
  private length = 0;

  constructor(make: new (length: number) => T) {
    this.make = make;
    this.numbers = new make(1024);
  }

  push(number: number): void {
    if (this.length === this.numbers.length) {
      const old = this.numbers;
      this.numbers = new this.make(old.length * 2);
      this.numbers.set(old);
    }
    this.numbers[this.length++] = number;
  }

  replaceLast(number: number): void {
    this.numbers[this.length - 1] = number;
  }

  drop(count: number): void {
    this.length -= count;
  }

  taken(): T {
    return this.numbers.subarray(0, this.length) as T;
  }
}
