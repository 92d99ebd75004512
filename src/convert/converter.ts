import type { Place } from "../diagnostics/finding.ts";
import type { Placed, PlacedText } from "../diagnostics/place.ts";
import { isRejected } from "../formats/examine.ts";
import type { FormatAdapter } from "../formats/types.ts";
import type { Probe } from "../input/cutting.ts";
import type { InputRecord } from "../input/types.ts";
import { stringifyJson } from "../json/stringify.ts";
import { encodeUtf8 } from "../json/text.ts";
import type { JsonObject } from "../json/value.ts";
import type { Conversation } from "../model/conversation.ts";
import { compareText } from "../model/time.ts";
import { RepeatTable } from "../repeats/repeat-table.ts";
import { ConvertCounts } from "./counts.ts";
import { FastPath } from "./fast/fast-path.ts";
import { type Folded, foldParts, type HeldPart, heldPart, writeFolded } from "./folding.ts";
import { LossTracer, type Trail } from "./loss.ts";
import { keptAlike, mergedPlaces } from "./merged-places.ts";
import { type ConversationRead, readRecord, writeWhole } from "./read-record.ts";
import { whyUnwanted } from "./select.ts";
import type { ConvertSettings, ConvertSink, ConvertSummary } from "./types.ts";
import { Verdicts } from "./verdicts.ts";
import type { EdgeMap, Written } from "./write.ts";

/** A record whose conversation may get more parts: held until the input ends. */
interface Held extends HeldPart {
  readonly record: RecordFacts;
  readonly readEdges: EdgeMap;
}

/** What stays of a record when its bytes are gone. */
interface RecordFacts {
  readonly source: string;
  readonly number: number;
  readonly pointer: string;
  readonly start: Place;
}

/**
 * Turns records into conversations of another format, one record at a time. Nothing is kept of a record but a
 * hash, unless its conversation is folded out of several.
 *
 * Call `record` for each, then `finish` once. Results go to the sink while these calls run.
 */
export class Converter {
  private readonly settings: ConvertSettings;
  private readonly sink: ConvertSink;
  private readonly repeats = new RepeatTable();
  private readonly held = new Map<string, Held[]>();
  private readonly tracers = new Map<FormatAdapter, LossTracer>();
  private readonly counts = new ConvertCounts();
  private readonly verdicts: Verdicts;
  private readonly fast: FastPath | undefined;

  constructor(settings: ConvertSettings, sink: ConvertSink) {
    this.settings = settings;
    this.sink = sink;
    this.verdicts = new Verdicts(settings, sink, this.counts);
    this.fast = FastPath.of(settings, sink, { repeats: this.repeats, counts: this.counts });
  }

  /** For `SplitOptions.probe`: converts records that need no closer look straight from the input. */
  get probe(): Probe | undefined {
    const { fast } = this;
    return fast === undefined ? undefined : (bytes, start, end) => fast.takeFrom(bytes, start, end);
  }

  /** Converts one record. @returns Whether it was accepted (written, held or skipped), not rejected. */
  record(record: InputRecord): boolean {
    if (record.problem === undefined && this.fast?.take(record.bytes)) return true;
    this.counts.read++;
    const reading = readRecord(record, this.settings);
    const { examined } = reading;
    if (reading.kind === "rejected") return this.verdicts.reject(record, examined);
    if (reading.kind === "skipped") return this.verdicts.skip(record, examined, reading.what);
    return reading.isPart ? this.hold(record, reading) : this.stream(record, reading);
  }

  /** For `SplitOptions.beside`. @returns Whether the members may be there: under `strict` they are errors. */
  beside(part: PlacedText, members: readonly Placed[]): boolean {
    return this.verdicts.beside(part, members);
  }

  private stream(record: InputRecord, reading: ConversationRead): boolean {
    const { verdicts } = this;
    const { examined, conversation, document, format, readEdges } = reading;
    const unwanted = whyUnwanted(conversation, this.settings);
    if (unwanted !== undefined) return verdicts.skip(record, examined, unwanted);
    const repeat = this.repeats.seen(conversation.id, record.bytes);
    if (repeat !== "new") {
      const code = repeat === "same" ? "convert/exact-repeat" : "convert/differing-repeat";
      examined.report(code, "", { id: conversation.id });
      if (isRejected(examined, this.settings.strict)) return verdicts.reject(record, examined);
      return verdicts.skip(record, examined, repeat === "same" ? "exact repeat" : "repeat that differs");
    }
    const written = writeWhole(reading, this.settings);
    if (written === "rejected") return verdicts.reject(record, examined);
    if (written === "no message left") return verdicts.skip(record, examined, written);
    verdicts.accept(record, examined);
    this.traceLoss(record, format, document, { written, readEdges });
    this.emit(conversation, written, format, record);
    return true;
  }

