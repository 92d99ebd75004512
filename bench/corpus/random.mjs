/**
 * A seeded random generator of whole numbers (mulberry32). It uses 32-bit integer steps and one exact division only,
 * so that every machine and every Node version draws the same numbers.
 */
export class Random {
  /** @param {number} seed Any whole number; its lowest 32 bits count. */
  constructor(seed) {
    this.state = seed | 0;
  }

  /** The next 32 bits, as a number from 0 to 2^32 - 1. */
  next() {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return (bits ^ (bits >>> 14)) >>> 0;
  }

  /**
   * A whole number from 0 to `limit - 1`.
   *
   * @param {number} limit
   */
  below(limit) {
    return Math.floor((this.next() / 4294967296) * limit);
  }

  /**
   * A whole number from `low` to `high`, both included.
   *
   * @param {number} low
   * @param {number} high
   */
  between(low, high) {
    return low + this.below(high - low + 1);
  }

  /**
   * True in `percent` of 100 cases.
   *
   * @param {number} percent
   */
  chance(percent) {
    return this.below(100) < percent;
  }

  /**
   * @template T
   * @param {readonly T[]} list Not empty.
   * @returns {T}
   */
  pick(list) {
    return /** @type {T} */ (list[this.below(list.length)]);
  }

  /**
   * Lower-case letters and digits.
   *
   * @param {number} length
   */
  token(length) {
    let text = "";
    for (let index = 0; index < length; index++)
      text += TOKEN_CHARACTERS[this.below(TOKEN_CHARACTERS.length)];
    return text;
  }
}

const TOKEN_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

/**
 * The generator of one unit of a corpus. Each unit has its own, so that it is the same conversation in every shape
 * and whatever came before it.
 *
 * @param {number} seed
 * @param {number} index
 */
export function randomOfUnit(seed, index) {
  const mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35);
  return new Random(mixed ^ (mixed >>> 16));
}
