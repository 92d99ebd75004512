/** Where a header stands. */
const FIXED = 0;
const EXTRA_LENGTH = 1;
const EXTRA = 2;
const NAME = 3;
const COMMENT = 4;
const CHECK = 5;
const OVER = 6;

const FIXED_BYTES = 10;
const MAGIC = [0x1f, 0x8b];
const DEFLATE = 8;
/** Bits of the flags (RFC 1952, 2.3.1), by the part of the header that each announces. */
const FLAGS = new Map([
  [EXTRA_LENGTH, 4],
  [NAME, 8],
  [COMMENT, 16],
  [CHECK, 2],
]);
const RESERVED_FLAGS = 0xe0;

/** Passes over the header of a gzip member (RFC 1952), which may end in any chunk. What it says is not used. */
export class GzipHead {
  private part = FIXED;
  /** Bytes of the part so far. */
  private count = 0;
  private flags = 0;
  private extraBytes = 0;

  /** @returns Whether this was its last byte; or, as a text, why this is no header. */
  take(byte: number): boolean | string {
    const at = this.count++;
    switch (this.part) {
      case FIXED:
        if (at < MAGIC.length && byte !== MAGIC[at]) return "incorrect header check";
        if (at === MAGIC.length && byte !== DEFLATE) return "unknown compression method";
        if (at === 3) this.flags = byte;
        if ((this.flags & RESERVED_FLAGS) !== 0) return "unknown header flags set";
        if (this.count === FIXED_BYTES) this.enter(EXTRA_LENGTH);
        break;
      case EXTRA_LENGTH:
        this.extraBytes |= byte << (8 * at);
        if (this.count === 2) this.enter(this.extraBytes > 0 ? EXTRA : NAME);
        break;
      case EXTRA:
        if (this.count === this.extraBytes) this.enter(NAME);
        break;
      case CHECK:
        if (this.count === 2) this.enter(OVER);
        break;
      default:
        // The name and the comment end at a NUL.
        if (byte === 0) this.enter(this.part + 1);
    }
    return this.part === OVER;
  }

  /** Goes to this part, or to the next that the flags announce. */
  private enter(part: number): void {
    this.count = 0;
    this.part = part;
    const flag = FLAGS.get(part);
    if (flag !== undefined && (this.flags & flag) === 0) this.enter(part === EXTRA_LENGTH ? NAME : part + 1);
  }
}
