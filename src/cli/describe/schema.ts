import type { Command } from "commander";
import type { Io } from "../io.ts";
import { type SetCode, withCommonOptions } from "./shared.ts";

export function addSchema(program: Command, io: Io, setCode: SetCode): void {
  const command = program
    .command("schema")
    .description("Print the JSON Schema (2020-12) of a format, or of a profile.")
    .argument("<format>", "as chatx formats lists them, or profile");
  withCommonOptions(command)
    .addHelpText(
      "after",
      "\nExample:\n  chatx schema ferndesk > ferndesk.schema.json\n  chatx schema profile > profile.schema.json\n",
    )
    .action(async (format: string) => {
      const { runSchema } = await import("../commands/schema.ts");
      setCode(await runSchema(format, io));
    });
}
