import type { Place } from "../diagnostics/finding.ts";
import { placesFrom } from "./places.ts";
import type { InputRecord, RecordProblem } from "./types.ts";

/** What a cut stretch of input may hold; all but plain payloads are opened before they are handed out. */
export type CutKind = "payload" | "capture" | "har-entry";

/** A stretch of input as the cutter hands it out; for a plain payload it is the record itself. */
export class Cut implements InputRecord {
  readonly source: string;
  number = 0;
  readonly start: Place;
  readonly bytes: Uint8Array;
  readonly pointer: string;
  readonly kind: CutKind;
  declare readonly problem?: RecordProblem;

  constructor(
    source: string,
    start: Place,
    bytes: Uint8Array,
    pointer: string,
    kind: CutKind,
    problem: RecordProblem | undefined,
  ) {
    this.source = source;
    this.start = start;
    this.bytes = bytes;
    this.pointer = pointer;
    this.kind = kind;
    if (problem !== undefined) this.problem = problem;
  }

  placesOf(offsets: readonly number[]): Place[] {
    return placesFrom(this.start, this.bytes, offsets);
  }
}
