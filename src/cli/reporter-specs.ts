import { UsageError } from "./exit-codes.ts";
import { choiceOption } from "./options.ts";

/** One `--reporter`: its name, and the file it writes where it has one. */
export interface ReporterSpec<Name extends string> {
  readonly name: Name;
  readonly file?: string;
}

/**
 * Reads `name` or `name=FILE`.
 *
 * @param example  Of a report with a file, for the hint.
 * @throws {UsageError} For an unknown name, no name of a file, or two reports in one stream.
 */
export function readReporterSpecs<Name extends string>(
  texts: readonly string[],
  names: readonly Name[],
  example: string,
): ReporterSpec<Name>[] {
  const specs = texts.map((text) => {
    const equals = text.indexOf("=");
    const name = choiceOption(equals < 0 ? text : text.slice(0, equals), "--reporter", names);
    const file = text.slice(equals + 1);
    if (equals >= 0 && file === "") throw new UsageError(`--reporter ${text} names no file`);
    return equals < 0 ? { name } : { name, file };
  });
  if (specs.filter(({ file }) => file === undefined).length > 1) {
    throw new UsageError(
      "two reports cannot share one stream",
      `give all but one a file: --reporter ${example}`,
    );
  }
  return specs;
}
