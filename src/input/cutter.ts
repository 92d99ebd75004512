import type { DiagnosticArgs, DiagnosticCode } from "../diagnostics/diagnostic.ts";
import type { Place } from "../diagnostics/finding.ts";
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  isOpener,
  isSpace,
  LINE_FEED,
  OPEN_BRACKET,
  RECORD_SEPARATOR,
  STARTS_VALUE,
  trimEnd,
} from "./bytes.ts";
import {
  ANYTHING,
  Container,
  ELEMENT,
  FIRST,
  SEPARATOR,
  textAfterPrefix,
  textBeforeSuffix,
} from "./container.ts";
import { Cut, type CutKind } from "./cut.ts";
import { PlaceTracker } from "./places.ts";
import { problemAround, problemAt, unexpected } from "./problems.ts";
import { ENDS_AT_LINE, ENDS_FOR_GOOD, ENDS_IN_CONTAINER, Recovery, STILL_BROKEN } from "./recovery.ts";
import { ARRAY, CONTAINER, DONE, FAULT, Structure } from "./structure.ts";
import type { RecordProblem } from "./types.ts";
import { Window } from "./window.ts";

/** Hands over a value to somebody who may deal with it at once; see `SplitOptions.probe`. */
export type Probe = (bytes: Uint8Array, start: number, end: number) => number;

/** Between the texts of the top level. */
const BETWEEN_TEXTS = 0;
/** Between the elements of a container. */
const IN_GAP = 1;
const IN_VALUE = 2;
/** In a value that was found broken, looking for its end. */
const IN_BROKEN = 3;

const NOTHING = new Uint8Array(0);
const ONE_COMMA = Uint8Array.of(COMMA);
/** How much of a record over the limit is shown. */
const SHOWN_OF_TOO_LARGE = 65_536;
const SCALAR = /^(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)$/;

/**
 * Cuts a byte stream into records, by its JSON structure alone. `next` gives one cut at a time and undefined when
 * it needs the next chunk; what it cut before is only valid until then.
 *
 * The whole state is indexes into the window, so a chunk may end anywhere.
 */
export class Cutter {
  /** Whether an array, `conversations` or `entries` was read, be it empty. */
  sawContainer = false;
  /** Records handled by the probe. */
  probed = 0;
  private readonly source: string;
  private readonly maxBytes: number;
  private readonly probe: Probe | undefined;
  private readonly window = new Window();
  private readonly tracker = new PlaceTracker();
  private readonly structure = new Structure();
  private readonly recovery = new Recovery(this.structure);
  private mode = BETWEEN_TEXTS;
  private at = 0;
  /** Index of the current record's first byte. */
  private start = 0;
  private indent = 0;
  /** Whether the current record was reported as too large already: it is only read to its end. */
  private isDropped = false;
  /** Whether the current value is the rest of a document after its container. */
  private isSuffix = false;
  private suffixBase = 0;
  /** What should stand instead of broken text, where parsing that text alone would not tell. */
  private expected: string | undefined;
  private container: Container | undefined;
  /** Whether the current line of the top level holds nothing so far. */
  private isFreshLine = true;
  /** Offset of the line that the current gap ends in. */
  private lineStart = 0;
  private isStarved = false;
  private isFinal = false;

  constructor(source: string, maxBytes: number, probe: Probe | undefined) {
    this.source = source;
    this.maxBytes = maxBytes;
    this.probe = probe;
  }

  feed(chunk: Uint8Array): void {
    this.window.feed(chunk);
    this.isStarved = false;
  }

  finish(): void {
    this.isFinal = true;
    this.feed(NOTHING);
  }

  next(): Cut | undefined {
    this.settle();
    for (;;) {
      if (this.isStarved && !this.settle() && !this.window.extend()) {
        if (!this.isFinal) {
          this.giveBack();
          return undefined;
        }
        if (this.mode === BETWEEN_TEXTS) return undefined;
        this.isStarved = false;
        const last = this.cutOff();
        if (last !== undefined) return last;
        continue;
      }
      this.isStarved = false;
      const cut = this.step();
      if (cut !== undefined) return cut;
    }
  }

  /** What is held of a record when the source fails: it and the problem are the last cut. */
  fail(code: DiagnosticCode, args: DiagnosticArgs[DiagnosticCode]): Cut {
    const { bytes, base } = this.window;
    const held = bytes.subarray(this.hold);
    const start = this.tracker.placeOf(base + this.hold, bytes, base);
    const problem = { code, args, offset: held.length, end: held.length } as unknown as RecordProblem;
    return new Cut(this.source, start, held, this.pointerHere(), "payload", problem);
  }

