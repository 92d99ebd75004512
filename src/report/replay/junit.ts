import type { MessageOutcome } from "../../replay/types.ts";
import { safeText } from "../safe.ts";
import { outcomeLine } from "./text.ts";
import type { ReplayReport, ReplayReporter } from "./types.ts";
import { shownReason, stoppedLine } from "./words.ts";
import { attributesXml, escapeXml } from "./xml.ts";

interface Suite {
  tests: number;
  failures: number;
  errors: number;
  skipped: number;
  timeMs: number;
  readonly cases: string[];
}

/** Cases that are written out; all are counted. */
const MOST_CASES = 10_000;
/** More sources than this share a suite: a suite is held until the end. */
const MOST_SUITES = 5000;
const OTHER_SOURCES = "(other sources)";

/**
 * JUnit XML: a suite for each source, a case for each message that was not delivered. failed is a failure, unknown an
 * error, held and pending are skipped; the suites' numbers count all messages of this run.
 */
export function junitReplayReporter(): ReplayReporter {
  const suites = new Map<string, Suite>();
  let cases = 0;

  function suiteOf(source: string): Suite {
    const name = suites.has(source) || suites.size < MOST_SUITES ? source : OTHER_SOURCES;
    let suite = suites.get(name);
    if (suite === undefined) {
      suite = { tests: 0, failures: 0, errors: 0, skipped: 0, timeMs: 0, cases: [] };
      suites.set(name, suite);
    }
    return suite;
  }

  return {
    start: () => "",
    outcome(outcome) {
      const suite = suiteOf(outcome.message.source);
      count(suite, outcome);
      if (outcome.state === "delivered" || cases >= MOST_CASES) return "";
      cases++;
      suite.cases.push(caseXml(outcome));
      return "";
    },
    end: (report) => documentXml(report, suites),
  };
}

function count(suite: Suite, { state, elapsedMs }: MessageOutcome): void {
  suite.tests++;
  suite.timeMs += elapsedMs;
  if (state === "failed") suite.failures++;
  else if (state === "unknown") suite.errors++;
  else if (state !== "delivered") suite.skipped++;
}

function caseXml(outcome: MessageOutcome): string {
  const { message, state, elapsedMs } = outcome;
  const attributes = attributesXml({
    name: `message ${message.sequence} (record ${message.record}, line ${message.line})`,
    classname: message.source,
    time: seconds(elapsedMs),
  });
  const text = escapeXml(outcomeLine(outcome));
  const inner =
    state === "held" || state === "pending"
      ? `<skipped>${text}</skipped>`
      : resultXml(state === "failed" ? "failure" : "error", outcome, text);
  return `    <testcase${attributes}>\n      ${inner}\n    </testcase>\n`;
}

function resultXml(element: string, { code = "", reason = "", state }: MessageOutcome, text: string): string {
  const attributes = attributesXml({ message: shownReason(reason || code || state), type: code || state });
  return `<${element}${attributes}>${text}</${element}>`;
}

function documentXml({ summary, startedAtWallMs }: ReplayReport, suites: ReadonlyMap<string, Suite>): string {
  const timestamp = new Date(startedAtWallMs).toISOString().slice(0, 19);
  const inner = [...suites].map(([source, suite]) => {
    const { tests, failures, errors, skipped, timeMs } = suite;
    const numbers = { tests, failures, errors, skipped, time: seconds(timeMs) };
    const attributes = attributesXml({ name: source, timestamp, ...numbers });
    return `  <testsuite${attributes}>\n${suite.cases.join("")}  </testsuite>\n`;
  });
  const stopped =
    summary.stopped === undefined ? "" : `  <!-- ${commentText(stoppedLine(summary.stopped))} -->\n`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="chatx replay">\n${stopped}${inner.join("")}</testsuites>\n`;
}

/** Two hyphens would end a comment. */
function commentText(text: string): string {
  return escapeXml(safeText(text)).replaceAll("-", "\u2010");
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
