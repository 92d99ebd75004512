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

/** What all commands that listen have. */
export function withServerOptions(command: Command, port = "8080"): Command {
  return command
    .option("--host <address>", "where to listen", "127.0.0.1")
    .option("--port <n>", "0 takes a free one", port)
    .option(
      "--allow-host <name>",
      "another name that requests may call this server by; several times",
      gathered,
    )
    .option("--headers-timeout <time>", "for the header of a request", "10s")
    .option("--request-timeout <time>", "for a whole request", "30s")
    .option("--idle-timeout <time>", "how long a connection is kept for a next request", "5s")
    .option("--max-connections <n>", "open at a time; others are answered 503", "1024")
    .option("--grace <time>", "after a signal, for requests under way", "10s");
}

export function withReportOptions(command: Command, where: string, mostFindings = "1000"): Command {
  return command
    .option("--max-findings <n>", "findings shown at most; 0 for all", mostFindings)
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