  private hold(record: InputRecord, reading: ConversationRead): boolean {
    const { examined, conversation, readEdges } = reading;
    if (this.repeats.seenContent(conversation.id, record.bytes)) {
      examined.report("convert/exact-repeat", "", { id: conversation.id });
      return this.verdicts.skip(record, examined, "exact repeat");
    }
    const parts = this.held.get(conversation.id);
    const { source, number, pointer, start } = record;
    const part: Held = { ...heldPart(reading), record: { source, number, pointer, start }, readEdges };
    if (parts === undefined) this.held.set(conversation.id, [part]);
    else parts.push(part);
    this.verdicts.publish(record, examined);
    return true;
  }

  /** Writes the conversations that were held, in an order that does not depend on that of the records. */
  finish(): ConvertSummary {
    const folded = [...this.held.values()].map((group) => foldParts(group));
    this.held.clear();
    const firstTime = (conversation: Conversation) => conversation.messages[0]?.sentAt ?? "";
    folded.sort(
      (a, b) =>
        compareText(firstTime(a.conversation), firstTime(b.conversation)) ||
        compareText(a.conversation.id, b.conversation.id),
    );
    for (const one of folded) this.emitFolded(one);
    this.fast?.settle();
    return this.counts.summary();
  }

  private emitFolded(folded: Folded<Held>): void {
    const { parts, conversation } = folded;
    const unwanted = whyUnwanted(conversation, this.settings);
    if (unwanted !== undefined) {
      this.counts.skipped.add(unwanted, parts.length);
      return;
    }
    const last = parts.at(-1)!;
    const { written, diagnostics, report, isEmpty } = writeFolded(folded, this.settings);
    const findings = this.verdicts.publish(heldRecord(last), { ...last, diagnostics, report });
    const error = findings.find(({ severity }) => severity === "error");
    if (error !== undefined) {
      this.counts.rejected.add(error.code, parts.length);
      for (const part of parts) this.sink.rejected?.(heldRecord(part), [error]);
      return;
    }
    if (isEmpty) {
      this.counts.skipped.add("no message left", parts.length);
      return;
    }
    this.counts.written += parts.length;
    for (const part of parts) {
      const inMerged = mergedPlaces(part.conversation, conversation);
      const kept = part === last ? written.kept : keptAlike(written.kept, last.document, part.document);
      this.traceLoss(part.record, part.format, part.document, {
        written: { ...written, kept },
        readEdges: part.readEdges,
        inMerged,
      });
    }
    const first = parts.reduce((a, b) => (isBefore(a.record, b.record) ? a : b));
    this.emit(conversation, written, last.format, first.record);
  }

  private emit(
    conversation: Conversation,
    written: Written,
    format: FormatAdapter,
    record: RecordFacts,
  ): void {
    this.counts.conversations++;
    const { source, number } = record;
    this.sink.converted(
      { id: conversation.id, value: written.value, from: format.id, source, record: number },
      conversation,
    );
  }

  private traceLoss(record: RecordFacts, format: FormatAdapter, document: JsonObject, trail: Trail): void {
    let tracer = this.tracers.get(format);
    if (tracer === undefined) {
      tracer = new LossTracer(format, this.settings.to);
      this.tracers.set(format, tracer);
    }
    const isAsked = this.sink.loss !== undefined;
    tracer.eachLeaf(document, trail, isAsked, (field, pointer, fate) => {
      if (fate.fate === "dropped") this.counts.dropped.add(field);
      else if (fate.fate === "derived") this.counts.derived.add(field);
      this.sink.loss?.({
        source: record.source,
        record: record.number,
        pointer: record.pointer + pointer(),
        field,
        ...fate,
      });
    });
  }
}

/** A record again whose bytes are gone: its values stand in for them, and every place is that of its start. */
function heldRecord({ record, document }: Held): InputRecord {
  return {
    ...record,
    bytes: encodeUtf8(stringifyJson(document)),
    placesOf: (offsets) => offsets.map(() => record.start),
  };
}

function isBefore(a: RecordFacts, b: RecordFacts): boolean {
  return compareText(a.source, b.source) < 0 || (a.source === b.source && a.number < b.number);
}
