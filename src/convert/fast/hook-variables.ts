import type { Tally } from "../tally.ts";
import { type Literal, literal, standsAt } from "./literal.ts";
import { skipPlainText } from "./text.ts";

/** More different keys than this are left to the plain path, in one place and over all. */
const MOST_BRANCHES = 32;
const MOST_KEYS = 1024;

const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

/** A key behind the keys before it; the last one of a record's stands for all of them. */
interface Key {
  /** With its quotes and colon. */
  readonly bytes: Literal;
  readonly before: Key | undefined;
  readonly next: Key[];
  /** Whether the value is `{"label":…,"value":…}` and not a scalar. */
  readonly isPair: boolean;
  isKnown: boolean;
  count: number;
}

/**
 * Remembers which lists of keys the customers' `variables` have: a few, as a rule, for all records. So each record's
 * list is compared and counted as one, and a key can be in no list twice.
 */
export class VariableKeys {
  private readonly first: Key[] = [];
  private keys = 0;
  private readonly dropped: Tally;
  /** The last key of the record that is being read. */
  private last: Key | undefined;

  constructor(dropped: Tally) {
    this.dropped = dropped;
  }

  begin(): void {
    this.last = undefined;
  }

  /**
   * Takes the key at `at` as the record's next.
   *
   * @returns Where its value stands; -1 for a key that is there already, has escapes or may change the order of keys.
   */
  take(view: DataView, at: number, end: number): number {
    const next = this.last === undefined ? this.first : this.last.next;
    for (const key of next) {
      if (!standsAt(key.bytes, view, at, end)) continue;
      const value = at + key.bytes.length;
      if (value < end && (view.getUint8(value) === OPEN_BRACE) !== key.isPair) continue;
      this.last = key;
      return value;
    }
    return this.add(next, view, at, end);
  }

  /** Whether the last key's value is a pair. */
  get isPair(): boolean {
    return this.last!.isPair;
  }

  private add(list: Key[], view: DataView, at: number, end: number): number {
    const colon = skipPlainText(view, at, end);
    if (colon < 0 || colon + 1 >= end || view.getUint8(colon) !== COLON) return -1;
    if (list.length === MOST_BRANCHES || this.keys === MOST_KEYS) return -1;
    // Keys that look like array indexes come first in an object, wherever they stand.
    const letter = view.getUint8(at + 1);
    if (letter >= DIGIT_0 && letter <= DIGIT_9) return -1;
    for (let key = this.last; key !== undefined; key = key.before)
      if (standsAt(key.bytes, view, at, end)) return -1;
    const value = colon + 1;
    const key = {
      bytes: literal(new Uint8Array(view.buffer, view.byteOffset + at, value - at)),
      before: this.last,
      next: [],
      isPair: view.getUint8(value) === OPEN_BRACE,
      isKnown: false,
      count: 0,
    };
    list.push(key);
    this.keys++;
    this.last = key;
    return value;
  }

  /** Whether all leaves of the record have a name in the tally. */
  get isKnown(): boolean {
    return this.last === undefined || this.last.isKnown;
  }

  /** The names that the tally does not have, as they stand in the record. Only for a record that is valid UTF-8. */
  newFields(): string[] {
    const fields: string[][] = [];
    for (let key = this.last; key !== undefined && !key.isKnown; key = key.before) fields.push(fieldsOf(key));
    return fields
      .reverse()
      .flat()
      .filter((field) => !this.dropped.counts.has(field));
  }

  /** Counts the record's leaves. */
  accept(): void {
    if (!this.isKnown) for (const field of this.newFields()) this.dropped.add(field, 0);
    for (let key = this.last; key !== undefined && !key.isKnown; key = key.before) key.isKnown = true;
    if (this.last !== undefined) this.last.count++;
  }

  /** Adds what was counted to the tally. */
  settle(keys: readonly Key[] = this.first): number {
    let sum = 0;
    for (const key of keys) {
      const records = key.count + this.settle(key.next);
      key.count = 0;
      if (records > 0) for (const field of fieldsOf(key)) this.dropped.add(field, records);
      sum += records;
    }
    return sum;
  }
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function fieldsOf({ bytes, isPair }: Key): string[] {
  const field = `visitor.variables.${decoder.decode(bytes.bytes.subarray(1, bytes.length - 2))}`;
  return isPair ? [`${field}.label`, `${field}.value`] : [field];
}
