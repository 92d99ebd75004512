import { Rows } from "./rows.ts";

/** How the bytes of a slice are told apart from what is around them. */
export const PAYLOAD = 0;
/** A capture record; one of the payloads in its body is meant. */
export const CAPTURE = 1;
/** An entry of a HAR's list. */
export const HAR_ENTRY = 2;
export type SliceKind = typeof PAYLOAD | typeof CAPTURE | typeof HAR_ENTRY;

/** Where a record stands, and what it is known by when it is read again. */
export interface Slice {
  /** Number of a source; see `Sources`. */
  readonly source: number;
  readonly kind: SliceKind;
  /** In bytes from the source's start. */
  readonly offset: number;
  readonly length: number;
  /** The first words of the SHA-256 of the payload. */
  readonly hash: readonly [number, number];
}

const SOURCE = 0;
const LOW = 1;
/** The offset's upper 28 bits and the kind. */
const HIGH = 2;
const LENGTH = 3;
const NEXT = 4;
const OWNER = 5;
const HASH = 6;
const WIDTH = 8;
const KIND_SHIFT = 28;
const HIGH_MASK = 2 ** KIND_SHIFT - 1;

/** All slices, by number from 1, in the order they came: 32 bytes each. Those of one conversation form a chain. */
export class SliceTable {
  private readonly rows = new Rows(WIDTH);

  get length(): number {
    return this.rows.length;
  }

  add(slice: Slice, owner: number): number {
    const { rows } = this;
    const row = rows.add();
    rows.set(row, SOURCE, slice.source);
    rows.set(row, LOW, slice.offset % 2 ** 32);
    rows.set(row, HIGH, Math.floor(slice.offset / 2 ** 32) + slice.kind * 2 ** KIND_SHIFT);
    rows.set(row, LENGTH, slice.length);
    rows.set(row, OWNER, owner);
    rows.set(row, HASH, slice.hash[0]);
    rows.set(row, HASH + 1, slice.hash[1]);
    return row;
  }

  get(row: number): Slice {
    const { rows } = this;
    const high = rows.get(row, HIGH);
    return {
      source: rows.get(row, SOURCE),
      kind: (high >>> KIND_SHIFT) as SliceKind,
      offset: (high & HIGH_MASK) * 2 ** 32 + rows.get(row, LOW),
      length: rows.get(row, LENGTH),
      hash: [rows.get(row, HASH), rows.get(row, HASH + 1)],
    };
  }

  sourceOf(row: number): number {
    return this.rows.get(row, SOURCE);
  }

  /** The conversation it belongs to; 0 for one that was taken out. */
  ownerOf(row: number): number {
    return this.rows.get(row, OWNER);
  }

  /** Takes a slice out of its conversation. Its number is not given again. */
  disown(row: number): void {
    this.rows.set(row, OWNER, 0);
  }

  hashOf(row: number): number {
    return this.rows.get(row, HASH);
  }

  hasHash(row: number, hash: readonly [number, number]): boolean {
    return this.rows.get(row, HASH) === hash[0] && this.rows.get(row, HASH + 1) === hash[1];
  }

  nextOf(row: number): number {
    return this.rows.get(row, NEXT);
  }

  setNext(row: number, next: number): void {
    this.rows.set(row, NEXT, next);
  }
}
