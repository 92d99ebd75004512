/** What conversations are sorted by. Numbers only: texts stay where they are. */
export interface SortKeys {
  /** Milliseconds since 1970 of the last message; NaN for a conversation that is not served. */
  lastMs(conversation: number): number;
  /** Decides between equal times, so that the order does not depend on that of the input. */
  tieOf(conversation: number): number;
}

const DIGIT_BITS = 17;
const DIGITS = 1 << DIGIT_BITS;
/** Before the year 0, so that no time is negative; with it the year 9999 has three digits. */
const EARLIEST_MS = 2 ** 46;

/** Fewer than this are sorted by comparing them. */
const MANY = 4096;

/**
 * Newest first. Many by radix: for a million conversations that takes a tenth of the time of comparing them.
 *
 * @param conversations  Taken over, and changed.
 */
function newestFirst(conversations: Uint32Array, keys: SortKeys): Uint32Array {
  if (conversations.length < MANY) return conversations.sort((a, b) => (isBefore(a, b, keys) ? -1 : 1));
  const tie = (shift: number) => (conversation: number) =>
    (keys.tieOf(conversation) >>> shift) & (DIGITS - 1);
  const time = (unit: number) => (conversation: number) =>
    DIGITS - 1 - (Math.floor((keys.lastMs(conversation) + EARLIEST_MS) / unit) % DIGITS);
  const digits = [tie(0), tie(DIGIT_BITS), time(1), time(DIGITS), time(DIGITS ** 2)];
  let from: Uint32Array = conversations;
  let to: Uint32Array = new Uint32Array(from.length);
  for (const digit of digits) {
    sortByDigit(from, to, digit);
    [from, to] = [to, from];
  }
  return from;
}

function sortByDigit(from: Uint32Array, to: Uint32Array, digit: (conversation: number) => number): void {
  const ends = new Uint32Array(DIGITS + 1);
  for (const conversation of from) ends[digit(conversation) + 1]!++;
  for (let k = 1; k <= DIGITS; k++) ends[k]! += ends[k - 1]!;
  for (const conversation of from) {
    const place = digit(conversation);
    to[ends[place]!++] = conversation;
  }
}

/**
 * An order with the changed conversations put anew into their place.
 *
 * @param order    Newest first; stays as it is, as answers that are under way go by it.
 * @param changed  Each once, whether it is in the order or not.
 */
export function reordered(
  order: Uint32Array,
  changed: Uint32Array,
  keys: SortKeys,
  isChanged: (conversation: number) => boolean,
): Uint32Array {
  const placed = newestFirst(
    changed.filter((conversation) => !Number.isNaN(keys.lastMs(conversation))),
    keys,
  );
  const kept = order.filter((conversation) => !isChanged(conversation));
  if (kept.length === 0) return placed;
  const merged = new Uint32Array(kept.length + placed.length);
  let next = 0;
  let at = 0;
  for (const conversation of placed) {
    while (next < kept.length && !isBefore(conversation, kept[next]!, keys)) merged[at++] = kept[next++]!;
    merged[at++] = conversation;
  }
  merged.set(kept.subarray(next), at);
  return merged;
}

function isBefore(a: number, b: number, keys: SortKeys): boolean {
  const difference = keys.lastMs(b) - keys.lastMs(a);
  return difference === 0 ? keys.tieOf(a) < keys.tieOf(b) : difference < 0;
}

/** How many conversations at the start of an order are of this moment or later. */
export function countSince(order: Uint32Array, sinceMs: number, keys: SortKeys): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys.lastMs(order[middle]!) >= sinceMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
