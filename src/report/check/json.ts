import type { CheckResult } from "../../endpoint/check/types.ts";
import { findingData } from "../json.ts";
import { safeJson } from "../safe.ts";

/** What machines get of a check beside its findings. */
export function checkData(result: CheckResult) {
  const { url, checkedAtMs, verdict, steps, counts, hiddenFindings } = result;
  const { error: errors, warning: warnings, info: infos } = counts;
  return {
    url,
    checkedAt: new Date(checkedAtMs).toISOString(),
    verdict,
    steps,
    ...{ errors, warnings, infos, hiddenFindings },
  };
}

function findings({ findings }: CheckResult): string[] {
  return findings.map((finding) => safeJson({ step: finding.step, ...findingData(finding) }));
}

/** One document: `{"version", "findings": […], "summary": {"url", "verdict", "steps": […], …}}`. */
export function jsonCheckReport(result: CheckResult, toolVersion: string): string {
  const version = `{"version":${safeJson(toolVersion)},"findings":[`;
  const list = findings(result)
    .map((text) => `\n${text}`)
    .join(",");
  return `${version}${list}\n],"summary":${safeJson(checkData(result))}}\n`;
}

/** JSON Lines: one finding a line, and a last line `{"summary": …}`. */
export function jsonLinesCheckReport(result: CheckResult): string {
  return [...findings(result), safeJson({ summary: checkData(result) })].map((line) => `${line}\n`).join("");
}
