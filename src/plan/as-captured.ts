import { lookInside } from "../enclosures/look-inside.ts";
import type { InputRecord } from "../input/types.ts";
import type { JsonObject } from "../json/value.ts";
import type { RecordPass } from "../replay/journal/first-pass.ts";
import type { MessageName, PayloadFacts, Planner, PlanRecord } from "../replay/plan.ts";
import type { InputCounts } from "./input-counts.ts";
import {
  factsOf,
  mayHoldPayloads,
  plainObject,
  quickFacts,
  type Refusal,
  type WantedFacts,
  whyNotSent,
} from "./payload.ts";
import type { PlanSettings } from "./settings.ts";
import type { MessageSink } from "./sink.ts";

interface CapturedSettings {
  readonly plan: PlanSettings;
  readonly wanted: WantedFacts;
}

/** Records as they are. */
export class AsCaptured {
  private readonly source: CapturedSettings;
  private readonly sink: MessageSink;
  private readonly counts: InputCounts;
  private readonly planner: Planner;
  private readonly pass: RecordPass | undefined;
  /** Whether messages are selected by their facts. */
  private readonly isSelected: boolean;
  /** Whether format, event and conversation id are all that is asked for. */
  private readonly isQuick: boolean;
  /** Of the next record, where it was read to find its end. */
  private ahead: JsonObject | undefined;

  constructor(
    source: CapturedSettings,
    sink: MessageSink,
    counts: InputCounts,
    planner: Planner,
    pass: RecordPass | undefined,
  ) {
    this.source = source;
    this.sink = sink;
    this.counts = counts;
    this.planner = planner;
    this.pass = pass;
    const { sinceMs, untilMs, shard } = source.plan;
    this.isSelected = (sinceMs ?? untilMs ?? shard) !== undefined;
    this.isQuick = !this.isSelected && !source.wanted.conversation && !source.wanted.time;
  }

  /** For `SplitOptions.line`: what is read to see whether a line is a payload is kept for its record. */
  readonly line = (bytes: Uint8Array, start: number, end: number): boolean => {
    const document = plainObject({ bytes: bytes.subarray(start, end) });
    if (document === undefined || mayHoldPayloads(document)) return false;
    this.ahead = document;
    return true;
  };

  /** What earlier runs know is told by its name alone: that is why names come first, before a record is parsed. */
  record(record: InputRecord): boolean | Promise<boolean> {
    const { ahead } = this;
    this.ahead = undefined;
    const name = this.planner.name(record, record.capture ?? {});
    if (name === undefined) {
      this.counts.leaveOut("beyond --limit");
      return true;
    }
    const before = this.sink.before?.(name);
    if (before !== undefined) {
      this.pass?.settle(before);
      return this.taken(name, record);
    }
    const document = ahead ?? plainObject(record);
    const refusal = document === undefined ? whyNotSent(record, this.source.plan) : undefined;
    if (refusal !== undefined) return this.refused(refusal);
    if (this.sink.wantsNames && !this.isSelected) return this.taken(name, record);
    const quick = this.quickFacts(document);
    if (quick !== undefined) return this.planned(name, record, { ...quick, isJson: true });
    const opened = lookInside(record);
    const isJson = document !== undefined;
    return opened instanceof Promise
      ? opened.then((one) => this.examined(name, record, one, isJson))
      : this.examined(name, record, opened, isJson);
  }

  private refused(refusal: Refusal): boolean {
    if (refusal.kind === "left-out") {
      this.counts.leaveOut(refusal.why);
      return true;
    }
    this.counts.reject(refusal.code);
    this.sink.findings(refusal.findings);
    return false;
  }

  private taken(name: MessageName, record: PlanRecord): true | Promise<true> {
    return this.sink.message(this.planner.take(name, record))?.then(() => true) ?? true;
  }

  private quickFacts(document: JsonObject | undefined): PayloadFacts | undefined {
    return this.isQuick && document !== undefined ? quickFacts(document, this.source.plan) : undefined;
  }

  /** @param opened  The same with what is in the files that it holds: for what is known of it, never for what is sent. */
  private examined(
    name: MessageName,
    record: InputRecord,
    opened: InputRecord,
    isJson: boolean,
  ): true | Promise<true> {
    const facts = factsOf(opened, this.source.plan, this.source.wanted);
    return this.planned(name, record, { ...facts, isJson });
  }

  private planned(name: MessageName, record: PlanRecord, facts: PayloadFacts): true | Promise<true> {
    const planned = this.planner.complete(name, record, facts);
    if ("message" in planned) return this.sink.message(planned.message)?.then(() => true) ?? true;
    this.counts.leaveOut(planned.leftOut);
    return true;
  }

  async finish(): Promise<void> {
    // Nothing is held.
  }
}
