import { basename, dirname } from "node:path";
import { escapeControls } from "../diagnostics/quote.ts";
import { isJournalFile } from "../replay/journal/recognise.ts";
import type { Io } from "./io.ts";
import { fileKey, type NamedPath, STDOUT_PATH } from "./output-paths.ts";

/** What a run writes. */
export interface RunOutputs {
  readonly files: readonly NamedPath[];
  readonly folder?: OutputFolder | undefined;
}

/** A folder that files are put into, whose names tell them from others that lie there. */
interface OutputFolder {
  readonly option: string;
  readonly path: string;
  isOwn(name: string): boolean;
}

/**
 * Tells which of the files that a folder or a pattern finds are no payloads, whatever is in them: what this run writes,
 * or wrote the last time, and journals of replays. What is named as an input is never asked about.
 *
 * @param isQuiet  Else each is said once on standard error: a capture could stand where an output is to go.
 */
export function inputFilter(outputs: RunOutputs, io: Io, isQuiet: boolean): (path: string) => boolean {
  const said = new Set<string>();
  const say = (note: string) => {
    if (!isQuiet && !said.has(note)) io.stderr.push(`chatx: ${escapeControls(note)}\n`);
    said.add(note);
  };
  const written = whatIsWritten(outputs.files);
  const { folder } = outputs;
  return (path) => {
    const why = written(path) ?? (isJournalFile(path) ? "it is a journal of chatx replay" : undefined);
    if (why !== undefined) say(`${path} is not read: ${why}`);
    else if (folder === undefined || !isIn(folder, path)) return false;
    else say(`${folder.path}: what ${folder.option} writes there is not read`);
    return true;
  };
}

const STREAMS: readonly (readonly [path: string, why: string])[] = [
  [STDOUT_PATH, "standard output goes there"],
  ["/dev/stderr", "standard error goes there"],
];

/** Looks at the outputs when the first file is asked about: those that grow during the run have been made by then. */
function whatIsWritten(files: readonly NamedPath[]): (path: string) => string | undefined {
  let reasons: Map<string | undefined, string> | undefined;
  return (path) => {
    reasons ??= new Map([
      ...STREAMS.map(([stream, why]) => [fileKey(stream), why] as const),
      ...files.map(([option, file]) => [file && fileKey(file), `${option} writes it`] as const),
    ]);
    const key = fileKey(path);
    return key === undefined ? undefined : reasons.get(key);
  };
}

function isIn({ path: folder, isOwn }: OutputFolder, path: string): boolean {
  return isOwn(basename(path)) && fileKey(dirname(path)) === fileKey(folder);
}
