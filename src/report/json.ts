import type { Finding } from "../diagnostics/finding.ts";
import { safeJson } from "./safe.ts";
import type { Reporter } from "./types.ts";

/**
 * What machines get of a finding: all but the excerpt, in a stable order. Strings are whole and raw (only the
 * message is clipped); `args` are the facts of the code.
 */
export function findingData(finding: Finding) {
  return {
    code: finding.code,
    severity: finding.severity,
    message: finding.message,
    hint: finding.hint,
    source: finding.source,
    record: finding.record,
    pointer: finding.pointer,
    container: finding.container,
    line: finding.line,
    column: finding.column,
    endLine: finding.endLine,
    endColumn: finding.endColumn,
    offset: finding.offset,
    format: finding.format,
    args: finding.args,
  };
}

/** One document: `{"version", "findings": […], "summary"}`, one finding a line, written as findings come. */
export function jsonReporter(toolVersion: string): Reporter {
  let separator = "\n";
  return {
    start: () => `{"version":${safeJson(toolVersion)},"findings":[`,
    finding(finding) {
      const text = separator + safeJson(findingData(finding));
      separator = ",\n";
      return text;
    },
    end: (summary) => `\n],"summary":${safeJson(summary)}}\n`,
  };
}

/** JSON Lines: one finding a line, and a last line `{"summary": …}`. */
export function jsonLinesReporter(): Reporter {
  return {
    start: () => "",
    finding: (finding) => `${safeJson(findingData(finding))}\n`,
    end: (summary) => `${safeJson({ summary })}\n`,
  };
}
