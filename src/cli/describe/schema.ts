import type { Command } from "commander";
import type { Io } from "../io.ts";
import { type SetCode, withCommonOptions } from "./shared.ts";

export function addSchema(program: Command, io: Io, setCode: SetCode): void {
  const command = program
    .command("schema")
    .description("Print the JSON Schema (2020-12) of a format.")
    .argument("<format>", "as chatx formats lists them");
  withCommonOptions(command)
    .addHelpText("after", "\nExample:\n  chatx schema ferndesk > ferndesk.schema.json\n")
    .action(async (format: string) => {
      const { runSchema } = await import("../commands/schema.ts");
      setCode(runSchema(format, io));
    });
}
