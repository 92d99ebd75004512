import type { Command } from "commander";
import type { Io } from "../io.ts";
import { colored, type SetCode, withCommonOptions, withInputOptions, withReportOptions } from "./shared.ts";

export function addValidate(program: Command, io: Io, setCode: SetCode): void {
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
      const { runValidate } = await import("../commands/validate.ts");
      setCode(await runValidate(inputs, options, colored(io, options)));
    });
}
