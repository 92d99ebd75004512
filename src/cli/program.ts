import { Command } from "commander";
import { escapeControls } from "../diagnostics/quote.ts";
import { guardOptions } from "./guard-options.ts";
import type { Io } from "./io.ts";
import { addReplayOptions, REPLAY_EXAMPLES } from "./replay-command.ts";
import { version } from "./version.ts";

type SetCode = (code: number) => void;

const EXAMPLES = `
Examples:
  chatx convert --to ferndesk captures/ > support-endpoint.json
  chatx validate --strict 'captures/**/*.json'
  chatx formats --explain unknown.json
  chatx replay captures/ --url https://staging.example.com/hook --journal run.jsonl

Exit codes: 0 done; 1 some records were invalid, rejected or failed; 2 wrong usage; 3 an input cannot be read or
nothing matched; 4 an output or journal cannot be written; 5 the endpoint is down or refuses our credentials;
70 a bug in chatx; 130, 143 interrupted.
`;

type AddCommand = (program: Command, io: Io, setCode: SetCode) => void;

/**
 * The command line. Each command's code is loaded when the command is run.
 *
 * @param name  The first argument: where it is a command, the others are left out, as describing them takes time.
 */
export function buildProgram(io: Io, setCode: SetCode, name = ""): Command {
  const program = new Command("chatx")
    .description("Validate, convert and replay captured chat payloads (Smartsupp, Userlike, Ferndesk).")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .showSuggestionAfterError()
    .showHelpAfterError("(chatx --help lists what there is)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.push(text),
      writeErr: (text) => io.stderr.push(text),
      outputError: (text, write) => write(shownError(text)),
    })
    .addHelpText("after", EXAMPLES);
  const commands = new Map<string, AddCommand>([
    ["convert", addConvert],
    ["validate", addValidate],
    ["replay", addReplay],
    ["formats", addFormats],
    ["schema", addSchema],
  ]);
  const wanted = commands.get(name);
  for (const add of wanted === undefined ? commands.values() : [wanted]) add(program, io, setCode);
  for (const command of program.commands) guardOptions(command);
  return program;
}

/** commander repeats what it does not know, and that may be the name of a hostile file. */
function shownError(text: string): string {
  return text
    .replace(/^error: /, "chatx: ")
    .split("\n")
    .map(escapeControls)
    .join("\n");
}

/** `--no-color` is the same as NO_COLOR in the environment. */
function colored(io: Io, options: Record<string, unknown>): Io {
  return options.color === false ? { ...io, env: { ...io.env, NO_COLOR: "1" } } : io;
}

/** What all commands that read payloads have. */
function withInputOptions(command: Command): Command {
  return command
    .argument("[inputs...]", "files, folders, quoted globs; - or nothing for standard input")
    .option("--allow-empty", "no error when nothing matches or the input holds no payload")
    .option("--fail-fast", "stop at the first bad record")
    .option("--max-record-bytes <size>", "longest record", "64MiB")
    .option("--max-inflated-bytes <size>", "most that a gzip source may inflate to", "64GiB");
}

function withCommonOptions(command: Command): Command {
  return command
    .option("-q, --quiet", "no summary, no progress, no warnings; errors only")
    .option("--no-color", "no colours (NO_COLOR is honoured too)");
}

function withReportOptions(command: Command, where: string): Command {
  return command
    .option("--max-findings <n>", "findings shown at most; 0 for all", "1000")
    .option(
      "--reporter <name[=FILE]>",
      `text, json, jsonl, junit, sarif, github or tap; several at once; without FILE to ${where}`,
      (value: string, before: string[] = []) => [...before, value],
    );
}

