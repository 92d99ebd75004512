import { Converter } from "../convert/converter.ts";
import type { Converted, ConvertSettings } from "../convert/types.ts";
import { severityOf } from "../diagnostics/catalogue.ts";
import { lookInside } from "../enclosures/look-inside.ts";
import type { InputRecord } from "../input/types.ts";
import { stringifyJson } from "../json/stringify.ts";
import type { Conversation } from "../model/conversation.ts";
import type { PayloadFacts, Planner, PlanRecord } from "../replay/plan.ts";
import type { InputCounts } from "./input-counts.ts";
import { lastMs } from "./payload.ts";
import type { PlanSettings } from "./settings.ts";
import type { MessageSink } from "./sink.ts";

/** What stays of a record until the conversation is written that it belongs to. */
type Origin = Pick<InputRecord, "start" | "capture">;

const encoder = new TextEncoder();

/** Records converted to another format first. Events of one conversation make one message, when the input has ended. */
export class AsConverted {
  private readonly settings: ConvertSettings;
  private readonly sink: MessageSink;
  private readonly counts: InputCounts;
  private readonly planner: Planner;
  private readonly converter: Converter;
  private readonly origins = new Map<string, Origin>();
  private ready: { readonly one: Converted; readonly model: Conversation }[] = [];

  constructor(settings: ConvertSettings, sink: MessageSink, counts: InputCounts, planner: Planner) {
    this.settings = settings;
    this.sink = sink;
    this.counts = counts;
    this.planner = planner;
    this.converter = new Converter(settings, {
      converted: (one, model) => this.ready.push({ one, model }),
      // What the target has no place for is told by `chatx convert`; here only what keeps a record from being sent.
      findings: (findings) => sink.findings(findings.filter(({ code }) => severityOf(code) === "error")),
    });
  }

  record(record: InputRecord): boolean | Promise<boolean> {
    const opened = lookInside(record);
    return opened instanceof Promise ? opened.then((one) => this.convert(one)) : this.convert(opened);
  }

  private convert(record: InputRecord): boolean | Promise<boolean> {
    const isAccepted = this.converter.record(record);
    const { source, number, start, capture } = record;
    const origin = { start, ...(capture === undefined ? {} : { capture }) };
    // Nothing written and nothing wrong: it may be held for its conversation.
    if (isAccepted && this.ready.length === 0) this.origins.set(keyOf(source, number), origin);
    return this.ready.length === 0 ? isAccepted : this.sendReady(origin).then(() => isAccepted);
  }

  async finish(): Promise<void> {
    const summary = this.converter.finish();
    await this.sendReady();
    for (const [why, count] of summary.skippedBy) this.counts.leaveOut(why, count);
    for (const [code, count] of summary.rejectedBy) this.counts.reject(code, count);
    const folded = summary.written - summary.conversations;
    if (folded > 0) this.counts.leaveOut("folded into others", folded);
  }

  private async sendReady(current?: Origin): Promise<void> {
    const ready = this.ready;
    this.ready = [];
    for (const { one, model } of ready) {
      const origin = current ?? this.origins.get(keyOf(one.source, one.record));
      const start = origin?.start ?? { offset: 0, line: 1, column: 1 };
      const bytes = this.documentOf(one);
      const capture = origin?.capture;
      const record = { source: one.source, number: one.record, start, bytes };
      const sentAtMs = lastMs(model);
      await this.send(capture === undefined ? record : { ...record, capture }, {
        format: one.from,
        conversationId: one.id,
        conversation: model,
        converted: bytes,
        ...(sentAtMs === undefined ? {} : { sentAtMs }),
      });
    }
  }

  private send(record: PlanRecord, facts: PayloadFacts): Promise<void> | undefined {
    const planned = this.planner.plan(record, facts);
    if ("message" in planned) return this.sink.message(planned.message);
    this.counts.leaveOut(planned.leftOut);
    return undefined;
  }

  /** A whole document of the target's format, as `chatx convert` makes one of a single conversation. */
  private documentOf({ value }: Converted): Uint8Array {
    const { listKey } = this.settings.to;
    return encoder.encode(stringifyJson(listKey === undefined ? value : { [listKey]: [value] }));
  }
}

function keyOf(source: string, record: number): string {
  return `${record} ${source}`;
}

/** Selecting and ordering is the plan's part. */
export function convertSettings({ from, zone, zoneIsGiven }: PlanSettings): Omit<ConvertSettings, "to"> {
  return {
    ...(from === undefined ? {} : { from }),
    zone,
    zoneIsGiven,
    agentRole: "agent",
    systemMessages: "drop",
    strict: false,
    fold: false,
  };
}
