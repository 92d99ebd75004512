import { Converter } from "../../convert/converter.ts";
import type { Converted, ConvertSettings } from "../../convert/types.ts";
import { severityOf } from "../../diagnostics/catalogue.ts";
import type { DiagnosticArgs, DiagnosticCode } from "../../diagnostics/diagnostic.ts";
import type { Finding } from "../../diagnostics/finding.ts";
import { lookInside } from "../../enclosures/look-inside.ts";
import type { InputRecord } from "../../input/types.ts";
import { stringifyJson } from "../../json/stringify.ts";
import type { JsonObject } from "../../json/value.ts";
import type { Conversation } from "../../model/conversation.ts";
import { type LateFacts, type PayloadFacts, Planner, type PlanRecord } from "../../replay/plan.ts";
import type { PlannedMessage } from "../../replay/types.ts";
import type { ReplayInput } from "../../report/replay/types.ts";
import { eachRecord, type InputLimits, type InputOutcome } from "../each-record.ts";
import type { Io } from "../io.ts";
import type { PlanSettings } from "./options.ts";
import { factsOf, lastMs, plainObject, quickFacts, type WantedFacts, whyNotSent } from "./payload.ts";
import type { Renderer } from "./renderer.ts";

/** Where planned messages go. */
export interface MessageSink {
  /** The next record is read when this has resolved. */
  message(message: PlannedMessage): Promise<void> | undefined;
  findings(findings: readonly Finding[]): void;
  /** A finding about a source as a whole. */
  sourceFinding<C extends DiagnosticCode>(source: string, code: C, args: DiagnosticArgs[C]): void;
  /** Writes what was gathered; called now and then. Absent: there is nothing to write. */
  drain?(): Promise<void>;
  /** Whether the rest of the input is of no use. */
  isDone(): boolean;
  /** Whether this message is to be sent; of others the name is enough. Absent: all are. */
  isWanted?(key: Pick<PlannedMessage, "sequence" | "identity">): boolean;
}

export interface MessageSource {
  readonly inputs: readonly string[];
  readonly limits: InputLimits;
  readonly plan: PlanSettings;
  readonly renderer: Renderer;
  readonly wanted: WantedFacts;
}

export interface MessagesRead {
  readonly input: ReplayInput;
  readonly outcome: InputOutcome;
}

/**
 * Reads all inputs and plans a message for each record, or, with --to, for each conversation that the records make.
 * Can be called again: the same inputs give the same messages.
 *
 * @throws {Interrupted} After a signal, in the middle of it.
 */
export async function eachMessage(source: MessageSource, io: Io, sink: MessageSink): Promise<MessagesRead> {
  const counts = new InputCounts();
  const planner = new Planner({ ...source.plan, renderer: source.renderer });
  const submit = (record: PlanRecord, facts: PayloadFacts | LateFacts): Promise<void> | undefined => {
    const planned = planner.plan(record, facts);
    if ("message" in planned) return sink.message(planned.message);
    counts.leaveOut(planned.leftOut);
    return undefined;
  };
  const { to } = source.plan;
  const reader =
    to === undefined
      ? new AsCaptured(source, sink, counts, submit)
      : new AsConverted({ ...convertSettings(source.plan), to }, sink, counts, submit);
  // The live line of the replay takes the place of that of the input.
  const limits = { ...source.limits, quiet: true };
  const outcome = await eachRecord(source.inputs, limits, io, {
    record: (record) => {
      counts.read++;
      const opened = lookInside(record);
      return opened instanceof Promise
        ? opened.then((one) => reader.record(record, one))
        : reader.record(record, opened);
    },
    isDone: () => planner.isFull || sink.isDone(),
    sourceFinding: (name, code, args) => sink.sourceFinding(name, code, args),
    drain: async () => sink.drain?.(),
  });
  await reader.finish();
  return { input: counts, outcome };
}

type Submit = (record: PlanRecord, facts: PayloadFacts | LateFacts) => Promise<void> | undefined;

