import type { Finding } from "../../diagnostics/finding.ts";
import type { CheckResult, Step } from "../../endpoint/check/types.ts";
import { stepLine } from "../../report/check/step-line.ts";
import { verdictLine } from "../../report/check/words.ts";
import type { Paint } from "../../report/paint.ts";
import { safeText } from "../../report/safe.ts";

/**
 * What is different from one check to the next, a line each: steps with another outcome, findings that came or went, and
 * how many conversations there are. Empty where nothing is; times and sizes do not count.
 */
export function changesBetween(before: CheckResult, after: CheckResult, paint?: Paint): string[] {
  const lines = [
    ...after.steps
      .filter((step, index) => isChanged(before.steps[index], step))
      .map((step) => stepLine(step, paint)),
    ...newFindings(before, after).map((finding) => `  + ${findingLine(finding)}`),
    ...newFindings(after, before).map((finding) => `  - ${findingLine(finding)}`),
  ];
  return lines.length === 0 ? [] : [...lines, `  ${verdictLine(after)}`];
}

function isChanged(before: Step | undefined, after: Step): boolean {
  return before?.outcome !== after.outcome || countOf(before) !== countOf(after);
}

/** Conversations where they are the step's subject. */
function countOf({ name, facts }: Step): number | undefined {
  return name === "schema" && "conversations" in facts ? facts.conversations : undefined;
}

/** Findings of the second that the first has not; the same code at the same place is the same finding. */
function newFindings(first: CheckResult, second: CheckResult): Finding[] {
  const known = new Set(first.findings.map(keyOf));
  return second.findings.filter((finding) => !known.has(keyOf(finding)));
}

function keyOf({ code, source, pointer }: Finding): string {
  return JSON.stringify([code, source, pointer]);
}

function findingLine({ severity, code, message, pointer }: Finding): string {
  return safeText(`${severity} ${code}: ${message}${pointer === "" ? "" : ` at ${pointer}`}`);
}

/** Resolves after some time; rejects with the signal's reason. */
export function sleep(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, delayMs);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}
