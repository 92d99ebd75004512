import { digest, KEY_WORDS } from "../../../repeats/digest.ts";
import { reordered, type SortKeys } from "./order.ts";
import { Rows } from "./rows.ts";
import { type Slice, SliceTable } from "./slices.ts";
import { Slots } from "./slots.ts";

const LOW = KEY_WORDS;
const HIGH = LOW + 1;
const HEAD = HIGH + 1;
const FLAGS = HEAD + 1;
const WIDTH = FLAGS + 1;
/** So that the upper half of a time before 1970 is no negative number. */
const HIGH_SHIFT = 2 ** 20;

/** It has a last message and is in the order. */
const IS_SERVED = 1;
/** Its place in the order has to be found anew. */
const IS_CHANGED = 2;
/** Its records have to be read again to know its last message. */
const IS_STALE = 4;
/** It is told by several records. */
const IS_FOLDED = 8;

/** What there was at one moment. It does not change; what is indexed later is not in there. */
export interface Snapshot {
  /** Conversations, newest first. */
  readonly order: Uint32Array;
  /** The last slice that counts. */
  readonly lastSlice: number;
  /** Counts the changes. */
  readonly revision: number;
}

/**
 * What is known of every conversation: a hash of its id, the time of its last message, and where its records stand. No
 * text. A conversation takes 28 bytes and 32 for each record, 4 in the order, and some 8 in the table that finds it.
 *
 * What changes is seen by requests from `settle` on.
 */
export class ConversationIndex implements SortKeys {
  private readonly rows = new Rows(WIDTH);
  private readonly slices = new SliceTable();
  private readonly byKey = new Slots((row) => this.rows.get(row, 0));
  private readonly byContent = new Slots((row) => this.contentHash(this.slices.ownerOf(row), row));
  private readonly key = new Uint32Array(KEY_WORDS);
  private isChanged = false;
  private now: Snapshot = { order: new Uint32Array(0), lastSlice: 0, revision: 0 };

  get snapshot(): Snapshot {
    return this.now;
  }

  /**
   * The conversation of an id, added where it is missing. One that is folded out of parts and one that a record tells
   * whole are two, as they are for `Converter`.
   */
  findOrAdd(id: string, isFolded: boolean): number {
    const known = this.find(id, isFolded);
    if (known !== 0) return known;
    const { rows, key } = this;
    const row = rows.add();
    for (let k = 0; k < KEY_WORDS; k++) rows.set(row, k, key[k]!);
    if (isFolded) rows.set(row, FLAGS, IS_FOLDED);
    this.byKey.add(row);
    return row;
  }

  /** The same; 0 where it is missing. */
  find(id: string, isFolded: boolean): number {
    const { rows, key } = this;
    digest(isFolded ? `folded ${id}` : id, key);
    return this.byKey.find(key[0]!, (row) => rows.get(row, 1) === key[1] && rows.get(row, 2) === key[2]);
  }

  isFolded(conversation: number): boolean {
    return (this.rows.get(conversation, FLAGS) & IS_FOLDED) !== 0;
  }

  /** The first record of a conversation, the one that stands where others differ; 0 where none is left. */
  firstOf(conversation: number): number {
    return this.rows.get(conversation, HEAD);
  }

  slice(number: number): Slice {
    return this.slices.get(number);
  }

  /** A part with the same payload: none, one, or one from the same source. */
  hasContent(
    conversation: number,
    { hash, source }: Pick<Slice, "hash" | "source">,
  ): false | "other" | "same" {
    const { slices } = this;
    const isAlike = (row: number) => slices.ownerOf(row) === conversation && slices.hasHash(row, hash);
    const wanted = (row: number) => isAlike(row) && slices.sourceOf(row) === source;
    const content = (this.rows.get(conversation, 0) ^ hash[0]) >>> 0;
    if (this.byContent.find(content, wanted) !== 0) return "same";
    return this.byContent.find(content, isAlike) === 0 ? false : "other";
  }

  /** Adds a record to a conversation, behind the first one. A new part makes it stale. */
  addSlice(conversation: number, slice: Slice): void {
    const { slices, rows } = this;
    const row = slices.add(slice, conversation);
    const head = this.firstOf(conversation);
    if (head === 0) {
      rows.set(conversation, HEAD, row);
    } else {
      slices.setNext(row, slices.nextOf(head));
      slices.setNext(head, row);
    }
    if (!this.isFolded(conversation)) return;
    this.byContent.add(row);
    this.setFlags(conversation, IS_CHANGED | IS_STALE);
  }

  /** Takes all records of sources out. Conversations that have others are stale, those that have none are gone. */
  dropSources(sources: ReadonlySet<number>): void {
    if (sources.size === 0) return;
    const { slices } = this;
    const owners = new Set<number>();
    for (let row = 1; row <= slices.length; row++) {
      if (sources.has(slices.sourceOf(row)) && slices.ownerOf(row) !== 0) owners.add(slices.ownerOf(row));
    }
    for (const owner of owners) this.unlink(owner, sources);
  }