  private get hold(): number {
    return this.mode >= IN_VALUE && !this.isDropped ? this.start : this.at;
  }

  /** Leaves the own buffer as soon as the chunk alone will do. */
  private settle(): boolean {
    const { hold, window } = this;
    if (!window.canSettle(hold)) return false;
    this.countUpTo(hold);
    this.shift(window.settle());
    return true;
  }

  /** Saves what is needed of the chunk. */
  private giveBack(): void {
    const { hold } = this;
    this.countUpTo(hold);
    this.shift(this.window.keep(hold));
  }

  /** Takes down the places before `hold` that may still be asked for: their bytes go away. */
  private countUpTo(hold: number): void {
    const { container, tracker, window } = this;
    if (this.mode === IN_GAP && container !== undefined)
      container.lastPlace ??= this.placeOf(container.lastAt);
    tracker.advance(window.base + hold, window.bytes, window.base);
  }

  private shift(by: number): void {
    this.at -= by;
    this.start -= by;
    this.structure.shift(by);
    this.recovery.shift(by);
    if (this.container !== undefined) this.container.lastAt -= by;
  }

  private step(): Cut | undefined {
    switch (this.mode) {
      case BETWEEN_TEXTS:
        return this.betweenTexts();
      case IN_GAP:
        return this.inGap(this.container!);
      case IN_VALUE:
        return this.inValue();
      default:
        return this.inBroken();
    }
  }

  // Between the texts of the top level.

  private betweenTexts(): Cut | undefined {
    const { bytes } = this.window;
    while (this.at < bytes.length && isSpace(bytes[this.at]!)) {
      if (bytes[this.at++] === LINE_FEED) this.isFreshLine = true;
    }
    if (this.at === bytes.length) return this.starve();
    const byte = bytes[this.at]!;
    if (byte === RECORD_SEPARATOR) {
      this.structure.isSequence = true;
      this.isFreshLine = true;
      this.at++;
      return undefined;
    }
    if (byte === 0xef) {
      const mark = this.byteOrderMark();
      if (mark !== false) return mark;
    }
    if (byte === OPEN_BRACKET) return this.openArray();
    if (STARTS_VALUE[byte] === 1) return this.beginValue(0, 0);
    if (byte === COMMA) {
      this.at++;
      return this.cutProblem("json/syntax", { expected: "a payload", found: "," }, this.at - 1, ONE_COMMA);
    }
    return this.beginGarbage(this.at);
  }

  private openArray(): undefined {
    this.structure.begin(0, 0);
    this.structure.push(ARRAY);
    this.at++;
    this.openContainer(1);
  }

  private openContainer(base: number): void {
    this.sawContainer = true;
    this.container = new Container(base, this.at);
    this.mode = IN_GAP;
  }

  /** Text that cannot be a value: it lasts to a line that looks like a record. */
  private beginGarbage(start: number): undefined {
    this.structure.begin(0, 0);
    this.start = start;
    this.isDropped = false;
    this.isSuffix = false;
    // A stray byte on a fresh line is shown well enough by parsing it; behind a document it is the document's fault.
    this.breakAt(this.at, this.isFreshLine ? undefined : "the end of the payload");
  }

