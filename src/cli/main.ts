import { CommanderError } from "commander";
import { escapeControls } from "../diagnostics/quote.ts";
import { TemplateError } from "../template/parse.ts";
import { bugReport } from "./bug-report.ts";
import { ClosedPipe, ConfigFaults, ExitCode, Interrupted, OutputError, UsageError } from "./exit-codes.ts";
import { type Io, wantsColor } from "./io.ts";
import { nodeIo } from "./node-io.ts";
import { buildProgram } from "./program.ts";
import { version } from "./version.ts";

export { endProcess } from "./node-io.ts";

/** After a signal and the end of what is under way, how long a command may take to stop: a full pipe or a slow disk may hold it up. */
const GRACE_MS = 2000;

/**
 * Runs one command line.
 *
 * @param argv  Without the program's own name.
 * @returns The exit code; never throws and never ends the process.
 */
export async function main(argv: readonly string[], io: Io = nodeIo()): Promise<number> {
  let code: number;
  try {
    code = await run(argv, io);
    await io.stdout.flush();
  } catch (error) {
    code = await report(error, io);
  }
  try {
    await io.stderr.flush();
  } catch {
    // What we had to say could not be written: no success, and not worse than what else may have gone wrong.
    if (code === ExitCode.done) code = ExitCode.output;
  }
  return code;
}

/** Rejects with the signal when the time for stopping in good order is over; stays pending without a signal. */
function overtime({ signal, underWay }: Io): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", async () => {
      await underWay.allEnded();
      setTimeout(() => reject(signal.reason), GRACE_MS).unref();
    });
  });
}

async function run(argv: readonly string[], io: Io): Promise<number> {
  let exitCode: number = ExitCode.done;
  const program = buildProgram(
    io,
    (code) => {
      exitCode = code;
    },
    argv[0],
  );
  try {
    await Promise.race([program.parseAsync(argv, { from: "user" }), overtime(io)]);
  } catch (error) {
    // commander ends --help and --version this way, as well as wrong usage; it has said what there is to say.
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? ExitCode.done : ExitCode.usage;
  }
  return exitCode;
}

/** One clear line for what ended the run. Payload text never stands in it: errors carry names and places. */
async function report(error: unknown, io: Io): Promise<number> {
  if (error instanceof ClosedPipe) return ExitCode.done;
  const say = (message: string, hint?: string) => {
    io.stderr.push(`chatx: ${escapeControls(message)}\n`);
    if (hint !== undefined) io.stderr.push(`  hint: ${escapeControls(hint)}\n`);
  };
  if (error instanceof ConfigFaults) {
    const { createReporter } = await import("../report/index.ts");
    const color = wantsColor(io, io.stderrIsTerminal);
    const reporter = await createReporter("text", { color, toolVersion: version });
    for (const finding of error.findings) io.stderr.push(reporter.finding(finding));
  }
  if (error instanceof UsageError) {
    say(error.message, error.hint);
    return ExitCode.usage;
  }
  if (error instanceof TemplateError) {
    say(error.message);
    return ExitCode.usage;
  }
  if (error instanceof OutputError) {
    say(error.message);
    return ExitCode.output;
  }
  if (error instanceof Interrupted) {
    say(`${error.message}; nothing is left half-written`);
    return error.exitCode;
  }
  io.stderr.push(bugReport(error, io.env));
  return ExitCode.bug;
}