  private unlink(conversation: number, sources: ReadonlySet<number>): void {
    const { slices, rows } = this;
    const kept: number[] = [];
    for (const row of this.chain(conversation)) {
      if (sources.has(slices.sourceOf(row))) slices.disown(row);
      else kept.push(row);
    }
    // Of those that are left, the one that came first stands.
    kept.sort((a, b) => a - b);
    rows.set(conversation, HEAD, kept[0] ?? 0);
    for (const [k, row] of kept.entries()) slices.setNext(row, kept[k + 1] ?? 0);
    this.setFlags(conversation, IS_CHANGED | IS_STALE);
  }

  /**
   * The records that a conversation is made of, as of a moment. Where all of those have gone since (a file was compressed
   * and removed), the ones that say the same now.
   */
  slicesOf(conversation: number, { lastSlice }: Snapshot): Slice[] {
    const first = this.firstOf(conversation);
    if (!this.isFolded(conversation)) return first === 0 ? [] : [this.slices.get(first)];
    const all = this.chain(conversation);
    const then = all.filter((row) => row <= lastSlice);
    return (then.length === 0 ? all : then).map((row) => this.slices.get(row));
  }

  /** Numbers that are others when a conversation, or what it is made of, is another. */
  contentOf(conversation: number, snapshot: Snapshot): number[] {
    const key = [0, 1, 2].map((word) => this.rows.get(conversation, word));
    // Parts make the same conversation whatever order they came in.
    const hashes = this.slicesOf(conversation, snapshot)
      .map(({ hash }) => hash)
      .sort(([a, b], [c, d]) => a - c || b - d);
    return [...key, hashes.length, ...hashes.flat()];
  }

  private chain(conversation: number): number[] {
    const rows: number[] = [];
    for (let row = this.firstOf(conversation); row !== 0; row = this.slices.nextOf(row)) rows.push(row);
    return rows;
  }

  /** Conversations whose records have to be read again for `setLast`, with those records. */
  *stale(): Generator<{ readonly conversation: number; readonly slices: Slice[] }> {
    const now = { ...this.now, lastSlice: this.slices.length };
    if (!this.isChanged) return;
    for (let row = 1; row <= this.rows.length; row++) {
      if (this.rows.get(row, FLAGS) & IS_STALE) yield { conversation: row, slices: this.slicesOf(row, now) };
    }
  }

  /** @param lastMs  Of the last message that is written; undefined where nothing is. */
  setLast(conversation: number, lastMs: number | undefined): void {
    const { rows } = this;
    const flags = rows.get(conversation, FLAGS) & ~(IS_STALE | IS_SERVED);
    rows.set(conversation, FLAGS, lastMs === undefined ? flags : flags | IS_SERVED);
    const high = Math.floor((lastMs ?? 0) / 2 ** 32);
    rows.set(conversation, LOW, (lastMs ?? 0) - high * 2 ** 32);
    rows.set(conversation, HIGH, high + HIGH_SHIFT);
    this.setFlags(conversation, IS_CHANGED);
  }

  lastMs(conversation: number): number {
    const { rows } = this;
    if (!(rows.get(conversation, FLAGS) & IS_SERVED)) return Number.NaN;
    return (rows.get(conversation, HIGH) - HIGH_SHIFT) * 2 ** 32 + rows.get(conversation, LOW);
  }

  /** A part of the hash of its id: by chance, and the same whatever the input's order. */
  tieOf(conversation: number): number {
    return this.rows.get(conversation, 1);
  }

  /** From now on requests see what has changed. Nothing may be stale. */
  settle(): void {
    if (!this.isChanged) return;
    const { rows } = this;
    const isChanged = (row: number) => (rows.get(row, FLAGS) & IS_CHANGED) !== 0;
    let count = 0;
    for (let row = 1; row <= rows.length; row++) if (isChanged(row)) count++;
    const changed = new Uint32Array(count);
    for (let row = rows.length; count > 0; row--) if (isChanged(row)) changed[--count] = row;
    const order = reordered(this.now.order, changed, this, isChanged);
    for (const row of changed) rows.set(row, FLAGS, rows.get(row, FLAGS) & ~IS_CHANGED);
    this.now = { order, lastSlice: this.slices.length, revision: this.now.revision + 1 };
    this.isChanged = false;
  }

  private setFlags(conversation: number, flags: number): void {
    this.rows.set(conversation, FLAGS, this.rows.get(conversation, FLAGS) | flags);
    this.isChanged = true;
  }

  private contentHash(owner: number, row: number): number {
    return owner === 0 ? 0 : (this.rows.get(owner, 0) ^ this.slices.hashOf(row)) >>> 0;
  }
}
