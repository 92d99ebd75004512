import type { DiagnosticArgs, DiagnosticCode } from "../diagnostics/diagnostic.ts";
import type { Place } from "../diagnostics/finding.ts";
import type { TellBeside } from "./beside.ts";
import { Container, SEPARATOR } from "./container.ts";
import { Cut, type CutKind } from "./cut.ts";
import { PlaceTracker } from "./places.ts";
import { problemAt } from "./problems.ts";
import { Recovery } from "./recovery.ts";
import { Structure } from "./structure.ts";
import type { RecordProblem } from "./types.ts";
import { Window } from "./window.ts";

/** Hands over a value to somebody who may deal with it at once; see `SplitOptions.probe`. */
export type Probe = (bytes: Uint8Array, start: number, end: number, base: number) => number;

/** Whether a line is one whole payload; see `SplitOptions.line`. */
export type WholeLine = (bytes: Uint8Array, start: number, end: number) => boolean;

/** Where the cutter stands. Between the texts of the top level: */
export const BETWEEN_TEXTS = 0;
/** Between the elements of a container. */
export const IN_GAP = 1;
export const IN_VALUE = 2;
/** In a value that was found broken, looking for its end. */
export const IN_BROKEN = 3;

export interface CuttingOptions {
  readonly maxBytes: number;
  readonly probe: Probe | undefined;
  readonly line: WholeLine | undefined;
  readonly beside: TellBeside | undefined;
  /** Of the first byte. */
  readonly start: Place | undefined;
}

/**
 * The state that the parts of the cutter share, and what they all do with it. All of it is indexes into the
 * window, so a chunk may end anywhere.
 */
export class Cutting {
  /** Whether an array, `conversations` or `entries` was read, be it empty. */
  sawContainer = false;
  /** Records handled by the probe. */
  probed = 0;
  readonly source: string;
  readonly maxBytes: number;
  readonly probe: Probe | undefined;
  readonly line: WholeLine | undefined;
  readonly beside: TellBeside | undefined;
  readonly window = new Window();
  readonly tracker: PlaceTracker;
  readonly structure = new Structure();
  readonly recovery = new Recovery(this.structure);
  mode = BETWEEN_TEXTS;
  at = 0;
  /** Index of the current record's first byte. */
  start = 0;
  /** Indentation of a line that may start the next element; -1 for none. */
  indent = 0;
  /** Whether the current record was reported as too large already: it is only read to its end. */
  isDropped = false;
  /** Whether the current value is the rest of a document after its container. */
  isSuffix = false;
  suffixBase = 0;
  /** What should stand instead of broken text, where parsing that text alone would not tell. */
  expected: string | undefined;
  container: Container | undefined;
  /** Whether the current line of the top level holds nothing so far. */
  isFreshLine = true;
  /** Offset of the line that the current gap ends in. */
  lineStart = 0;
  /** Whether all visible bytes are read. */
  isStarved = false;
  /** Whether no more bytes will come. */
  isFinal = false;

  constructor(source: string, { maxBytes, probe, line, beside, start }: CuttingOptions) {
    this.tracker = new PlaceTracker(start);
    this.window.base = start?.offset ?? 0;
    this.source = source;
    this.maxBytes = maxBytes;
    this.probe = probe;
    this.line = line;
    this.beside = beside;
  }

  /** Index of the first byte that is still needed. */
  get hold(): number {
    return this.mode >= IN_VALUE && !this.isDropped ? this.start : this.at;
  }

  openContainer(base: number): void {
    this.sawContainer = true;
    this.container = new Container(base, this.at);
    this.mode = IN_GAP;
  }

  /**
   * A byte order mark at `at`: skipped at the source's start, a finding elsewhere. False where there is none.
   */
  byteOrderMark(): Cut | undefined | false {
    const { bytes, base } = this.window;
    const { at } = this;
    if (bytes.length - at < 3 && !this.isFinal) return this.starve();
    if (bytes[at + 1] !== 0xbb || bytes[at + 2] !== 0xbf) return false;
    this.at += 3;
    if (base + at === 0) {
      this.tracker.skipTo(3);
      return undefined;
    }
    // Places are counted forwards only, and this one may be asked for after the mark's.
    if (this.container !== undefined) this.placeAfterLast(this.container);
    const problem = problemAt("json/byte-order-mark", {}, 0, 3);
    return this.cut(at, this.at, this.container?.pointer ?? "", "payload", problem);
  }

  placeAfterLast(container: Container): Place {
    container.lastPlace ??= this.placeOf(container.lastAt);
    return container.lastPlace;
  }

  leaveContainer(): void {
    this.container = undefined;
    this.mode = BETWEEN_TEXTS;
    this.isFreshLine = true;
  }

  emit(start: number, end: number, kind: CutKind, problem: RecordProblem | undefined): Cut {
    const cut = this.cut(start, end, this.pointerHere(), kind, problem);
    this.noteLines(start, end);
    this.afterElement();
    return cut;
  }

  /** A list whose elements go over several lines is no line of JSON Lines. */
  noteLines(start: number, end: number): void {
    const { container, tracker, window } = this;
    if (container === undefined || container.isMultiline) return;
    const { base } = window;
    container.isMultiline = tracker.hasLineFeed(base + start, base + end, window.bytes, base);
  }

  afterElement(): undefined {
    const { container } = this;
    this.isFreshLine = false;
    if (container === undefined) {
      this.mode = BETWEEN_TEXTS;
      return;
    }
    // One that was too large was counted when that showed.
    if (!this.isDropped) container.index++;
    container.reach(this.at, SEPARATOR);
    this.mode = IN_GAP;
  }

  pointerHere(): string {
    const { container } = this;
    return container === undefined ? "" : `${container.pointer}/${container.index}`;
  }

  takePointer(): string {
    const pointer = this.pointerHere();
    if (this.container !== undefined) this.container.index++;
    return pointer;
  }

  cutProblem<C extends DiagnosticCode>(code: C, args: DiagnosticArgs[C], at: number, bytes: Uint8Array): Cut {
    const problem = problemAt(code, args, 0, bytes.length);
    return new Cut(this.source, this.placeOf(at), bytes, this.container?.pointer ?? "", "payload", problem);
  }

  cut(start: number, end: number, pointer: string, kind: CutKind, problem: RecordProblem | undefined): Cut {
    return new Cut(
      this.source,
      this.placeOf(start),
      this.window.bytes.subarray(start, end),
      pointer,
      kind,
      problem,
    );
  }

  placeOf(index: number): Place {
    const { bytes, base } = this.window;
    return this.tracker.placeOf(base + index, bytes, base);
  }

  starve(): undefined {
    this.isStarved = true;
  }

  /** Leaves the own buffer as soon as the chunk alone will do. */
  settle(): boolean {
    const { hold, window } = this;
    if (!window.canSettle(hold)) return false;
    this.countUpTo(hold);
    this.shift(window.settle());
    return true;
  }

  /** Saves what is needed of the chunk. */
  giveBack(): void {
    const { hold } = this;
    this.countUpTo(hold);
    this.shift(this.window.keep(hold));
  }

  /** Takes down the places before `hold` that may still be asked for: their bytes go away. */
  countUpTo(hold: number): void {
    const { container, tracker, window } = this;
    if (this.mode === IN_GAP && container !== undefined)
      container.lastPlace ??= this.placeOf(container.lastAt);
    tracker.advance(window.base + hold, window.bytes, window.base);
  }

  shift(by: number): void {
    this.at -= by;
    this.start -= by;
    this.structure.shift(by);
    this.recovery.shift(by);
    if (this.container !== undefined) this.container.lastAt -= by;
  }
}
