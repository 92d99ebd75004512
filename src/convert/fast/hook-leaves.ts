import type { Tally } from "../tally.ts";
import { VariableKeys } from "./hook-variables.ts";

/** The fields whose leaves the summary counts, by what becomes of them on the way to Ferndesk. */
interface LeafTallies {
  readonly dropped: Tally;
  readonly derived: Tally;
}

interface Leaf {
  readonly field: string;
  readonly fate: keyof LeafTallies;
}

const leaves: Leaf[] = [];

function leaf(field: string, fate: keyof LeafTallies = "dropped"): number {
  return leaves.push({ field, fate }) - 1;
}

/** What is carried to the output is not counted; this number stands for all of it. */
export const CARRIED: number = leaf("");

/** Numbers in `LeafCounts` of fields that need a name here. */
export const LEAF = {
  beginAt: leaf("beginAt"),
  endAt: leaf("endAt"),
  noVisitor: leaf("visitor"),
  noVariables: leaf("visitor.variables"),
  /** Stands for the leaves in `variables`, which have names of their own. */
  variables: leaf(""),
  noPaths: leaf("paths"),
  noPath: leaf("paths[]"),
  name: leaf("messages[].name"),
  from: leaf("messages[].from"),
  /** Of a robot's message that only `from` tells from an agent's; it is one of `from` as well. */
  fromOfBot: leaf("messages[].from", "derived"),
  /** Of a message that no robot wrote: a null says nothing there. It is one of `from` as well. */
  fromNull: leaf(""),
  triggeredBy: leaf("messages[].triggeredBy"),
  email: leaf("messages[].email"),
  /** Of messages that are left out; of the others they are carried. */
  typeLeftOut: leaf("messages[].type", "derived"),
  contentLeftOut: leaf("messages[].content"),
  sentAtLeftOut: leaf("messages[].sentAt"),
} as const;

/** The number of a field all of whose leaves are dropped. */
export const droppedLeaf = (field: string): number => leaf(field);

/** Where the tallies' own limit on names comes near, the plain path decides which name is still counted. */
const MOST_NAMES = 900;

/**
 * Counts the leaves that are dropped and derived, under numbers, and adds them to the tallies by name in the end. The
 * names come into the tallies in the order in which the plain path would bring them: as they stand in the first
 * record that has them.
 */
export class LeafCounts {
  readonly variables: VariableKeys;
  private readonly tallies: LeafTallies;
  private readonly ofRecord = new Uint32Array(leaves.length);
  /** The leaves of the record as they first came. */
  private readonly order = new Uint8Array(leaves.length);
  private different = 0;
  private readonly total = new Float64Array(leaves.length);
  private readonly isKnown = new Uint8Array(leaves.length);

  constructor(tallies: LeafTallies) {
    this.tallies = tallies;
    this.variables = new VariableKeys(tallies.dropped);
    this.isKnown[CARRIED] = 1;
    this.isKnown[LEAF.variables] = 1;
    this.isKnown[LEAF.fromNull] = 1;
  }

  /** Forgets the last record. */
  begin(): void {
    for (let k = 0; k < this.different; k++) this.ofRecord[this.order[k]!] = 0;
    this.different = 0;
    this.variables.begin();
  }

  /** Counts a leaf of the record. */
  add(number: number): void {
    if (this.ofRecord[number]!++ === 0) this.order[this.different++] = number;
  }

  /** Whether the record's leaves can be counted. Only for one that is valid UTF-8. */
  canAccept(): boolean {
    const { order, isKnown, variables } = this;
    let isNew = !variables.isKnown;
    for (let k = 0; k < this.different; k++) if (isKnown[order[k]!] === 0) isNew = true;
    return !isNew || this.canIntroduce();
  }

  private canIntroduce(): boolean {
    const { dropped, derived } = this.tallies;
    // Which of the messages' members comes first is not clear when the first `from` was a robot's, or null.
    const others = this.ofRecord[LEAF.fromOfBot]! + this.ofRecord[LEAF.fromNull]!;
    if (others > 0 && this.isKnown[LEAF.from] === 0) return false;
    const most = leaves.length + this.variables.newFields().length;
    return dropped.counts.size + most <= MOST_NAMES && derived.counts.size + most <= MOST_NAMES;
  }

  /** Counts the record's leaves. */
  accept(): void {
    const { order, ofRecord, total, isKnown, variables } = this;
    for (let k = 0; k < this.different; k++) {
      const number = order[k]!;
      const others = number === LEAF.from ? ofRecord[LEAF.fromOfBot]! + ofRecord[LEAF.fromNull]! : 0;
      const count = ofRecord[number]! - others;
      if (number === LEAF.variables) variables.accept();
      if (isKnown[number] === 0 && count > 0) this.introduce(number);
      total[number]! += count;
    }
  }

  private introduce(number: number): void {
    const { field, fate } = leaves[number]!;
    this.tallies[fate].add(field, 0);
    this.isKnown[number] = 1;
  }

  /** Adds what was counted to the tallies. */
  settle(): void {
    const { total, tallies } = this;
    leaves.forEach(({ field, fate }, number) => {
      if (field !== "" && total[number]! > 0) tallies[fate].add(field, total[number]!);
    });
    total.fill(0);
    this.variables.settle();
  }
}
