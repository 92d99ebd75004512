const ROWS_BITS = 12;
const ROWS = 1 << ROWS_BITS;

/**
 * A table of numbers from 0 to 2^32 - 1, outside the heap. It grows by blocks, so that growing copies nothing and never
 * needs room for two tables. Rows are numbered from 1: a 0 means none.
 */
export class Rows {
  private readonly width: number;
  private readonly blocks: Uint32Array[] = [];
  private last = 0;

  /** @param width  Words of a row. */
  constructor(width: number) {
    this.width = width;
  }

  /** Of the last row; so many rows there are. */
  get length(): number {
    return this.last;
  }

  /** Adds a row of zeros. @returns Its number. */
  add(): number {
    const row = ++this.last;
    if ((row - 1) >>> ROWS_BITS === this.blocks.length) this.blocks.push(new Uint32Array(ROWS * this.width));
    return row;
  }

  get(row: number, word: number): number {
    const at = row - 1;
    return this.blocks[at >>> ROWS_BITS]![(at & (ROWS - 1)) * this.width + word]!;
  }

  set(row: number, word: number, value: number): void {
    const at = row - 1;
    this.blocks[at >>> ROWS_BITS]![(at & (ROWS - 1)) * this.width + word] = value;
  }
}
