import type { DiagnosticArgs, DiagnosticCode } from "../../diagnostics/diagnostic.ts";
import type { ReplayInput } from "../../plan/input-counts.ts";
import { MessagePlan, type PlanSource } from "../../plan/messages.ts";
import type { Renderer } from "../../plan/renderer.ts";
import type { MessageSink as PlanSink } from "../../plan/sink.ts";
import type { RecordPass } from "../../replay/journal/first-pass.ts";
import { eachRecord, type InputLimits, type InputOutcome } from "../each-record.ts";
import type { Io } from "../io.ts";

/** Where planned messages go, and what is said of the inputs. */
export interface MessageSink extends PlanSink {
  /** A finding about a source as a whole. */
  sourceFinding<C extends DiagnosticCode>(source: string, code: C, args: DiagnosticArgs[C]): void;
  /** Writes what was gathered; called now and then. Absent: there is nothing to write. */
  drain?(): Promise<void>;
  /** Whether the rest of the input is of no use. */
  isDone(): boolean;
  /** See `RecordHandlers`. */
  readonly enough?: AbortSignal;
}

export interface MessageSource extends PlanSource {
  readonly inputs: readonly string[];
  readonly limits: InputLimits;
  readonly renderer: Renderer;
}

export interface MessagesRead {
  readonly input: ReplayInput;
  readonly outcome: InputOutcome;
}

/**
 * Reads all inputs and plans their messages. Can be called again: the same inputs give the same messages.
 *
 * @param pass  See `MessagePlan`.
 * @throws {Interrupted} After a signal, in the middle of it.
 */
export async function eachMessage(
  source: MessageSource,
  io: Io,
  sink: MessageSink,
  pass?: RecordPass,
): Promise<MessagesRead> {
  const plan = new MessagePlan(source, sink, pass);
  // The live line of the replay takes the place of that of the input.
  const limits = { ...source.limits, quiet: true };
  const outcome = await eachRecord(source.inputs, limits, io, {
    record: (record) => plan.record(record),
    isDone: () => plan.isFull || sink.isDone(),
    ...(sink.enough === undefined ? {} : { enough: sink.enough }),
    sourceFinding: (name, code, args) => sink.sourceFinding(name, code, args),
    drain: async () => sink.drain?.(),
    ...(plan.line === undefined ? {} : { line: plan.line }),
  });
  await plan.finish();
  return { input: plan.input, outcome };
}
