import { jsonSchemaOf } from "../../formats/json-schema.ts";
import { ExitCode } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { formatOption } from "../options.ts";

/** `chatx schema FORMAT`, and `chatx schema profile` for the settings of `--profile`. */
export async function runSchema(name: string, io: Io): Promise<number> {
  const schema =
    name === "profile"
      ? (await import("../../profile/json-schema.ts")).profileJsonSchema()
      : jsonSchemaOf(formatOption(name, "chatx schema"));
  io.stdout.push(`${JSON.stringify(schema, null, 2)}\n`);
  return ExitCode.done;
}
