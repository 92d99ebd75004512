import { Command } from "commander";
import { escapeControls } from "../diagnostics/quote.ts";
import { addCapture } from "./describe/capture.ts";
import { addCheck } from "./describe/check.ts";
import { addConvert } from "./describe/convert.ts";
import { addFormats } from "./describe/formats.ts";
import { addReplay } from "./describe/replay.ts";
import { addSchema } from "./describe/schema.ts";
import { addServe } from "./describe/serve.ts";
import type { AddCommand, SetCode } from "./describe/shared.ts";
import { addTemplate } from "./describe/template.ts";
import { addValidate } from "./describe/validate.ts";
import { guardOptions } from "./guard-options.ts";
import type { Io } from "./io.ts";
import { version } from "./version.ts";

const EXAMPLES = `
Examples:
  chatx convert --to ferndesk captures/ > support-endpoint.json
  chatx validate --strict 'captures/**/*.json'
  chatx formats --explain unknown.json
  chatx replay captures/ --url https://staging.example.com/hook --journal run.jsonl
  chatx capture --out-dir captures
  chatx check https://support.example.com/support-endpoint.json
  chatx serve captures/ --watch

Exit codes: 0 done; 1 some records were invalid, rejected or failed; 2 wrong usage; 3 an input cannot be read or
nothing matched; 4 an output or journal cannot be written; 5 the endpoint is down or refuses our credentials;
70 a bug in chatx; 130, 143 interrupted.
`;

/**
 * The command line. Each command's code is loaded when the command is run.
 *
 * @param name  The first argument: where it is a command, the others are left out, as describing them takes time.
 */
export function buildProgram(io: Io, setCode: SetCode, name = ""): Command {
  const program = new Command("chatx")
    .description("Validate, convert and replay captured chat payloads, and check support endpoints.")
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
    ["capture", addCapture],
    ["check", addCheck],
    ["serve", addServe],
    ["template", addTemplate],
    ["formats", addFormats],
    ["schema", addSchema],
  ]);
  for (const add of wantedBy(name, commands)) add(program, io, setCode);
  for (const command of program.commands) {
    for (const one of [command, ...command.commands]) guardOptions(one);
  }
  return program;
}

/** The commands that a first argument is about: one, none (`--version`), or all. */
function wantedBy(name: string, commands: ReadonlyMap<string, AddCommand>): Iterable<AddCommand> {
  if (name === "--version" || name === "-V") return [];
  const one = commands.get(name);
  return one === undefined ? commands.values() : [one];
}

/** commander repeats what it does not know, and that may be the name of a hostile file. */
function shownError(text: string): string {
  return text
    .replace(/^error: /, "chatx: ")
    .split("\n")
    .map(escapeControls)
    .join("\n");
}
