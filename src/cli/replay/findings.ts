import type { DiagnosticArgs, DiagnosticCode } from "../../diagnostics/diagnostic.ts";
import { type Finding, findingOfSource } from "../../diagnostics/finding.ts";
import { createReporter, type Reporter } from "../../report/index.ts";
import { type Io, wantsColor } from "../io.ts";
import { version } from "../version.ts";

/** Findings shown one by one; the summary counts all. */
const MOST_SHOWN = 100;

/** Tells on standard error what is wrong with records that cannot be sent. */
export class FindingsToStderr {
  private readonly io: Io;
  private readonly reporter: Reporter;
  private shown = 0;
  private hidden = 0;

  private constructor(io: Io, reporter: Reporter) {
    this.io = io;
    this.reporter = reporter;
  }

  static async open(io: Io): Promise<FindingsToStderr> {
    const color = wantsColor(io, io.stderrIsTerminal);
    return new FindingsToStderr(io, await createReporter("text", { color, toolVersion: version }));
  }

  show(findings: readonly Finding[]): void {
    for (const finding of findings) {
      if (this.shown >= MOST_SHOWN) {
        this.hidden++;
        continue;
      }
      this.shown++;
      this.io.stderr.push(this.reporter.finding(finding));
    }
  }

  /** A finding about a source as a whole. */
  ofSource<C extends DiagnosticCode>(source: string, code: C, args: DiagnosticArgs[C]): void {
    this.show([findingOfSource(source, code, args)]);
  }

  end(): void {
    if (this.hidden > 0) this.io.stderr.push(`and ${this.hidden} more findings; chatx validate shows all\n`);
  }
}
