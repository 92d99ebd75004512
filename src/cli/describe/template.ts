import type { Command } from "commander";
import type { Io } from "../io.ts";
import { colored, gathered, type SetCode, withCommonOptions } from "./shared.ts";

export function addTemplate(program: Command, io: Io, setCode: SetCode): void {
  const template = program.command("template").description("Try templates of chatx replay.");
  const check = template
    .command("check")
    .description("Check a template; with --against, show what it renders to. Contacts nothing.")
    .argument("<file>", "a template of a body")
    .option("--against <file>", "captured payloads; the first record is taken")
    .option("--record <n>", "the record to take", "1")
    .option("--content-type <type>", "of the body; decides how values are placed in it")
    .option("--url <url>", "a template of the URL, shown too")
    .option("-H, --header <header>", "'Name: value', a template; several times", gathered)
    .option("--var <name=value>", "a value for $var.name; several times", gathered)
    .option("--values <file>", 'JSON with values that only a run knows: {"tokenResponse": …}')
    .option("-f, --from <format>", "format of the record, or auto", "auto")
    .option("--time-zone <name>", "IANA zone of $dateTime and of times without one (default: UTC)")
    .option("--max-record-bytes <size>", "longest record", "64MiB")
    .option("--max-inflated-bytes <size>", "most that a gzip source may inflate to", "64GiB");
  withCommonOptions(check)
    .addHelpText(
      "after",
      `
Examples:
  chatx template check ticket.json
  chatx template check ticket.json --against captures/hook.json
  chatx template check ticket.json --against captures.jsonl --record 7 --url 'https://x.example/$conversation.id'
`,
    )
    .action(async (file: string, options: Record<string, unknown>) => {
      const { runTemplateCheck } = await import("../commands/template.ts");
      setCode(await runTemplateCheck(file, options, colored(io, options)));
    });
}
