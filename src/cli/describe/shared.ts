import type { Command } from "commander";
import type { Io } from "../io.ts";

/** Takes the exit code of a command that ran. */
export type SetCode = (code: number) => void;

/** Describes a command; its code is loaded when it is run. */
export type AddCommand = (program: Command, io: Io, setCode: SetCode) => void;

/** `--no-color` is the same as NO_COLOR in the environment. */
export function colored(io: Io, options: Record<string, unknown>): Io {
  return options.color === false ? { ...io, env: { ...io.env, NO_COLOR: "1" } } : io;
}

/** What all commands that read payloads have. */
export function withInputOptions(command: Command): Command {
  return command
    .argument("[inputs...]", "files, folders, quoted globs; - or nothing for standard input")
    .option("--allow-empty", "no error when nothing matches or the input holds no payload")
    .option("--fail-fast", "stop at the first bad record")
    .option("--max-record-bytes <size>", "longest record", "64MiB")
    .option("--max-inflated-bytes <size>", "most that a gzip source may inflate to", "64GiB");
}

export function withCommonOptions(command: Command): Command {
  return command
    .option("-q, --quiet", "no summary, no progress, no warnings; errors only")
    .option("--no-color", "no colours (NO_COLOR is honoured too)");
}

export function withReportOptions(command: Command, where: string): Command {
  return command
    .option("--max-findings <n>", "findings shown at most; 0 for all", "1000")
    .option(
      "--reporter <name[=FILE]>",
      `text, json, jsonl, junit, sarif, github or tap; several at once; without FILE to ${where}`,
      gathered,
    );
}

/** For an option that may be given several times. */
export function gathered(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
