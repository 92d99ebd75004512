import { jsonSchemaOf } from "../../formats/json-schema.ts";
import { ExitCode } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { formatOption } from "../options.ts";

/** `chatx schema FORMAT` */
export function runSchema(name: string, io: Io): number {
  const format = formatOption(name, "chatx schema");
  io.stdout.push(`${JSON.stringify(jsonSchemaOf(format), null, 2)}\n`);
  return ExitCode.done;
}
