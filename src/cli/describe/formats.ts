import type { Command } from "commander";
import type { Io } from "../io.ts";
import { colored, type SetCode, withCommonOptions } from "./shared.ts";

export function addFormats(program: Command, io: Io, setCode: SetCode): void {
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
      const { runFormats } = await import("../commands/formats.ts");
      setCode(await runFormats(format, options, colored(io, options)));
    });
}
