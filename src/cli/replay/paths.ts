import { isJournalFile } from "../../replay/journal/recognise.ts";
import { UsageError } from "../exit-codes.ts";
import type { RunOutputs } from "../input-filter.ts";
import { checkOutputPaths, checkStandardOutput, inputPaths, type NamedPath } from "../output-paths.ts";
import type { ReplayFlags } from "./options.ts";
import { isSavedResponse } from "./responses.ts";

/**
 * What a replay writes, once it is sure that no file has two parts to play. Opens nothing.
 *
 * @param reports  Their files.
 * @throws {UsageError}
 */
export function replayPaths(
  inputs: readonly string[],
  flags: ReplayFlags,
  reports: readonly { readonly file?: string }[],
): RunOutputs {
  const { journal, deadLetter, har, saveResponses } = flags;
  const files: NamedPath[] = [
    ["--journal", journal],
    ["--dead-letter", deadLetter],
    ["--har", har],
    ...reports.map(({ file }) => ["--reporter", file] as const),
  ];
  const written: NamedPath[] = [...files, ["--save-responses", saveResponses]];
  checkOutputPaths(written, [...inputPaths(inputs), ...settingsRead(flags)]);
  checkStandardOutput(inputs);
  refuseJournals(inputs);
  if (saveResponses === undefined) return { files };
  return { files, folder: { option: "--save-responses", path: saveResponses, isOwn: isSavedResponse } };
}

/** The files that options read. */
function settingsRead(flags: ReplayFlags): NamedPath[] {
  const after = (prefix: string, text: string | undefined) =>
    text?.startsWith(prefix) ? text.slice(prefix.length) : undefined;
  return [
    ["--profile", flags.profile],
    ["--body", after("@", flags.body)],
    ["--token-body", after("@", flags.tokenBody)],
    ["--sign-secret", after("file:", flags.signSecret)],
    ["--cacert", flags.cacert],
    ["--cert", flags.cert],
    ["--key", flags.key],
    ...(flags.pdfFont ?? []).map((path) => ["--pdf-font", path] as const),
  ];
}

/** Its lines would be sent as if they were payloads. */
function refuseJournals(inputs: readonly string[]): void {
  const journal = inputs.find(isJournalFile);
  if (journal === undefined) return;
  throw new UsageError(
    `${journal} is a journal of chatx replay, and no payloads are in it`,
    "to go on with its run, give that run's command again with --resume",
  );
}
