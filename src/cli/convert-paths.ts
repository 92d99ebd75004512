import type { TargetFormat } from "../formats/types.ts";
import { isFileOfFolder } from "./conversation-output.ts";
import type { WantedOutputs } from "./convert-outputs.ts";
import type { RunOutputs } from "./input-filter.ts";
import { checkOutputPaths, checkStandardOutput, inputPaths, type NamedPath } from "./output-paths.ts";

/** What a conversion reads beside its inputs. */
interface FilesRead {
  readonly profile?: string;
  readonly pdfFont?: readonly string[];
}

/**
 * What a conversion writes, once it is sure that no file has two parts to play; but the input may be the output, which
 * takes its place at the end.
 *
 * @throws {UsageError}
 */
export function convertPaths(
  inputs: readonly string[],
  { profile, pdfFont = [] }: FilesRead,
  wanted: WantedOutputs,
  target: TargetFormat,
): RunOutputs {
  const { output, outputDir, rejects, lossReport, reporters } = wanted;
  const side: NamedPath[] = [
    ["--rejects", rejects],
    ["--loss-report", lossReport],
    ...reporters.map(({ file }) => ["--reporter", file] as const),
  ];
  const files: NamedPath[] = [["--output", output], ...side];
  const settings = [["--profile", profile], ...pdfFont.map((path) => ["--pdf-font", path] as const)] as const;
  checkOutputPaths([...files, ["--output-dir", outputDir]], settings);
  checkOutputPaths(side, inputPaths(inputs));
  checkStandardOutput(inputs);
  return { files, folder: folderOf(outputDir, target) };
}

function folderOf(path: string | undefined, target: TargetFormat): RunOutputs["folder"] {
  if (path === undefined) return undefined;
  return { option: "--output-dir", path, isOwn: (name) => isFileOfFolder(name, target) };
}
