import { statSync } from "node:fs";
import { FileError } from "../../files/file-error.ts";
import { systemClock } from "../../replay/clock.ts";
import type { FileJournal } from "../../replay/journal/file-journal.ts";
import { FirstPass, type SecondPass } from "../../replay/journal/first-pass.ts";
import { finalOf } from "../../replay/journal/format.ts";
import type { MessageName } from "../../replay/plan.ts";
import { RateLimiter, UNLIMITED } from "../../replay/rate.ts";
import { Runner } from "../../replay/run.ts";
import { sendPatiently } from "../../replay/send-patiently.ts";
import { createTokenSource, TOKEN_BODY_BYTES } from "../../replay/token.ts";
import type { Clock, Pace, ReplaySummary, TokenSource } from "../../replay/types.ts";
import { WireLimit } from "../../replay/wire-limit.ts";
import { replaySummary } from "../../report/replay/summary.ts";
import type { ReplayReport } from "../../report/replay/types.ts";
import type { Transport } from "../../transport/types.ts";
import { openTransport } from "../../transport/undici-transport.ts";
import { ExitCode, Interrupted, OutputError } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { adviceOn } from "./advice.ts";
import { exchangeMasker } from "./exchange-masker.ts";
import type { FindingsToStderr } from "./findings.ts";
import type { Journals } from "./journal.ts";
import { LiveLine } from "./live-line.ts";
import { eachMessage, type MessageSource, type MessagesRead } from "./messages.ts";
import type { ReplayFlags } from "./options.ts";
import type { ReplayOutputs } from "./outputs.ts";
import type { PreparedReplay } from "./prepare.ts";

/** What a run works with, all of it open. */
export interface ReplayParts {
  readonly flags: Pick<ReplayFlags, "journal" | "deadLetter">;
  readonly prepared: PreparedReplay;
  readonly source: MessageSource;
  readonly journals: Journals;
  readonly outputs: ReplayOutputs;
  readonly findings: FindingsToStderr;
  readonly io: Io;
}

/** One run, from the first message to the summary. */
export class ReplayRun {
  private readonly parts: ReplayParts;
  private readonly clock: Clock = systemClock();
  private readonly startedAt = this.clock.now();
  private readonly startedAtWallMs = this.clock.wallMs();
  private isInputLeft = false;
  /** Of a resumed run whose inputs were read once already. */
  private pass: SecondPass | undefined;

  constructor(parts: ReplayParts) {
    this.parts = parts;
  }

  async run(): Promise<number> {
    const { file } = this.parts.journals;
    if (file?.earlier !== undefined && this.canReadTwice) this.pass = await this.verifyInputs(file);
    const { settings, proxyFor, tls } = this.parts.prepared;
    const wire = settings.rate === undefined ? undefined : new WireLimit(settings.rate, this.clock);
    const transport = await openTransport({
      connections: settings.run.concurrency,
      connectTimeoutMs: Math.min(10_000, settings.run.timeoutMs),
      tls,
      proxyFor,
      ...(wire === undefined ? {} : { leave: () => wire.leave() }),
    });
    try {
      return await this.runWith(transport);
    } finally {
      await transport.close();
    }
  }

  private async runWith(transport: Transport): Promise<number> {
    const { clock } = this;
    const { outputs, io } = this.parts;
    const { settings, signer } = this.parts.prepared;
    const pace = settings.rate === undefined ? UNLIMITED : new RateLimiter(settings.rate, clock);
    const token = this.tokenSource(transport, pace);
    const runner = new Runner(
      {
        transport,
        clock,
        journal: this.parts.journals.journal,
        pace,
        ...(token === undefined ? {} : { token }),
        ...(signer === undefined ? {} : { signer }),
        masked: (text, request) => exchangeMasker(this.parts.prepared, request).redact(text),
        onExchange: (exchange) => outputs.exchange(exchange, this.elapsedMs),
        onOutcome: (outcome) => outputs.outcome(outcome),
      },
      settings.run,
    );
    const line = new LiveLine(outputs.statistics, () => this.elapsedMs, io, settings.limits.quiet);
    const onSignal = () => {
      runner.stop({ code: "interrupted", reason: (io.signal.reason as Interrupted).message });
      line.say("stopping: requests under way may end; once more to stop at once");
    };
    io.signal.addEventListener("abort", onSignal, { once: true });
    // Requests under way may take as long as --timeout, and the summary comes after them.
    io.underWay.add(() => runner.finish());
    if (io.signal.aborted) onSignal();
    try {
      const read = await this.feed(runner);
      const summary = await runner.finish();
      return await this.conclude(summary, read, line);
    } catch (error) {
      // The totals of a run that broke off are as true as those of one that ended.
      line.stop();
      if (error instanceof FileError || error instanceof OutputError) await this.tell(runner.progress);
      throw error;
    } finally {
      line.stop();
      io.signal.removeEventListener("abort", onSignal);
    }
  }

  private get elapsedMs(): number {
    return this.clock.now() - this.startedAt;
  }

  /** Standard input and pipes can be read once only. */
  private get canReadTwice(): boolean {
    const { inputs } = this.parts.source;
    return inputs.length > 0 && inputs.every((input) => input !== "-" && !isPipe(input));
  }

  private tokenSource(transport: Transport, pace: Pace): TokenSource | undefined {
    const { token, settings } = this.parts.prepared;
    if (token === undefined) return undefined;
    const { clock } = this;
    const sender = {
      ...{ transport, clock, pace },
      policy: settings.run.retry!,
      timeoutMs: settings.run.timeoutMs,
      maxBodyBytes: TOKEN_BODY_BYTES,
    };
    return createTokenSource({
      request: token.request,
      whyUnusable: token.whyUnusable,
      send: (request, signal, hasTurn) => sendPatiently(sender, request, signal, hasTurn),
      clock,
    });
  }

