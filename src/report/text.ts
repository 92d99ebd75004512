import type { Finding } from "../diagnostics/finding.ts";
import { codeFrame } from "./frame.ts";
import { noPaint, type Paint } from "./paint.ts";
import { safeText } from "./safe.ts";
import type { Reporter } from "./types.ts";
import { hiddenLine, placeOf, pointersOf, totalsLine } from "./words.ts";

/** For people: one frame for every finding, a blank line after each, and at the end one line that adds up. */
export function textReporter(paint: Paint = noPaint): Reporter {
  return {
    start: () => "",
    finding: (finding) => `${findingLines(finding, paint).join("\n")}\n\n`,
    end(summary) {
      const hidden = hiddenLine(summary);
      return `${hidden === undefined ? "" : `${hidden}\n`}${totalsLine(summary)}\n`;
    },
  };
}

function findingLines(finding: Finding, paint: Paint): string[] {
  const { severity } = finding;
  const lines = [
    `${paint.severity(severity, `${severity} ${finding.code}`)}: ${safeText(finding.message)}`,
    `  ${paint.margin("-->")} ${placeOf(finding)} ${pointersOf(finding)}`.trimEnd(),
  ];
  const frame = codeFrame(finding);
  if (frame !== undefined) {
    const carets = paint.severity(severity, frame.carets);
    lines.push(`${paint.margin(`${frame.number} |`)} ${frame.code}`);
    lines.push(`${paint.margin(`${frame.margin} |`)} ${frame.indent}${carets}`);
  }
  if (finding.hint !== undefined) lines.push(`   ${paint.hint("hint:")} ${safeText(finding.hint)}`);
  return lines;
}
