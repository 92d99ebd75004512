import type { CheckResult, Step } from "../../endpoint/check/types.ts";
import { findingsYaml, tapDescription } from "../tap.ts";
import { factsLine, hiddenFindingsLine, stepTitles, verdictLine } from "./words.ts";

/** TAP 14: a test point for every step, its findings in a YAML block. */
export function tapCheckReport(result: CheckResult): string {
  const points = result.steps.map((step, index) => testPoint(step, index + 1, result));
  const hidden = hiddenFindingsLine(result);
  const comments = [...(hidden === undefined ? [] : [hidden]), verdictLine(result)].map(
    (line) => `# ${line}\n`,
  );
  return ["TAP version 14\n", ...points, `1..${points.length}\n`, ...comments].join("");
}

function testPoint(step: Step, number: number, result: CheckResult): string {
  const status = step.outcome === "error" ? "not ok" : "ok";
  const facts = factsLine(step);
  const name = tapDescription(facts === "" ? stepTitles[step.name] : `${stepTitles[step.name]}: ${facts}`);
  const directive = step.outcome === "skipped" ? " # SKIP not reached" : "";
  const findings = result.findings.filter((finding) => finding.step === step.name);
  return `${status} ${number} - ${name}${directive}\n${findingsYaml(findings)}`;
}
