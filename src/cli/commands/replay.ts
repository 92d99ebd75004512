import { escapeControls } from "../../diagnostics/quote.ts";
import { FileError } from "../../files/file-error.ts";
import { factsNamed } from "../../plan/renderer.ts";
import type { FileJournal } from "../../replay/journal/file-journal.ts";
import { inputFilter } from "../input-filter.ts";
import type { Io } from "../io.ts";
import { dryRun } from "../replay/dry-run.ts";
import { FindingsToStderr } from "../replay/findings.ts";
import { openJournals } from "../replay/journal.ts";
import type { MessageSource } from "../replay/messages.ts";
import type { ReplayFlags } from "../replay/options.ts";
import { ReplayOutputs, replayReporterSpecs } from "../replay/outputs.ts";
import { replayPaths } from "../replay/paths.ts";
import { type PreparedReplay, prepareReplay } from "../replay/prepare.ts";
import { ReplayRun } from "../replay/run.ts";

/** `chatx replay`: everything that can be refused is refused before the first connection. */
export async function runReplay(
  inputs: readonly string[],
  rawFlags: Record<string, unknown>,
  io: Io,
): Promise<number> {
  const flags = rawFlags as unknown as ReplayFlags;
  try {
    return await replay(inputs, flags, io);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    io.stderr.push(`chatx: ${escapeControls(error.message)}\n`);
    if (error.hint !== undefined) io.stderr.push(`  hint: ${escapeControls(error.hint)}\n`);
    return error.exitCode;
  }
}

async function replay(inputs: readonly string[], flags: ReplayFlags, io: Io): Promise<number> {
  const prepared = await prepareReplay(flags, io.env);
  try {
    return await replayPrepared(prepared, inputs, flags, io);
  } finally {
    if (!prepared.settings.limits.quiet) warnOfBoxes(prepared.renderer.missingCharacters, io);
  }
}

/** What a crash has left of the journal that is resumed. */
function tellOfJournal(file: FileJournal | undefined, { journal, resume }: ReplayFlags, io: Io): void {
  if (file === undefined || journal === undefined) return;
  const name = escapeControls(journal);
  const { tornBytes, earlier } = file;
  if (tornBytes > 0) {
    io.stderr.push(
      `chatx: warning: the last ${tornBytes} bytes of journal ${name} are no whole line, as a crash leaves them; they are cut off\n`,
    );
  }
  if (resume && earlier === undefined) {
    io.stderr.push(`chatx: warning: journal ${name} knows of no run: everything is sent\n`);
  }
}

/** How many characters are named. */
const MOST_NAMED = 8;

/** A report is sent all the same: the conversation inside it is whole. */
function warnOfBoxes(missing: ReadonlySet<string>, io: Io): void {
  if (missing.size === 0) return;
  const named = [...missing].slice(0, MOST_NAMED).map((character) => {
    return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
  });
  const more = missing.size > MOST_NAMED ? ` and ${missing.size - MOST_NAMED} more` : "";
  io.stderr.push(
    `chatx: warning: no font has ${named.join(", ")}${more}; the reports show their numbers in boxes\n  hint: pass --pdf-font with a font that has them\n`,
  );
}

async function replayPrepared(
  prepared: PreparedReplay,
  inputs: readonly string[],
  flags: ReplayFlags,
  io: Io,
): Promise<number> {
  const reporters = replayReporterSpecs(flags.reporter ?? []);
  const paths = replayPaths(inputs, flags, reporters);
  const { settings, renderer } = prepared;
  const { limits } = settings;
  if (!limits.quiet) {
    for (const warning of prepared.warnings) io.stderr.push(`chatx: warning: ${escapeControls(warning)}\n`);
  }
  // Whoever reads the report may stop reading; what is under way is to be delivered all the same.
  io.stdout.makeOptional();
  io.stderr.makeOptional();
  // What is said is read while the run goes on. On a terminal the live line is drawn meanwhile: what comes after the
  // warnings waits for its end.
  if (io.stderrIsTerminal) await io.stderr.flush();
  else io.stderr.makePrompt();
  const source: MessageSource = {
    inputs,
    limits: { ...limits, isLeftOut: inputFilter(paths, io, limits.quiet) },
    plan: settings.plan,
    renderer,
    wanted: { ...factsNamed(renderer.template), time: settings.run.speed !== undefined },
  };
  const findings = await FindingsToStderr.open(io);
  const { journal, deadLetter, har, saveResponses } = flags;
  if (flags.dryRun) {
    const asJson = reporters.some(({ name }) => name === "json");
    const wanted = { asJson, resume: flags.resume ?? false, ...(journal === undefined ? {} : { journal }) };
    return dryRun(prepared, source, wanted, findings, io);
  }
  const journals = await openJournals({
    ...(journal === undefined ? {} : { path: journal }),
    ...(deadLetter === undefined ? {} : { deadLetter }),
    resume: flags.resume ?? false,
    sameness: prepared.sameness,
    redactor: prepared.redactor,
    secretHeaders: renderer.secretHeaders,
  });
  if (!settings.limits.quiet) tellOfJournal(journals.file, flags, io);
  try {
    const outputs = await ReplayOutputs.open(
      {
        reporters,
        ...(har === undefined ? {} : { har }),
        ...(saveResponses === undefined ? {} : { responses: saveResponses }),
      },
      prepared,
      io,
    );
    try {
      const parts = { flags, prepared, source, journals, outputs, findings, io };
      return await new ReplayRun(parts).run();
    } catch (error) {
      await outputs.discard();
      throw error;
    }
  } finally {
    await journals.journal.close();
  }
}
