import type { Exchange, MessageOutcome } from "../../replay/types.ts";
import { HarWriter } from "../../report/replay/har.ts";
import {
  createReplayReporter,
  type ReplayReporterName,
  replayReporterNames,
} from "../../report/replay/index.ts";
import { ReplayStatistics } from "../../report/replay/statistics.ts";
import type { ReplayReport, ReplayReporter } from "../../report/replay/types.ts";
import type { Io } from "../io.ts";
import { type OutputFile, openOutputFile } from "../output-file.ts";
import { type ReporterSpec, readReporterSpecs } from "../reporter-specs.ts";
import { version } from "../version.ts";
import type { FdWriter } from "../write-bytes.ts";
import { exchangeMasker, type ReplaySecrets } from "./exchange-masker.ts";
import { SavedResponses } from "./responses.ts";

type ReplayReporterSpec = ReporterSpec<ReplayReporterName>;

/** @throws {UsageError} See `readReporterSpecs`. */
export function replayReporterSpecs(texts: readonly string[]): ReplayReporterSpec[] {
  return readReporterSpecs(texts, replayReporterNames, "html=replay.html");
}

export interface WantedReplayOutputs {
  readonly reporters: readonly ReplayReporterSpec[];
  readonly har?: string;
  readonly responses?: string;
}

interface Channel {
  readonly reporter: ReplayReporter;
  readonly writer: FdWriter;
  readonly file?: OutputFile;
}

/** Everything that is written about a replay while it runs, but for journal and dead letters. */
export class ReplayOutputs {
  readonly statistics = new ReplayStatistics();
  private readonly channels: Channel[] = [];
  private readonly secrets: ReplaySecrets;
  private har: { readonly writer: HarWriter; readonly file: OutputFile } | undefined;
  private responses: SavedResponses | undefined;
  private draining: Promise<void> | undefined;

  private constructor(secrets: ReplaySecrets) {
    this.secrets = secrets;
  }

  /** @throws {OutputError} If a file cannot be opened; then none is left behind. */
  static async open(wanted: WantedReplayOutputs, secrets: ReplaySecrets, io: Io): Promise<ReplayOutputs> {
    const outputs = new ReplayOutputs(secrets);
    try {
      await outputs.openAll(wanted, io);
    } catch (error) {
      await outputs.discard();
      throw error;
    }
    return outputs;
  }

  private async openAll({ reporters, har, responses }: WantedReplayOutputs, io: Io): Promise<void> {
    for (const { name, file: path } of reporters) {
      const file = path === undefined ? undefined : await openOutputFile(path);
      const writer = file?.writer ?? io.stdout;
      const channel = { writer, ...(file === undefined ? {} : { file }) };
      this.channels.push({ ...channel, reporter: await createReplayReporter(name, version) });
    }
    if (har !== undefined) this.har = { writer: new HarWriter(version), file: await openOutputFile(har) };
    if (responses !== undefined) this.responses = await SavedResponses.open(responses);
    for (const { writer, reporter } of this.channels) writer.push(reporter.start());
    if (this.har !== undefined) this.har.file.writer.push(this.har.writer.start());
  }

  /** @returns Resolves when what must be kept of it is written. @throws {OutputError} */
  exchange(exchange: Exchange, elapsedMs: number): Promise<void> | undefined {
    this.statistics.exchange(exchange, elapsedMs);
    const { har, responses } = this;
    if (har === undefined && responses === undefined) return undefined;
    const masker = exchangeMasker(this.secrets, exchange.request);
    har?.file.writer.push(har.writer.entry(exchange, masker));
    const drained = this.drain();
    return responses === undefined
      ? drained
      : Promise.all([drained, responses.save(exchange, masker)]).then(() => undefined);
  }

  outcome(outcome: MessageOutcome): void {
    const { reason } = outcome;
    const shown =
      reason === undefined ? outcome : { ...outcome, reason: this.secrets.redactor.redact(reason) };
    this.statistics.outcome(shown);
    for (const { reporter, writer } of this.channels) writer.push(reporter.outcome(shown));
  }

  /** Writes what was gathered, where there is enough of it. One at a time, so that pieces keep their order. */
  drain(): Promise<void> {
    this.draining ??= this.drainOnce().finally(() => {
      this.draining = undefined;
    });
    return this.draining;
  }

  private async drainOnce(): Promise<void> {
    for (const { writer } of this.channels) await writer.drain();
    await this.har?.file.writer.drain();
  }

  /** Ends every report and puts files in their place. */
  async end(report: ReplayReport): Promise<void> {
    await this.draining;
    for (const { reporter, writer, file } of this.channels) {
      writer.push(reporter.end(report));
      await (file === undefined ? writer.flush() : file.commit());
    }
    this.har?.file.writer.push(this.har.writer.end());
    await this.har?.file.commit();
  }

  async discard(): Promise<void> {
    for (const { file } of this.channels) await file?.discard();
    await this.har?.file.discard();
  }
}