  /** A byte order mark at `at`: skipped at the source's start, a finding elsewhere. False where there is none. */
  private byteOrderMark(): Cut | undefined | false {
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

  // Between the elements of a container.

  private inGap(container: Container): Cut | undefined {
    const { bytes } = this.window;
    while (this.at < bytes.length && isSpace(bytes[this.at]!)) {
      if (bytes[this.at++] === LINE_FEED) {
        container.sawLineFeed = true;
        this.lineStart = this.window.base + this.at;
      }
    }
    if (this.at === bytes.length) return this.starve();
    const byte = bytes[this.at]!;
    if (byte === CLOSE_BRACKET) return this.closeContainer(container);
    if (byte === COMMA) return this.takeComma(container);
    if (byte === RECORD_SEPARATOR && this.structure.isSequence) return this.unterminated(container);
    if (byte === 0xef) {
      const mark = this.byteOrderMark();
      if (mark !== false) return mark;
    }
    if (container.gap === SEPARATOR) return this.missingComma(container, byte);
    if (byte === CLOSE_BRACE || byte === COLON) return this.beginBrokenElement(container, undefined);
    return this.beginElement(container);
  }

  private takeComma(container: Container): Cut | undefined {
    const isMissingElement = container.gap === FIRST || container.gap === ELEMENT;
    const { expected } = container;
    container.reach(++this.at, ELEMENT);
    if (!isMissingElement) return undefined;
    return this.cutProblem("json/syntax", { expected, found: "," }, this.at - 1, ONE_COMMA);
  }

  private missingComma(container: Container, byte: number): Cut | undefined {
    const isAtLineStart = container.sawLineFeed && this.window.base + this.at === this.lineStart;
    // A list on one line with a record on the next: JSON Lines whose line was cut off.
    if (isOpener(byte) && isAtLineStart && !container.isMultiline) return this.unterminated(container);
    if (STARTS_VALUE[byte] !== 1) return this.beginBrokenElement(container, container.expected);
    const args = { expected: container.expected, found: String.fromCharCode(byte) };
    container.gap = ANYTHING;
    return this.cutProblem("json/syntax", args, this.at, Uint8Array.of(byte));
  }

  private closeContainer(container: Container): Cut | undefined {
    const problem = container.gap === ELEMENT ? this.trailingComma(container) : undefined;
    this.container = undefined;
    if (container.base === 1) {
      this.at++;
      this.mode = BETWEEN_TEXTS;
      this.isFreshLine = false;
      return problem;
    }
    this.structure.resume(container.base);
    this.start = this.at++;
    this.mode = IN_VALUE;
    this.isDropped = false;
    this.isSuffix = true;
    this.suffixBase = container.base;
    return problem;
  }

  private trailingComma(container: Container): Cut {
    const after = this.placeAfterLast(container);
    const place = { offset: after.offset - 1, line: after.line, column: after.column - 1 };
    const problem = problemAt("json/trailing-comma", { before: "]" }, 0, 1);
    return new Cut(this.source, place, ONE_COMMA, container.pointer, "payload", problem);
  }

  private unterminated(container: Container): Cut {
    const problem = problemAt("json/unexpected-end", { expected: container.expected }, 0, 0);
    const place = this.placeAfterLast(container);
    this.leaveContainer();
    return new Cut(this.source, place, NOTHING, container.pointer, "payload", problem);
  }

  private placeAfterLast(container: Container): Place {
    container.lastPlace ??= this.placeOf(container.lastAt);
    return container.lastPlace;
  }

  private leaveContainer(): void {
    this.container = undefined;
    this.mode = BETWEEN_TEXTS;
    this.isFreshLine = true;
  }

  private beginElement(container: Container): undefined {
    if (container.sawLineFeed) container.isMultiline = true;
    this.beginValue(container.base, this.indentOf(container));
  }

  private beginBrokenElement(container: Container, expected: string | undefined): undefined {
    this.structure.begin(container.base, -1);
    this.indent = this.indentOf(container);
    this.start = this.at;
    this.isDropped = false;
    this.isSuffix = false;
    this.breakAt(this.at, expected);
  }

  /** A record that starts its line shows how the next one's line looks; a list on one line has no next line. */
  private indentOf(container: Container): number {
    if (container.sawLineFeed) return this.window.base + this.at - this.lineStart;
    return container.isMultiline ? -1 : 0;
  }

  // In a value.

  private beginValue(base: number, indent: number): undefined {
    this.isDropped = false;
    if (this.probe !== undefined && base < 3 && this.runProbe(this.probe)) return;
    this.structure.begin(base, indent);
    this.start = this.at;
    this.indent = indent;
    this.isSuffix = false;
    this.expected = undefined;
    this.mode = IN_VALUE;
  }

  private runProbe(probe: Probe): boolean {
    const { bytes } = this.window;
    const end = probe(bytes, this.at, Math.min(bytes.length, this.at + this.maxBytes));
    if (end <= this.at) return false;
    this.noteLines(this.at, end);
    this.at = end;
    this.probed++;
    this.afterElement();
    return true;
  }

  private inValue(): Cut | undefined {
    const { structure } = this;
    const { bytes } = this.window;
    const event = structure.scan(bytes, this.at, this.valueLimit);
    this.at = structure.at;
    switch (event) {
      case DONE:
        return this.valueDone();
      case CONTAINER:
        return this.openInner();
      case FAULT:
        return this.fault();
      default:
        if (this.at < this.valueLimit) return undefined;
        return this.at < bytes.length ? this.tooLarge() : this.starve();
    }
  }

  /** How far a value may be scanned. A word that has just the size that is allowed shows its end one byte later. */
  private get valueLimit(): number {
    const { length } = this.window.bytes;
    if (this.isDropped) return length;
    return Math.min(length, this.start + this.maxBytes + (this.structure.isBareWord ? 1 : 0));
  }

  private valueDone(): Cut | undefined {
    const { structure, start, at } = this;
    if (this.isSuffix) return this.suffixDone(at);
    if (this.isDropped) return this.afterElement();
    if (structure.base === 0 && !this.isContainerByte(start)) {
      const problem = this.scalarProblem(start, at);
      if (problem === "garbage") return this.beginGarbage(start);
      return this.emit(start, at, "payload", problem);
    }
    const kind = structure.base === 3 ? "har-entry" : structure.keys.isCapture ? "capture" : "payload";
    return this.emit(start, at, kind, undefined);
  }

  private isContainerByte(index: number): boolean {
    return isOpener(this.window.bytes[index]!);
  }

  private scalarProblem(start: number, end: number): RecordProblem | "garbage" | undefined {
    const { bytes } = this.window;
    if (bytes[start] === 0x22) return undefined;
    if (!SCALAR.test(String.fromCharCode(...bytes.subarray(start, Math.min(end, start + 4096)))))
      return "garbage";
    // RFC 7464, section 2.4: without a byte after it, a number may have lost its last digits.
    const isCutOff = this.structure.isSequence && (end === bytes.length || bytes[end] === RECORD_SEPARATOR);
    return isCutOff ? problemAt("input/cut-off", {}, 0, end - start) : undefined;
  }

  /** A list of records begins inside a document: what came before it is no record, but must be sound. */
  private openInner(): Cut | undefined {
    const { structure, start, at } = this;
    const base = structure.depth;
    const before = this.isSuffix ? textBeforeSuffix(this.suffixBase) : "";
    const problem = this.isDropped
      ? undefined
      : problemAround(before, this.window.bytes.subarray(start, at), textAfterPrefix(base));
    this.openContainer(base);
    return problem === undefined ? undefined : this.cut(start, at, "", "payload", problem);
  }

  /** The document ended: what came after its list is checked as well. */
  private suffixDone(end: number): Cut | undefined {
    const { bytes } = this.window;
    this.mode = BETWEEN_TEXTS;
    this.isFreshLine = false;
    this.isSuffix = false;
    if (this.isDropped) return undefined;
    const problem = problemAround(textBeforeSuffix(this.suffixBase), bytes.subarray(this.start, end), "");
    return problem === undefined ? undefined : this.cut(this.start, end, "", "payload", problem);
  }

  private tooLarge(): Cut | undefined {
    if (this.structure.candidate >= 0) return this.cutAtCandidate();
    const { start } = this;
    this.isDropped = true;
    this.structure.forget();
    if (this.isSuffix) return undefined;
    const problem = problemAt("input/record-too-large", { limitBytes: this.maxBytes }, 0, 1);
    return this.cut(
      start,
      start + Math.min(this.maxBytes, SHOWN_OF_TOO_LARGE),
      this.takePointer(),
      "payload",
      problem,
    );
  }

  // In a broken value.

  private fault(): Cut | undefined {
    if (this.structure.candidate >= 0 && !this.isDropped) return this.cutAtCandidate();
    this.breakAt(this.at, undefined);
    return undefined;
  }

  /** Ends the broken value where a line starts like a record, and reads on there, though the scan was further. */
  private cutAtCandidate(): Cut | undefined {
    const { structure, start } = this;
    const next = structure.candidate;
    structure.eagerUntil = Math.max(structure.eagerUntil, this.at + 1);
    this.at = next;
    return this.endBroken(start, next, ENDS_AT_LINE);
  }

  private breakAt(at: number, expected: string | undefined): void {
    this.mode = IN_BROKEN;
    this.expected = expected;
    this.recovery.begin(at, this.structure.base === 0 ? 0 : this.indent);
  }

  private inBroken(): Cut | undefined {
    const { recovery, start } = this;
    const { bytes } = this.window;
    // One byte more than is allowed, as it may be the one that shows the end.
    const limit = this.isDropped ? bytes.length : Math.min(bytes.length, start + this.maxBytes + 1);
    const event = recovery.run(bytes, limit);
    this.at = recovery.at;
    if (event !== STILL_BROKEN) return this.endBroken(start, recovery.end, event);
    if (this.isDropped || this.at - start <= this.maxBytes) return this.starve();
    // The fault is within what is shown, so nothing more is needed of it.
    const cut = this.cutBroken(start, start + this.maxBytes);
    this.isDropped = true;
    return cut;
  }

  private endBroken(start: number, end: number, event: number): Cut | undefined {
    const { container } = this;
    const cut = this.isDropped ? undefined : this.cutBroken(start, trimEnd(this.window.bytes, start, end));
    this.isDropped = false;
    if (
      container === undefined ||
      event === ENDS_FOR_GOOD ||
      (event === ENDS_AT_LINE && !container.isMultiline)
    ) {
      this.leaveContainer();
      return cut;
    }
    this.mode = IN_GAP;
    container.reach(this.at, event === ENDS_IN_CONTAINER ? SEPARATOR : ANYTHING);
    if (event === ENDS_AT_LINE) {
      // Reading goes on at the line's first bracket: the gap before it has been read already.
      container.sawLineFeed = true;
      this.lineStart = this.window.base + this.at - this.indent;
    }
    return cut;
  }

  private cutBroken(start: number, end: number): Cut | undefined {
    if (this.isSuffix) {
      const problem = problemAround(
        textBeforeSuffix(this.suffixBase),
        this.window.bytes.subarray(start, end),
        "",
      );
      this.isSuffix = false;
      return problem === undefined ? undefined : this.cut(start, end, "", "payload", problem);
    }
    const problem =
      this.expected === undefined ? undefined : unexpected(this.window.bytes, start, end, this.expected);
    return this.cut(start, end, this.takePointer(), "payload", problem);
  }

  // The end of the input.

  private cutOff(): Cut | undefined {
    const { container, structure, start } = this;
    const { bytes } = this.window;
    this.at = bytes.length;
    if (this.mode === IN_GAP) return this.unterminated(container!);
    if (this.mode === IN_VALUE) {
      if (structure.isBareWord && !this.isDropped) return this.valueDone();
      if (structure.candidate >= 0 && !this.isDropped) return this.cutAtCandidate();
    }
    const end = this.mode === IN_BROKEN ? this.recovery.endAt(bytes.length) : bytes.length;
    return this.endBroken(start, end, ENDS_FOR_GOOD);
  }

  // Cutting.

  private emit(start: number, end: number, kind: CutKind, problem: RecordProblem | undefined): Cut {
    const cut = this.cut(start, end, this.pointerHere(), kind, problem);
    this.noteLines(start, end);
    this.afterElement();
    return cut;
  }

  /** A list whose elements go over several lines is no line of JSON Lines. */
  private noteLines(start: number, end: number): void {
    const { container, tracker, window } = this;
    if (container === undefined || container.isMultiline) return;
    const { base } = window;
    container.isMultiline = tracker.hasLineFeed(base + start, base + end, window.bytes, base);
  }

  private afterElement(): undefined {
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

  private pointerHere(): string {
    const { container } = this;
    return container === undefined ? "" : `${container.pointer}/${container.index}`;
  }

  private takePointer(): string {
    const pointer = this.pointerHere();
    if (this.container !== undefined) this.container.index++;
    return pointer;
  }

  private cutProblem<C extends DiagnosticCode>(
    code: C,
    args: DiagnosticArgs[C],
    at: number,
    bytes: Uint8Array,
  ): Cut {
    const problem = problemAt(code, args, 0, bytes.length);
    return new Cut(this.source, this.placeOf(at), bytes, this.container?.pointer ?? "", "payload", problem);
  }

  private cut(
    start: number,
    end: number,
    pointer: string,
    kind: CutKind,
    problem: RecordProblem | undefined,
  ): Cut {
    return new Cut(
      this.source,
      this.placeOf(start),
      this.window.bytes.subarray(start, end),
      pointer,
      kind,
      problem,
    );
  }

  private placeOf(index: number): Place {
    const { bytes, base } = this.window;
    return this.tracker.placeOf(base + index, bytes, base);
  }

  private starve(): undefined {
    this.isStarved = true;
  }
}
