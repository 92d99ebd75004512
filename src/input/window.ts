const NOTHING: Uint8Array = new Uint8Array(0);
/** What is taken from a chunk at first when a record began in the one before; most records end within it. */
const FIRST_PIECE_BYTES = 4096;
/** An own buffer larger than this is given up as soon as a smaller one will do. */
const KEPT_BUFFER_BYTES = 1 << 20;

/**
 * The stretch of input that can be looked at: either the chunk itself, or an own buffer in which the start of
 * a record that lay in earlier chunks is joined with as much of the chunk as the record needs. As soon as
 * nothing before the chunk is needed, the chunk itself is the window again; so records that lie within one
 * chunk are never copied.
 *
 * Indexes are those of `bytes`. Methods that move the window say by how much indexes shrink.
 */
export class Window {
  bytes: Uint8Array = NOTHING;
  /** Offset of `bytes[0]` in the source. */
  base = 0;
  private own = NOTHING;
  private chunk = NOTHING;
  private chunkBase = 0;

  /** Takes the next chunk. What `keep` held back comes before it. */
  feed(chunk: Uint8Array): void {
    this.chunk = chunk;
    this.chunkBase = this.base + this.bytes.length;
    if (this.bytes.length === 0) {
      this.bytes = chunk;
      this.base = this.chunkBase;
    }
  }

  /** Makes more bytes of the chunk visible. False when the chunk is used up. */
  extend(): boolean {
    if (this.bytes === this.chunk) return false;
    const shown = this.bytes.length - (this.chunkBase - this.base);
    if (shown >= this.chunk.length) return false;
    const piece = Math.min(this.chunk.length - shown, Math.max(FIRST_PIECE_BYTES, this.bytes.length));
    this.append(this.chunk.subarray(shown, shown + piece));
    return true;
  }

  /** Whether the chunk alone holds everything from `hold` on, while an own buffer is the window. */
  canSettle(hold: number): boolean {
    return this.bytes !== this.chunk && this.chunk.length > 0 && hold >= this.chunkBase - this.base;
  }

  /** Makes the chunk the window. Returns by how much indexes shrink. */
  settle(): number {
    const move = this.chunkBase - this.base;
    this.bytes = this.chunk;
    this.base = this.chunkBase;
    return move;
  }

  /** Saves the bytes from `hold` on, before the chunk is given back. Returns by how much indexes shrink. */
  keep(hold: number): number {
    const rest = this.bytes.subarray(hold);
    const isOwn = this.own.length > 0 && this.bytes.buffer === this.own.buffer && this.bytes !== this.chunk;
    if (
      this.own.length < rest.length ||
      (this.own.length > KEPT_BUFFER_BYTES && rest.length < KEPT_BUFFER_BYTES)
    ) {
      const copy = new Uint8Array(Math.max(rest.length * 2, FIRST_PIECE_BYTES));
      copy.set(rest);
      this.own = copy;
    } else if (isOwn) {
      this.own.copyWithin(0, hold, this.bytes.length);
    } else {
      this.own.set(rest);
    }
    this.bytes = rest.length === 0 ? NOTHING : this.own.subarray(0, rest.length);
    this.base += hold;
    this.chunk = NOTHING;
    return hold;
  }

  private append(piece: Uint8Array): void {
    const length = this.bytes.length + piece.length;
    if (this.own.length < length) {
      const grown = new Uint8Array(length * 2);
      grown.set(this.bytes);
      this.own = grown;
    }
    this.own.set(piece, this.bytes.length);
    this.bytes = this.own.subarray(0, length);
  }
}