function addConvert(program: Command, io: Io, setCode: SetCode): void {
  const command = program
    .command("convert")
    .description("Convert payloads to another format. Results on stdout, talk on stderr.")
    .requiredOption("-t, --to <format>", "ferndesk, smartsupp or userlike");
  withInputOptions(command)
    .option("-f, --from <format>", "format of the input, or auto", "auto")
    .option("-o, --output <file>", "write here, whole or not at all (mode 0600)")
    .option("--output-dir <dir>", "one file a conversation, named by a hash of its id")
    .option("--jsonl", "one conversation a line instead of one document")
    .option("--pretty", "indent the document")
    .option("--since <time>", "only conversations whose last message is of this time or later")
    .option("--until <time>", "only conversations whose last message is before this time")
    .option("--time-zone <name>", "IANA zone of times without one (default: UTC, with a warning)")
    .option(
      "--url-template <url>",
      "URL of a conversation that has none: https://crm.example.com/chats/$conversation.id",
    )
    .option("--agent-role <role>", "how Ferndesk documents spell it: agent or support_agent", "agent")
    .option("--system-messages <what>", "drop them, or keep them as the agent's: drop or agent", "drop")
    .option("--fold", "hold repeats of a conversation and take the most complete one")
    .option("--shard <i/n>", "only share i of n, by conversation id; the n shares together are the whole")
    .option("--strict", "warnings reject their record")
    .option("--rejects <file>", "rejected records, raw, with the reason (JSON Lines)")
    .option("--loss-report <file>", "what became of every field of every record (JSON Lines)")
    .option(
      "--fail-on <what>",
      "exit 1 when anything was dropped, derived or unknown (several with commas)",
      (value: string, before: string[] = []) => [...before, ...value.split(",")],
    );
  withCommonOptions(withReportOptions(command, "stderr"))
    .addHelpText(
      "after",
      `
Examples:
  chatx convert --to ferndesk < hook.json
  chatx convert --to ferndesk --jsonl 'captures/**/*.json' | wc -l
  chatx convert --to ferndesk -o support-endpoint.json --loss-report loss.jsonl captures/
  chatx convert --to smartsupp --from ferndesk support-endpoint.json
  chatx convert --to ferndesk --time-zone Europe/Berlin --fold userlike-2014.har
`,
    )
    .action(async (inputs: string[], options: Record<string, unknown>) => {
      const { runConvert } = await import("./commands/convert.ts");
      setCode(await runConvert(inputs, options, colored(io, options)));
    });
}

function addValidate(program: Command, io: Io, setCode: SetCode): void {
  const command = program
    .command("validate")
    .description("Check payloads against their format. The report goes to stdout.");
  withInputOptions(command)
    .option("-f, --format <format>", "format of the input, or auto", "auto")
    .option("--strict", "warnings are errors");
  withCommonOptions(withReportOptions(command, "stdout"))
    .addHelpText(
      "after",
      `
Examples:
  chatx validate captures/
  chatx validate --strict --reporter github --reporter sarif=chatx.sarif 'captures/**/*.json'
  curl -s https://support.example.com/endpoint.json | chatx validate --format ferndesk
`,
    )
    .action(async (inputs: string[], options: Record<string, unknown>) => {
      const { runValidate } = await import("./commands/validate.ts");
      setCode(await runValidate(inputs, options, colored(io, options)));
    });
}

function addReplay(program: Command, io: Io, setCode: SetCode): void {
  const command = program
    .command("replay")
    .description("Send payloads to an endpoint: at least once, in order, resumable.")
    .requiredOption(
      "--url <url>",
      "where to; values may stand in path and query: https://x.example/$conversation.id",
    );
  withCommonOptions(addReplayOptions(withInputOptions(command)))
    .addHelpText("after", REPLAY_EXAMPLES)
    .action(async (inputs: string[], options: Record<string, unknown>) => {
      const { runReplay } = await import("./commands/replay.ts");
      setCode(await runReplay(inputs, options, colored(io, options)));
    });
}

function addFormats(program: Command, io: Io, setCode: SetCode): void {
  const command = program
    .command("formats")
    .description("List the formats, show one's field mapping, or explain what a file was taken for.")
    .argument("[format]", "show the fields of this format and what becomes of them")
    .option("--explain <file>", "say which format each record of a file is, and why (- for standard input)")
    .option("--json", "for machines");
  withCommonOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  chatx formats
  chatx formats smartsupp
  chatx formats --explain capture.har
`,
    )
    .action(async (format: string | undefined, options: Record<string, unknown>) => {
      const { runFormats } = await import("./commands/formats.ts");
      setCode(await runFormats(format, options, colored(io, options)));
    });
}

function addSchema(program: Command, io: Io, setCode: SetCode): void {
  const command = program
    .command("schema")
    .description("Print the JSON Schema (2020-12) of a format.")
    .argument("<format>", "as chatx formats lists them");
  withCommonOptions(command)
    .addHelpText("after", "\nExample:\n  chatx schema ferndesk > ferndesk.schema.json\n")
    .action(async (format: string) => {
      const { runSchema } = await import("./commands/schema.ts");
      setCode(runSchema(format, io));
    });
}
