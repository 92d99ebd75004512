import type { Finding } from "../../diagnostics/finding.ts";
import type { CheckResult, Step } from "../../endpoint/check/types.ts";
import { attributesXml, escapeXml } from "../replay/xml.ts";
import { plainFinding } from "../words.ts";
import { factsLine, stepTitles } from "./words.ts";

/** JUnit XML: the endpoint is a suite, each step a case. */
export function junitCheckReport(result: CheckResult): string {
  const count = (outcome: Step["outcome"]) => result.steps.filter((step) => step.outcome === outcome).length;
  const attributes = attributesXml({
    name: result.url,
    timestamp: new Date(result.checkedAtMs).toISOString().slice(0, 19),
    tests: result.steps.length,
    failures: count("error"),
    errors: 0,
    skipped: count("skipped"),
  });
  const cases = result.steps.map((step) => caseXml(step, result));
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="chatx check">\n' +
    `  <testsuite${attributes}>\n${cases.join("")}  </testsuite>\n</testsuites>\n`
  );
}

function caseXml(step: Step, result: CheckResult): string {
  const attributes = attributesXml({ name: stepTitles[step.name], classname: result.url });
  const findings = result.findings.filter((finding) => finding.step === step.name);
  return `    <testcase${attributes}>\n      ${outcomeXml(step, findings)}\n    </testcase>\n`;
}

function outcomeXml(step: Step, findings: readonly Finding[]): string {
  if (step.outcome === "skipped") return "<skipped/>";
  const text = escapeXml([factsLine(step), ...findings.map(plainFinding)].join("\n"));
  if (step.outcome !== "error") return `<system-out>${text}</system-out>`;
  const worst = findings.find(({ severity }) => severity === "error");
  // Hidden by --max-findings, an error still fails its step.
  const { message = "see the other findings", code: type = "check" } = worst ?? {};
  return `<failure${attributesXml({ message, type })}>${text}</failure>`;
}
