import type { DiagnosticArgs, DiagnosticCode } from "../diagnostics/diagnostic.ts";
import type { Place } from "../diagnostics/finding.ts";
import { betweenTexts } from "./between-texts.ts";
import { cutAtCandidate, endBroken, inBroken } from "./broken.ts";
import { Cut } from "./cut.ts";
import { BETWEEN_TEXTS, Cutting, type CuttingOptions, IN_BROKEN, IN_GAP, IN_VALUE } from "./cutting.ts";
import { inGap, unterminated } from "./gap.ts";
import { ENDS_FOR_GOOD } from "./recovery.ts";
import type { RecordProblem } from "./types.ts";
import { inValue, valueDone } from "./value.ts";

/**
 * Cuts a byte stream into records, by its JSON structure alone. `next` gives one cut at a time and undefined
 * when it needs the next chunk; what it cut before is only valid until then.
 */
export class Cutter {
  private readonly cutting: Cutting;

  constructor(source: string, options: CuttingOptions) {
    this.cutting = new Cutting(source, options);
  }

  /** Behind the last record that is whole; undefined where what comes next means nothing without what came before. */
  get rest(): Place | undefined {
    const c = this.cutting;
    if (c.container !== undefined || c.structure.isSequence) return undefined;
    if (c.mode === BETWEEN_TEXTS) return c.placeOf(c.at);
    return c.isDropped || c.isSuffix ? undefined : c.placeOf(c.start);
  }

  get sawContainer(): boolean {
    return this.cutting.sawContainer;
  }

  /** Records handled by the probe. */
  get probed(): number {
    return this.cutting.probed;
  }

  feed(chunk: Uint8Array): void {
    this.cutting.window.feed(chunk);
    this.cutting.isStarved = false;
  }

  /** No more chunks will come. */
  finish(): void {
    this.cutting.isFinal = true;
    this.feed(new Uint8Array(0));
  }

  next(): Cut | undefined {
    const c = this.cutting;
    c.settle();
    for (;;) {
      if (!c.isStarved || c.settle() || c.window.extend()) {
        c.isStarved = false;
        const cut = step(c);
        if (cut !== undefined) return cut;
      } else if (!c.isFinal) {
        c.giveBack();
        return undefined;
      } else {
        if (c.mode === BETWEEN_TEXTS) return undefined;
        c.isStarved = false;
        const cut = cutOff(c);
        if (cut !== undefined) return cut;
      }
    }
  }

  /** What is held of a record when the source fails: it and the problem are the last cut. */
  fail(code: DiagnosticCode, args: DiagnosticArgs[DiagnosticCode]): Cut {
    const c = this.cutting;
    const held = c.window.bytes.subarray(c.hold);
    const problem = { code, args, offset: held.length, end: held.length } as unknown as RecordProblem;
    return new Cut(c.source, c.placeOf(c.hold), held, c.pointerHere(), "payload", problem);
  }
}

function step(c: Cutting): Cut | undefined {
  switch (c.mode) {
    case BETWEEN_TEXTS:
      return betweenTexts(c);
    case IN_GAP:
      return inGap(c, c.container!);
    case IN_VALUE:
      return inValue(c);
    default:
      return inBroken(c);
  }
}

/** The input ends, but not between texts. */
function cutOff(c: Cutting): Cut | undefined {
  const { container, structure, start } = c;
  const { bytes } = c.window;
  c.at = bytes.length;
  if (c.mode === IN_GAP) return unterminated(c, container!);
  if (c.mode === IN_VALUE) {
    if (structure.isBareWord && !c.isDropped) return valueDone(c);
    if (structure.candidate >= 0 && !c.isDropped) return cutAtCandidate(c);
  }
  const end = c.mode === IN_BROKEN ? c.recovery.endAt(bytes.length) : bytes.length;
  return endBroken(c, start, end, ENDS_FOR_GOOD);
}
