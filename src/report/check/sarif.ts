import type { CheckResult } from "../../endpoint/check/types.ts";
import { sarifReporter } from "../sarif.ts";
import { checkData } from "./json.ts";

/** SARIF 2.1.0; the URL is the artifact. */
export function sarifCheckReport(result: CheckResult, toolVersion: string): string {
  const reporter = sarifReporter(toolVersion);
  return [reporter.start(), ...result.findings.map(reporter.finding), reporter.end(checkData(result))].join(
    "",
  );
}
