import type { Severity } from "../diagnostics/diagnostic.ts";

/** How the text reporter colours its parts. */
export interface Paint {
  readonly severity: (severity: Severity, text: string) => string;
  /** For what frames the payload text: arrows, line numbers, bars. */
  readonly margin: (text: string) => string;
  readonly hint: (text: string) => string;
}

const asIs = (text: string) => text;

export const noPaint: Paint = { severity: (_, text) => text, margin: asIs, hint: asIs };

/** Colours by chalk, which is loaded only now. Its own detection of the terminal is not asked. */
export async function colorPaint(): Promise<Paint> {
  const { Chalk } = await import("chalk");
  const chalk = new Chalk({ level: 1 });
  const bySeverity = { error: chalk.bold.red, warning: chalk.bold.yellow, info: chalk.bold.cyan };
  return {
    severity: (severity, text) => bySeverity[severity](text),
    margin: (text) => chalk.blue(text),
    hint: (text) => chalk.green(text),
  };
}
