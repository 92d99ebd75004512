import type { CheckResult } from "../../endpoint/check/types.ts";
import type { ReporterName } from "../index.ts";
import { colorPaint, noPaint } from "../paint.ts";

export interface CheckReportOptions {
  readonly color: boolean;
  readonly toolVersion: string;
  /** Of the text report only what is wrong. */
  readonly isQuiet: boolean;
}

/** The whole report of a check as text that is safe on a terminal. Only the code of the one asked for is loaded. */
export async function checkReport(
  name: ReporterName,
  result: CheckResult,
  options: CheckReportOptions,
): Promise<string> {
  switch (name) {
    case "text":
      return textReport(result, options);
    case "json":
      return (await import("./json.ts")).jsonCheckReport(result, options.toolVersion);
    case "jsonl":
      return (await import("./json.ts")).jsonLinesCheckReport(result);
    case "junit":
      return (await import("./junit.ts")).junitCheckReport(result);
    case "sarif":
      return (await import("./sarif.ts")).sarifCheckReport(result, options.toolVersion);
    case "github":
      return (await import("./github.ts")).githubCheckReport(result);
    case "tap":
      return (await import("./tap.ts")).tapCheckReport(result);
  }
}

async function textReport(result: CheckResult, { color, isQuiet }: CheckReportOptions): Promise<string> {
  const { textCheckReport, quietCheckReport } = await import("./text.ts");
  const { textReporter } = await import("../text.ts");
  const paint = color ? await colorPaint() : noPaint;
  const report = isQuiet ? quietCheckReport : textCheckReport;
  return report(result, textReporter(paint), paint);
}
