import { checkEndpoint } from "../../endpoint/check/check.ts";
import type { CheckResult } from "../../endpoint/check/types.ts";
import { checkReport } from "../../report/check/index.ts";
import { colorPaint, noPaint } from "../../report/paint.ts";
import { type CheckFlags, type PreparedCheck, prepareCheck } from "../check/options.ts";
import { waitingFor } from "../check/waiting.ts";
import { changesBetween, sleep } from "../check/watch.ts";
import { ExitCode, UsageError } from "../exit-codes.ts";
import { type Io, wantsColor } from "../io.ts";
import { type OutputFile, openOutputFile } from "../output-file.ts";
import { checkOutputPaths } from "../output-paths.ts";
import { atMostOneDay } from "../replay/units.ts";
import { type FindingsReporterSpec, reporterSpecs } from "../reports.ts";
import { version } from "../version.ts";

const EXIT_CODES: Readonly<Record<CheckResult["verdict"], number>> = {
  ok: ExitCode.done,
  wrong: ExitCode.invalid,
  down: ExitCode.endpoint,
  "no-url": ExitCode.usage,
};

const WATCH_INTERVAL = "60s";

/** `chatx check`: the report is the result, so it goes to standard output. */
export async function runCheck(url: string, rawFlags: Record<string, unknown>, io: Io): Promise<number> {
  const flags = rawFlags as unknown as CheckFlags;
  const specs = reporterSpecs(flags.reporter ?? ["text"]);
  checkOutputPaths(
    specs.map(({ file }) => ["--reporter", file]),
    [["--cacert", flags.cacert]],
  );
  const intervalMs = flags.watch === undefined ? undefined : intervalOption(flags.watch, specs);
  const prepared = prepareCheck(url, flags, io);
  if (!flags.quiet) for (const warning of prepared.warnings) io.stderr.push(`chatx: ${warning}\n`);
  await io.stderr.flush();
  const run = new CheckRun(url, prepared, flags.quiet ?? false, io);
  return intervalMs === undefined ? run.once(specs) : run.watch(specs[0]!, intervalMs);
}

function intervalOption(watch: string | true, specs: readonly FindingsReporterSpec[]): number {
  const intervalMs = atMostOneDay(watch === true ? WATCH_INTERVAL : watch, "--watch");
  if (specs.some(({ name, file }) => file !== undefined || (name !== "text" && name !== "jsonl"))) {
    throw new UsageError("--watch prints as it goes: it takes --reporter text or jsonl, and no file");
  }
  return intervalMs;
}

class CheckRun {
  readonly #url: string;
  readonly #prepared: PreparedCheck;
  readonly #isQuiet: boolean;
  readonly #io: Io;

  constructor(url: string, prepared: PreparedCheck, isQuiet: boolean, io: Io) {
    this.#url = url;
    this.#prepared = prepared;
    this.#isQuiet = isQuiet;
    this.#io = io;
  }

  /** Files are opened before anything is asked: what cannot be written need not be found out. */
  async once(specs: readonly FindingsReporterSpec[]): Promise<number> {
    const { stdout } = this.#io;
    const files = new Map<FindingsReporterSpec, OutputFile>();
    if (specs.some(({ file }) => file !== undefined)) stdout.makeOptional();
    try {
      for (const spec of specs) {
        if (spec.file !== undefined) files.set(spec, await openOutputFile(spec.file));
      }
      const result = await waitingFor("waiting for the endpoint", this.#io, this.#isQuiet, () =>
        this.#check(),
      );
      for (const spec of specs) {
        const file = files.get(spec);
        (file?.writer ?? stdout).push(await this.#report(spec, result));
        await (file === undefined ? stdout.flush() : file.commit());
      }
      return EXIT_CODES[result.verdict];
    } catch (error) {
      for (const file of files.values()) await file.discard();
      throw error;
    }
  }

  /** The whole report first, then what changes, until a signal or the end of the reader. */
  async watch(spec: FindingsReporterSpec, intervalMs: number): Promise<number> {
    const { stdout, signal } = this.#io;
    let before: CheckResult | undefined;
    for (;;) {
      const result = await this.#check();
      stdout.push(
        before === undefined ? await this.#report(spec, result) : await this.#changes(spec, before, result),
      );
      await stdout.flush();
      // What is no URL will not become one.
      if (result.verdict === "no-url") return EXIT_CODES[result.verdict];
      before = result;
      await sleep(intervalMs, signal);
    }
  }

  #check(): Promise<CheckResult> {
    return checkEndpoint(this.#url, this.#prepared.options);
  }

  async #report({ name, file }: FindingsReporterSpec, result: CheckResult): Promise<string> {
    const color = file === undefined && wantsColor(this.#io, this.#io.stdoutIsTerminal);
    const text = await checkReport(name, result, { color, toolVersion: version, isQuiet: this.#isQuiet });
    // An endpoint may send back what it was sent.
    return this.#prepared.redactor.redact(text);
  }

  async #changes(spec: FindingsReporterSpec, before: CheckResult, after: CheckResult): Promise<string> {
    const hasColor = wantsColor(this.#io, this.#io.stdoutIsTerminal);
    const lines = changesBetween(before, after, hasColor ? await colorPaint() : noPaint);
    if (lines.length === 0) return "";
    if (spec.name === "jsonl") return this.#report(spec, after);
    const time = new Date(after.checkedAtMs).toISOString();
    return this.#prepared.redactor.redact([time, ...lines, ""].join("\n"));
  }
}
