import type { Finding } from "../diagnostics/finding.ts";
import { findingData } from "./json.ts";
import { type Outcome, outcomeCollector } from "./outcomes.ts";
import { safeJson, safeText } from "./safe.ts";
import type { Reporter } from "./types.ts";
import { hiddenLine, totalsLine } from "./words.ts";

/** TAP 14: a test point for every record, its findings in a YAML block, the plan at the end. */
export function tapReporter(): Reporter {
  let points = 0;
  const outcomes = outcomeCollector((outcome) => testPoint(outcome, ++points));
  return {
    start: () => "TAP version 14\n",
    finding(finding) {
      outcomes.finding(finding);
      return "";
    },
    record: (record) => outcomes.record(record),
    end(summary) {
      const rest = outcomes.end();
      const lines = [`1..${points}`, ...[hiddenLine(summary), totalsLine(summary)].flatMap(commentLine)];
      return `${rest}${lines.join("\n")}\n`;
    },
  };
}

function commentLine(text: string | undefined): string[] {
  return text === undefined ? [] : [`# ${text}`];
}

function testPoint(outcome: Outcome, number: number): string {
  const status = outcome.verdict === "invalid" ? "not ok" : "ok";
  const name = outcome.record === 0 ? outcome.source : `${outcome.source} record ${outcome.record}`;
  const reason = outcome.findings[0]?.message ?? "no conversation";
  const directive = outcome.verdict === "skipped" ? ` # SKIP ${tapDescription(reason)}` : "";
  return `${status} ${number} - ${tapDescription(name)}${directive}\n${findingsYaml(outcome.findings)}`;
}

/** `#` would start a directive; TAP 14 escapes it, and the backslash that does so. */
export function tapDescription(text: string): string {
  return safeText(text).replace(/[\\#]/g, "\\$&");
}

/** A YAML 1.2 block. Strings are JSON strings, which YAML reads as they are: no value can end the block. */
export function findingsYaml(findings: readonly Finding[]): string {
  if (findings.length === 0) return "";
  const items = findings.map((finding) => {
    const members = Object.entries(findingData(finding)).filter(([, value]) => value !== undefined);
    return members
      .map(([key, value], index) => `    ${index === 0 ? "- " : "  "}${key}:${yamlValue(value)}\n`)
      .join("");
  });
  return `  ---\n  findings:\n${items.join("")}  ...\n`;
}

function yamlValue(value: unknown): string {
  if (typeof value !== "object" || value === null) return ` ${safeJson(value)}`;
  const members = Object.entries(value).filter(([, inner]) => inner !== undefined);
  if (members.length === 0) return " {}";
  return members.map(([key, inner]) => `\n        ${safeJson(key)}: ${safeJson(inner)}`).join("");
}
