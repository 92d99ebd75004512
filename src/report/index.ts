import { colorPaint } from "./paint.ts";
import type { Reporter, ReporterOptions } from "./types.ts";

export type { RecordVerdict, Reporter, ReporterOptions, ReportSummary, Verdict } from "./types.ts";

/** As typed after --reporter. */
export const reporterNames = ["text", "json", "jsonl", "junit", "sarif", "github", "tap"] as const;

export type ReporterName = (typeof reporterNames)[number];

/** A fresh reporter, for one run and one output. Only the code of the one asked for is loaded. */
export async function createReporter(name: ReporterName, options: ReporterOptions): Promise<Reporter> {
  switch (name) {
    case "text":
      return textReporterFor(options);
    case "json":
      return (await import("./json.ts")).jsonReporter(options.toolVersion);
    case "jsonl":
      return (await import("./json.ts")).jsonLinesReporter();
    case "junit":
      return (await import("./junit.ts")).junitReporter();
    case "sarif":
      return (await import("./sarif.ts")).sarifReporter(options.toolVersion);
    case "github":
      return (await import("./github.ts")).githubReporter();
    case "tap":
      return (await import("./tap.ts")).tapReporter();
  }
}

async function textReporterFor(options: ReporterOptions): Promise<Reporter> {
  const { textReporter } = await import("./text.ts");
  if (!options.color) return textReporter();
  return textReporter(await colorPaint());
}
