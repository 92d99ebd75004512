import type { Command } from "commander";
import { UsageError } from "./exit-codes.ts";

/** Options that may be given several times; of all others, taking the last one would be a guess. */
const REPEATABLE = new Set([
  "reporter",
  "fail-on",
  "header",
  "var",
  "expect",
  "token-header",
  "allow-host",
  "pdf-font",
]);

/**
 * Refuses what commander would take without a word: an option with a value given twice, and another option's name
 * as the value (a forgotten value).
 */
export function guardOptions(command: Command): void {
  for (const option of command.options) {
    if (!option.required) continue;
    let isGiven = false;
    command.on(`option:${option.name()}`, (value: string) => {
      if (isGiven && !REPEATABLE.has(option.name()))
        throw new UsageError(`--${option.name()} is given twice`);
      isGiven = true;
      if (value === "") throw new UsageError(`--${option.name()} has an empty value`);
      if (value.startsWith("-") && value !== "-") {
        throw new UsageError(
          `--${option.name()} needs a value; found the option "${value}"`,
          `write ./${value} for a file of that name`,
        );
      }
    });
  }
}
