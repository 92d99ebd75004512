import type { CheckResult } from "../../endpoint/check/types.ts";
import { githubReporter } from "../github.ts";
import { hiddenFindingsLine, verdictLine } from "./words.ts";

/** Workflow commands of GitHub Actions, one a finding; they stand at no file. */
export function githubCheckReport(result: CheckResult): string {
  const { finding } = githubReporter();
  const hidden = hiddenFindingsLine(result);
  const lines = [...(hidden === undefined ? [] : [hidden]), verdictLine(result)];
  return `${result.findings.map(finding).join("")}${lines.join("\n")}\n`;
}