class InputCounts implements ReplayInput {
  read = 0;
  readonly leftOut = new Map<string, number>();
  readonly rejected = new Map<string, number>();

  leaveOut(why: string, count = 1): void {
    this.leftOut.set(why, (this.leftOut.get(why) ?? 0) + count);
  }

  reject(code: string, count = 1): void {
    this.rejected.set(code, (this.rejected.get(code) ?? 0) + count);
  }
}

/** Records as they are. */
class AsCaptured {
  private readonly source: MessageSource;
  private readonly sink: MessageSink;
  private readonly counts: InputCounts;
  private readonly submit: Submit;
  private readonly isWanted: MessageSink["isWanted"];
  /** Whether format, event and conversation id are all that is asked for. */
  private readonly isQuick: boolean;

  constructor(source: MessageSource, sink: MessageSink, counts: InputCounts, submit: Submit) {
    this.source = source;
    this.sink = sink;
    this.counts = counts;
    this.submit = submit;
    // What is selected by its facts has to be looked at before it has a place in the plan.
    const { sinceMs, untilMs, shard } = source.plan;
    const isSelected = (sinceMs ?? untilMs ?? shard) !== undefined;
    this.isWanted = isSelected ? undefined : sink.isWanted;
    this.isQuick = !isSelected && !source.wanted.conversation && !source.wanted.time;
  }

  /** @param opened  The same with what is in the files that it holds: for what is known of it, never for what is sent. */
  record(record: InputRecord, opened: InputRecord): boolean | Promise<boolean> {
    const { plan, wanted } = this.source;
    const document = plainObject(record);
    const refusal = document === undefined ? whyNotSent(record, plan) : undefined;
    if (refusal?.kind === "left-out") {
      this.counts.leaveOut(refusal.why);
      return true;
    }
    if (refusal !== undefined) {
      this.counts.reject(refusal.code);
      this.sink.findings(refusal.findings);
      return false;
    }
    const submitted = this.submit(record, {
      identity: record.capture?.identity,
      isWanted: this.isWanted,
      of: () => this.quickFacts(document) ?? factsOf(opened, plan, wanted),
    });
    return submitted?.then(() => true) ?? true;
  }

  private quickFacts(document: JsonObject | undefined): PayloadFacts | undefined {
    return this.isQuick && document !== undefined ? quickFacts(document, this.source.plan) : undefined;
  }

  async finish(): Promise<void> {
    // Nothing is held.
  }
}

/** What stays of a record until the conversation is written that it belongs to. */
type Origin = Pick<InputRecord, "start" | "capture">;

const encoder = new TextEncoder();

/** Records converted to another format first. Events of one conversation make one message, when the input has ended. */
class AsConverted {
  private readonly settings: ConvertSettings;
  private readonly counts: InputCounts;
  private readonly submit: Submit;
  private readonly converter: Converter;
  private readonly origins = new Map<string, Origin>();
  private ready: { readonly one: Converted; readonly model: Conversation }[] = [];

  constructor(settings: ConvertSettings, sink: MessageSink, counts: InputCounts, submit: Submit) {
    this.settings = settings;
    this.counts = counts;
    this.submit = submit;
    this.converter = new Converter(settings, {
      converted: (one, model) => this.ready.push({ one, model }),
      // What the target has no place for is told by `chatx convert`; here only what keeps a record from being sent.
      findings: (findings) => sink.findings(findings.filter(({ code }) => severityOf(code) === "error")),
    });
  }

  record(_: InputRecord, record: InputRecord): boolean | Promise<boolean> {
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
      await this.submit(capture === undefined ? record : { ...record, capture }, {
        format: one.from,
        conversationId: one.id,
        conversation: model,
        converted: bytes,
        ...(sentAtMs === undefined ? {} : { sentAtMs }),
      });
    }
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
function convertSettings({ from, zone, zoneIsGiven }: PlanSettings): Omit<ConvertSettings, "to"> {
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
