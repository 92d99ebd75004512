/** Names counted at most; hostile input may bring a new name with every record. */
const MOST_NAMES = 1000;
const OTHERS = "(others)";

/** Counts by name, in the order the names first came. */
export class Tally<Name extends string = string> {
  readonly counts = new Map<Name, number>();
  total = 0;

  add(name: Name, count = 1): void {
    this.total += count;
    const known = this.counts.has(name) || this.counts.size < MOST_NAMES;
    const key = known ? name : (OTHERS as Name);
    this.counts.set(key, (this.counts.get(key) ?? 0) + count);
  }
}
