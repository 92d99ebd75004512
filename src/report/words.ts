import type { Finding } from "../diagnostics/finding.ts";
import { safeText } from "./safe.ts";
import type { ReportSummary } from "./types.ts";

/** `1 record`, `2 records`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `chats/42.json:18:5`; only the source where the place within it is not known (line 0). */
export function placeOf(finding: Finding): string {
  const { source, line, column } = finding;
  return safeText(line > 0 ? `${source}:${line}:${column}` : source);
}

const LONGEST_POINTER = 200;

/**
 * Where in the payload: ` /channel/ratng in /log/entries/0/request/postData/text`, each part only where there is
 * one. The end of a pointer says most, so a long one loses its beginning.
 */
export function pointersOf(finding: Finding): string {
  const { pointer, container } = finding;
  const own = pointer === "" ? "" : ` ${shortPointer(pointer)}`;
  return container === undefined ? own : `${own} in ${shortPointer(container)}`;
}

function shortPointer(pointer: string): string {
  return safeText(pointer.length > LONGEST_POINTER ? `…${pointer.slice(-LONGEST_POINTER)}` : pointer);
}

/** A finding as lines of text without its code frame, for reports that have a place for free text. */
export function plainFinding(finding: Finding): string {
  const lines = [
    safeText(`${finding.severity} ${finding.code}: ${finding.message}`),
    `  --> ${placeOf(finding)} ${pointersOf(finding)}`.trimEnd(),
  ];
  if (finding.hint !== undefined) lines.push(`  hint: ${safeText(finding.hint)}`);
  return lines.join("\n");
}

/** `3 records: 2 valid, 1 invalid, 0 skipped; 1 error, 2 warnings` */
export function totalsLine(summary: ReportSummary): string {
  const { sources, records, valid, invalid, skipped, errors, warnings, infos } = summary;
  const from = sources > 1 ? ` from ${counted(sources, "source")}` : "";
  const notes = infos > 0 ? `, ${counted(infos, "info")}` : "";
  return (
    `${counted(records, "record")}${from}: ${valid} valid, ${invalid} invalid, ${skipped} skipped; ` +
    `${counted(errors, "error")}, ${counted(warnings, "warning")}${notes}`
  );
}

/** `and 5 more findings (raise --max-findings)`; undefined where none is hidden. */
export function hiddenLine(summary: ReportSummary): string | undefined {
  const { hiddenFindings } = summary;
  if (hiddenFindings === 0) return undefined;
  return `and ${hiddenFindings} more ${hiddenFindings === 1 ? "finding" : "findings"} (raise --max-findings)`;
}
