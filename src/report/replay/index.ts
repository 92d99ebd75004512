import type { ReplayReporter } from "./types.ts";

/** As typed after --reporter of `chatx replay`. */
export const replayReporterNames = ["text", "json", "jsonl", "junit", "html"] as const;

export type ReplayReporterName = (typeof replayReporterNames)[number];

/** A fresh reporter, for one run and one output. Only the code of the one asked for is loaded. */
export async function createReplayReporter(
  name: ReplayReporterName,
  toolVersion: string,
): Promise<ReplayReporter> {
  switch (name) {
    case "text":
      return (await import("./text.ts")).textReplayReporter();
    case "json":
      return (await import("./json.ts")).jsonReplayReporter(toolVersion);
    case "jsonl":
      return (await import("./json.ts")).jsonLinesReplayReporter();
    case "junit":
      return (await import("./junit.ts")).junitReplayReporter();
    case "html":
      return (await import("./html.ts")).htmlReplayReporter(toolVersion);
  }
}
