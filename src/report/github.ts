import type { Severity } from "../diagnostics/diagnostic.ts";
import type { Finding } from "../diagnostics/finding.ts";
import { safeText } from "./safe.ts";
import type { Reporter } from "./types.ts";
import { hiddenLine, placeOf, pointersOf, totalsLine } from "./words.ts";

const COMMANDS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "notice" };

/** Workflow commands of GitHub Actions: each finding becomes an annotation of its file. */
export function githubReporter(): Reporter {
  return {
    start: () => "",
    finding: (finding) =>
      `::${COMMANDS[finding.severity]} ${properties(finding)}::${escapeData(body(finding))}\n`,
    end(summary) {
      const hidden = hiddenLine(summary);
      return `${hidden === undefined ? "" : `${hidden}\n`}${totalsLine(summary)}\n`;
    },
  };
}

function properties(finding: Finding): string {
  const all = [...fileProperties(finding), ["title", finding.code]];
  return all.map(([name, value]) => `${name}=${escapeProperty(value!)}`).join(",");
}

/** Standard input or a URL is no file of the repository: its place stands in the message instead. */
function fileProperties(finding: Finding): [string, string][] {
  if (isNoFile(finding)) return [];
  const file: [string, string] = ["file", safePath(finding.source)];
  if (finding.line < 1) return [file];
  const place: [string, string][] = [file, ["line", `${finding.line}`], ["col", `${finding.column}`]];
  place.push(["endLine", `${finding.endLine}`]);
  // Here the last column belongs to the range, and columns count only within one line.
  if (finding.endLine === finding.line) {
    place.push(["endColumn", `${Math.max(finding.column, finding.endColumn - 1)}`]);
  }
  return place;
}

function body(finding: Finding): string {
  const place = isNoFile(finding) ? `${placeOf(finding)}: ` : "";
  const pointers = pointersOf(finding);
  const at = pointers === "" ? "" : ` (at${pointers})`;
  const hint = finding.hint === undefined ? "" : `\nhint: ${safeText(finding.hint)}`;
  return `${place}${safeText(finding.message)}${at}${hint}`;
}

function isNoFile(finding: Finding): boolean {
  return finding.source === "<stdin>" || /^https?:\/\//.test(finding.source) || finding.source === "<URL>";
}

/** A file name may hold a line break, for which there is an escape; other control characters are made visible. */
function safePath(path: string): string {
  return path
    .split(/(\r|\n)/)
    .map((part) => (part === "\r" || part === "\n" ? part : safeText(part)))
    .join("");
}

/** The escapes of the runner's own toolkit (`@actions/core`, command.ts). */
function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