  /** The first pass of a resumed run: whether the inputs are those of the journal, before anything is sent. */
  private async verifyInputs(file: FileJournal): Promise<SecondPass> {
    const plan = file.verifyPlan();
    const first = new FirstPass();
    const { owed } = this.parts.journals;
    await eachMessage(
      this.parts.source,
      this.parts.io,
      {
        message: (message) => {
          plan.add(message);
          return undefined;
        },
        // A message that is owed a letter is looked at in the second pass, too.
        before: (name) => (owed?.isOwed(name) ? undefined : file.earlier!.stateIfKnown(name)),
        wantsNames: true,
        findings: () => undefined,
        sourceFinding: () => undefined,
        isDone: () => false,
      },
      first,
    );
    await plan.end();
    return first.second();
  }

  /**
   * Reads, plans and submits, as fast as the run takes it. After a stop the rest of the inputs is read too, so that the
   * summary can count it; not after a signal, and not of standard input, which may never end.
   *
   * @returns Undefined where the input was not read to its end.
   */
  private async feed(runner: Runner): Promise<MessagesRead | undefined> {
    const { canReadTwice, pass } = this;
    const { file, owed } = this.parts.journals;
    const earlier = file?.earlier;
    const plan = pass === undefined ? file?.verifyPlan() : undefined;
    try {
      const read = await eachMessage(
        this.parts.source,
        this.parts.io,
        {
          message: (message) => {
            plan?.add(message);
            if (!owed?.isOwed(message)) return runner.submit(message);
            return owed.write(message).then(() => runner.submit(message));
          },
          // Of a first run nothing is known, and after a first pass it is known without asking.
          ...(earlier === undefined || pass !== undefined
            ? {}
            : {
                before: (name: MessageName) =>
                  owed?.isOwed(name) ? undefined : finalOf(earlier.stateIfKnown(name)),
              }),
          passOver: (state) => runner.passOver(state),
          drain: () => this.parts.outputs.drain(),
          findings: (found) => this.parts.findings.show(found),
          sourceFinding: (name, code, args) => this.parts.findings.ofSource(name, code, args),
          isDone: () => {
            this.isInputLeft = runner.isStopped && (!canReadTwice || this.parts.io.signal.aborted);
            return this.isInputLeft;
          },
          ...(canReadTwice ? {} : { enough: runner.stopping }),
        },
        pass,
      );
      this.isInputLeft ||= !canReadTwice && runner.isStopped && read.outcome.isStoppedEarly;
      if (this.isInputLeft) return undefined;
      await plan?.end();
      pass?.end();
      return read;
    } catch (error) {
      if (error instanceof Interrupted) {
        this.isInputLeft = true;
        return undefined;
      }
      // Where the journal has failed, the run has been cut off already; else what is under way can still be remembered.
      runner.stop({ code: "error", reason: "the run failed" });
      await runner.finish().catch(() => undefined);
      throw error;
    }
  }

  private async conclude(
    summary: ReplaySummary,
    read: MessagesRead | undefined,
    line: LiveLine,
  ): Promise<number> {
    line.stop();
    const { io } = this.parts;
    // What is said to be delivered must be on the disk first.
    await this.parts.journals.journal.close();
    const report = this.reportOf(summary, read);
    await this.parts.outputs.end(report);
    this.parts.findings.end();
    if (!this.parts.prepared.settings.limits.quiet) io.stderr.push(replaySummary(report));
    return exitCodeOf(summary, read, io);
  }

  private async tell(summary: ReplaySummary): Promise<void> {
    const report = this.reportOf(summary, undefined);
    this.parts.io.stderr.push(replaySummary(report));
    // The error that is under way says more than one of a report would.
    await this.parts.outputs.end(report).catch(() => undefined);
  }

  private reportOf(summary: ReplaySummary, read: MessagesRead | undefined): ReplayReport {
    const { journal, deadLetter } = this.parts.flags;
    return {
      input: read?.input ?? { read: summary.planned, leftOut: new Map(), rejected: new Map() },
      summary,
      statistics: this.parts.outputs.statistics,
      target: this.parts.prepared.renderer.origin,
      startedAtWallMs: this.startedAtWallMs,
      advice: adviceOn(summary, {
        isInputLeft: this.isInputLeft,
        lettersWithoutBody: this.parts.journals.withoutBody?.letters ?? 0,
        ...(journal === undefined ? {} : { journal }),
        ...(deadLetter === undefined ? {} : { deadLetter }),
      }),
    };
  }
}

/** A pattern is no file, and matches none but files. */
function isPipe(input: string): boolean {
  const stats = statSync(input, { throwIfNoEntry: false });
  return stats !== undefined && !stats.isFile() && !stats.isDirectory();
}

/** An interrupted run says so; else the greatest of what its parts say. */
function exitCodeOf(summary: ReplaySummary, read: MessagesRead | undefined, io: Io): number {
  if (io.signal.aborted && summary.stopped?.code === "interrupted") {
    return (io.signal.reason as Interrupted).exitCode;
  }
  const isComplete = summary.delivered === summary.planned && (read?.input.rejected.size ?? 0) === 0;
  return Math.max(
    read?.outcome.exitCode ?? ExitCode.done,
    isComplete ? ExitCode.done : ExitCode.invalid,
    summary.stopped === undefined ? ExitCode.done : ExitCode.endpoint,
  );
}
