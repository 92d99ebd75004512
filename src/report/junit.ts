import { type Outcome, outcomeCollector } from "./outcomes.ts";
import { safeText } from "./safe.ts";
import type { RecordVerdict, Reporter } from "./types.ts";
import { plainFinding } from "./words.ts";

/** One source's records, counted; only those that have something to say are kept. */
interface Suite {
  readonly source: string;
  readonly counts: Record<RecordVerdict["verdict"], number>;
  /** Errors of the source itself. */
  errors: number;
  cases: string[];
}

/**
 * JUnit XML: a test suite for each source, written when the next source begins. The numbers of a suite are those of
 * all its records; a test case stands only for records with findings, so the memory a long source takes is that
 * of its findings.
 */
export function junitReporter(): Reporter {
  let suite: Suite | undefined;

  function closeSuite(): string {
    const text = suite === undefined ? "" : suiteXml(suite);
    suite = undefined;
    return text;
  }

  function enter(source: string): string {
    if (suite?.source === source) return "";
    const text = closeSuite();
    suite = { source, counts: { valid: 0, invalid: 0, skipped: 0 }, errors: 0, cases: [] };
    return text;
  }

  const outcomes = outcomeCollector((outcome) => {
    const text = enter(outcome.source);
    addCase(suite!, outcome);
    return text;
  });

  return {
    start: () => '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="chatx">\n',
    finding(finding) {
      outcomes.finding(finding);
      return "";
    },
    record: (record) => outcomes.record(record),
    end: () => `${outcomes.end()}${closeSuite()}</testsuites>\n`,
  };
}

function addCase(suite: Suite, outcome: Outcome): void {
  const isSource = outcome.record === 0;
  if (isSource && outcome.verdict === "invalid") suite.errors++;
  else suite.counts[outcome.verdict]++;
  if (outcome.findings.length > 0) suite.cases.push(caseXml(outcome));
}

function suiteXml(suite: Suite): string {
  const { valid, invalid, skipped } = suite.counts;
  const attributes = {
    name: suite.source,
    tests: valid + invalid + skipped + suite.errors,
    failures: invalid,
    errors: suite.errors,
    skipped,
  };
  return `  <testsuite${attributesXml(attributes)}>\n${suite.cases.join("")}  </testsuite>\n`;
}

function caseXml(outcome: Outcome): string {
  const name = outcome.record === 0 ? "source" : `record ${outcome.record}`;
  const attributes = attributesXml({ name, classname: outcome.source });
  return `    <testcase${attributes}>\n      ${resultXml(outcome)}\n    </testcase>\n`;
}

/** The older of the two Jenkins schemas gives `skipped` no attributes, so its reason is its text. */
function resultXml(outcome: Outcome): string {
  const text = escapeXml(outcome.findings.map(plainFinding).join("\n"));
  if (outcome.verdict === "skipped") return `<skipped>${text}</skipped>`;
  if (outcome.verdict === "valid") return `<system-out>${text}</system-out>`;
  const worst = outcome.findings.find(({ severity }) => severity === "error") ?? outcome.findings[0]!;
  const element = outcome.record === 0 ? "error" : "failure";
  const attributes = attributesXml({ message: worst.message, type: worst.code });
  return `<${element}${attributes}>${text}</${element}>`;
}

function attributesXml(attributes: Readonly<Record<string, string | number>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escapeXml(safeText(String(value)))}"`)
    .join("");
}

/** For text that is safe already: what XML 1.0 cannot hold, not even as a reference, is gone by then. */
function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&apos;");
}
