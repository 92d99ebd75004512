const BLOCK_BYTES = 64 * 1024;
/** What is larger has memory of its own. */
const LARGEST_IN_BLOCK = BLOCK_BYTES / 8;

/**
 * Copies of small payloads, side by side in larger blocks: memory outside the heap takes longer to get and to give back
 * than four kilobytes take to copy. A block lives as long as one of its copies; messages end about in the order they
 * come, so that few blocks are held by few.
 */
export class Copies {
  private block = new Uint8Array(0);
  private taken = 0;

  of(bytes: Uint8Array): Uint8Array {
    if (bytes.length > LARGEST_IN_BLOCK) return new Uint8Array(bytes);
    if (this.taken + bytes.length > this.block.length) {
      this.block = new Uint8Array(BLOCK_BYTES);
      this.taken = 0;
    }
    const copy = this.block.subarray(this.taken, this.taken + bytes.length);
    copy.set(bytes);
    this.taken += bytes.length;
    return copy;
  }
}
