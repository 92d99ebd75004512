import type { Step, StepOutcome } from "../../endpoint/check/types.ts";
import { noPaint, type Paint } from "../paint.ts";
import { factsLine, stepTitles } from "./words.ts";

const MARKS: Readonly<Record<StepOutcome, string>> = {
  ok: "ok",
  warning: "warning",
  error: "error",
  skipped: "-",
};

/** `  ok       TLS           TLSv1.3, until 2026-11-25` */
export function stepLine(step: Step, paint: Paint = noPaint): string {
  const mark = MARKS[step.outcome].padEnd(7);
  const painted =
    step.outcome === "error" || step.outcome === "warning"
      ? paint.severity(step.outcome, mark)
      : step.outcome === "ok"
        ? paint.hint(mark)
        : mark;
  return `  ${painted}  ${stepTitles[step.name].padEnd(12)}  ${factsLine(step)}`.trimEnd();
}
