import type { WholeLine } from "../input/cutting.ts";
import type { InputRecord } from "../input/types.ts";
import type { RecordPass } from "../replay/journal/first-pass.ts";
import { Planner } from "../replay/plan.ts";
import type { RequestRenderer } from "../replay/types.ts";
import { AsCaptured } from "./as-captured.ts";
import { AsConverted, convertSettings } from "./as-converted.ts";
import { InputCounts, type ReplayInput } from "./input-counts.ts";
import type { WantedFacts } from "./payload.ts";
import type { PlanSettings } from "./settings.ts";
import type { MessageSink } from "./sink.ts";

/** What the messages are made by. */
export interface PlanSource {
  readonly plan: PlanSettings;
  readonly renderer: RequestRenderer;
  readonly wanted: WantedFacts;
}

/**
 * Plans a message for each record, or, with a format to convert to, for each conversation that the records make. Touches
 * neither file nor clock: the same records give the same messages.
 */
export class MessagePlan {
  /** A fast path for JSON Lines; see `SplitOptions.line`. Absent where it is none. */
  readonly line?: WholeLine;
  private readonly counts = new InputCounts();
  private readonly sink: MessageSink;
  private readonly planner: Planner;
  private readonly pass: RecordPass | undefined;
  private readonly reader: AsCaptured | AsConverted;

  /**
   * @param pass  Goes with the records. Where they are converted it has no part: records and messages are not the same
   *   then.
   */
  constructor(source: PlanSource, sink: MessageSink, pass?: RecordPass) {
    const { to } = source.plan;
    this.sink = sink;
    this.pass = to === undefined ? pass : undefined;
    this.planner = new Planner({ ...source.plan, renderer: source.renderer }, this.pass);
    if (to !== undefined) {
      const settings = { ...convertSettings(source.plan), to };
      this.reader = new AsConverted(settings, sink, this.counts, this.planner);
      return;
    }
    const reader = new AsCaptured(source, sink, this.counts, this.planner, this.pass);
    this.reader = reader;
    // A pass that looks at few of the records has no use for reading them early.
    if (sink.before === undefined && pass === undefined) this.line = reader.line;
  }

  /** Whether the rest of the input need not be read. */
  get isFull(): boolean {
    return this.planner.isFull;
  }

  /** What became of the records so far. */
  get input(): ReplayInput {
    return this.counts;
  }

  /** @returns Whether the record can be sent, or is of no use for sending; with a promise, wait for it before the next one. */
  record(record: InputRecord): boolean | Promise<boolean> {
    this.counts.read++;
    const settled = this.pass?.begin();
    if (settled === undefined) return this.reader.record(record);
    this.planner.passOver();
    this.sink.passOver?.(settled);
    return true;
  }

  /** Plans what was held until the input ended. */
  async finish(): Promise<void> {
    await this.reader.finish();
  }
}
