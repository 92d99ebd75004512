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
import type { FinalState, RecordPass } from "../../replay/journal/first-pass.ts";
import type { RecordedState } from "../../replay/journal/format.ts";
import { type MessageName, type PayloadFacts, Planner, type PlanRecord } from "../../replay/plan.ts";
import type { PlannedMessage } from "../../replay/types.ts";
import type { ReplayInput } from "../../report/replay/types.ts";
import { eachRecord, type InputLimits, type InputOutcome } from "../each-record.ts";
import type { Io } from "../io.ts";
import type { PlanSettings } from "./options.ts";
import {
  factsOf,
  lastMs,
  mayHoldPayloads,
  plainObject,
  quickFacts,
  type Refusal,
  type WantedFacts,
  whyNotSent,
} from "./payload.ts";
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
  /** What earlier runs made of a record's message, should it be in the plan: then it need not be looked at. */
  before?(name: MessageName): RecordedState | undefined;
  /** A message that the pass knows to be settled is passed over; it has no name. */
  passOver?(state: FinalState): void;
  /** Whether the names of the messages are all that is wanted. */
  readonly wantsNames?: boolean;
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
 * @param pass  Goes with the records. With --to it has no part: records and messages are not the same then.
 * @throws {Interrupted} After a signal, in the middle of it.
 */
export async function eachMessage(
  source: MessageSource,
  io: Io,
  sink: MessageSink,
  pass?: RecordPass,
): Promise<MessagesRead> {
  const counts = new InputCounts();
  const { to } = source.plan;
  const recordPass = to === undefined ? pass : undefined;
  const planner = new Planner({ ...source.plan, renderer: source.renderer }, recordPass);
  const reader =
    to === undefined
      ? new AsCaptured(source, sink, counts, planner, recordPass)
      : new AsConverted({ ...convertSettings(source.plan), to }, sink, counts, planner);
  // The live line of the replay takes the place of that of the input.
  const limits = { ...source.limits, quiet: true };
  const outcome = await eachRecord(source.inputs, limits, io, {
    record: (record) => {
      counts.read++;
      const settled = recordPass?.begin();
      if (settled === undefined) return reader.record(record);
      planner.passOver();
      sink.passOver?.(settled);
      return true;
    },
    isDone: () => planner.isFull || sink.isDone(),
    sourceFinding: (name, code, args) => sink.sourceFinding(name, code, args),
    drain: async () => sink.drain?.(),
    // A pass that looks at few of the records has no use for reading them early.
    ...(reader instanceof AsCaptured && sink.before === undefined && pass === undefined
      ? { line: reader.line }
      : {}),
  });
  await reader.finish();
  return { input: counts, outcome };
}

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
  private readonly planner: Planner;
  private readonly pass: RecordPass | undefined;
  /** Whether messages are selected by their facts. */
  private readonly isSelected: boolean;
  /** Whether format, event and conversation id are all that is asked for. */
  private readonly isQuick: boolean;
  /** Of the next record, where it was read to find its end. */
  private ahead: JsonObject | undefined;

  constructor(
    source: MessageSource,
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
    const document = this.ahead ?? plainObject(record);
    this.ahead = undefined;
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

/** What stays of a record until the conversation is written that it belongs to. */
type Origin = Pick<InputRecord, "start" | "capture">;

const encoder = new TextEncoder();

/** Records converted to another format first. Events of one conversation make one message, when the input has ended. */
class AsConverted {
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
