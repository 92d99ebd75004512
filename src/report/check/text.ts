import type { CheckResult } from "../../endpoint/check/types.ts";
import type { Paint } from "../paint.ts";
import { safeText } from "../safe.ts";
import type { Reporter } from "../types.ts";
import { stepLine } from "./step-line.ts";
import { hiddenFindingsLine, verdictLine } from "./words.ts";

/** How a finding is drawn: by the reporter that draws those of all commands. */
type FindingText = Pick<Reporter, "finding">;

/** For people: a line for every step, a frame for every finding, and the verdict. */
export function textCheckReport(result: CheckResult, findings: FindingText, paint: Paint): string {
  const hidden = hiddenFindingsLine(result);
  return [
    `${safeText(result.url)}\n\n`,
    ...result.steps.map((step) => `${stepLine(step, paint)}\n`),
    "\n",
    ...result.findings.map(findings.finding),
    ...(hidden === undefined ? [] : [`${hidden}\n`]),
    `${verdictLine(result)}\n`,
  ].join("");
}

/** Only what is wrong, for --quiet; nothing where nothing is. */
export function quietCheckReport(result: CheckResult, findings: FindingText): string {
  const errors = result.findings.filter(({ severity }) => severity === "error");
  return errors.map(findings.finding).join("");
}
