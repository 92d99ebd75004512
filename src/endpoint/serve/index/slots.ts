const START = 1 << 10;

/**
 * Finds rows by hash: open addressing with linear probing, four bytes a slot. What a row's hash is and whether it is the
 * one that is looked for is asked of the caller, so a slot holds nothing but the row's number. Rows are never taken out.
 */
export class Slots {
  private slots = new Uint32Array(START);
  private count = 0;
  private readonly hashOf: (row: number) => number;

  constructor(hashOf: (row: number) => number) {
    this.hashOf = hashOf;
  }

  /** The row with this hash that is the wanted one; 0 where there is none. */
  find(hash: number, isWanted: (row: number) => boolean): number {
    const { slots } = this;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const row = slots[slot]!;
      if (row === 0 || (this.hashOf(row) === hash && isWanted(row))) return row;
    }
  }

  /** Takes a row in that is not in there. */
  add(row: number): void {
    if (this.count * 4 >= this.slots.length * 3) this.grow();
    this.put(row);
    this.count++;
  }

  private put(row: number): void {
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = this.hashOf(row) & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = row;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Uint32Array(old.length * 2);
    for (const row of old) if (row !== 0) this.put(row);
  }
}
