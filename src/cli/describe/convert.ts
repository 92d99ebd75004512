import type { Command } from "commander";
import type { Io } from "../io.ts";
import { colored, type SetCode, withCommonOptions, withInputOptions, withReportOptions } from "./shared.ts";

export function addConvert(program: Command, io: Io, setCode: SetCode): void {
  const command = program
    .command("convert")
    .description("Convert payloads to another format. Results on stdout, talk on stderr.")
    .requiredOption("-t, --to <format>", "ferndesk, smartsupp, userlike, jtel or pdf");
  withInputOptions(command)
    .option("-f, --from <format>", "format of the input, or auto", "auto")
    .option("-o, --output <file>", "write here, whole or not at all (mode 0600)")
    .option("--output-dir <dir>", "one file a conversation, named by a hash of its id")
    .option("--jsonl", "one conversation a line instead of one document")
    .option("--pretty", "indent the document")
    .option("--since <time>", "only conversations whose last message is of this time or later")
    .option("--until <time>", "only conversations whose last message is before this time")
    .option("--profile <file>", "settings of a report export, for --to jtel and --from jtel (YAML or JSON)")
    .option("--report-bytes <what>", "what $report.bytes counts: pdf, or encoded (its Base64)", "pdf")
    .option(
      "--time-zone <name>",
      "IANA zone of times without one, and of those in a PDF (default: UTC, with a warning)",
    )
    .option(
      "--url-template <url>",
      "URL of a conversation that has none: https://crm.example.com/chats/$conversation.id",
    )
    .option(
      "--pdf-font <file>",
      "TrueType or OpenType font for letters that chatx has none of (repeatable)",
      (value: string, before: string[] = []) => [...before, value],
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
  chatx convert --to pdf --output-dir reports/ --time-zone Europe/Berlin captures/
  chatx convert --to jtel --profile export.yaml --output-dir exports captures/
  chatx convert --to ferndesk --time-zone Europe/Berlin --fold userlike-2014.har
`,
    )
    .action(async (inputs: string[], options: Record<string, unknown>) => {
      const { runConvert } = await import("../commands/convert.ts");
      setCode(await runConvert(inputs, options, colored(io, options)));
    });
}
