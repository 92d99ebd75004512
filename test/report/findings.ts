import type { Finding } from "../../src/diagnostics/finding.ts";
import type { RecordVerdict, Reporter, ReportSummary } from "../../src/report/index.ts";

/** A finding with everything filled in but what a test is about; the hint belongs to the code filled in. */
export function finding(facts: Partial<Finding> = {}): Finding {
  return {
    ...(facts.code === undefined ? { hint: 'did you mean "rating"?' } : {}),
    code: "schema/unknown-field",
    severity: "warning",
    message: 'the field "ratng" is not known in this format',
    source: "chats/42.json",
    record: 1,
    pointer: "/channel/ratng",
    offset: 412,
    line: 18,
    column: 5,
    endLine: 18,
    endColumn: 12,
    format: "smartsupp",
    args: { field: "ratng", nearest: "rating" },
    excerpt: { text: '    "ratng": 4,', column: 1 },
    ...facts,
  };
}

/** Text that tries to leave its place in one of the outputs. */
export const hostile =
  'ESC\u001b[2J CSI\u009b2J DEL\u007f bidi\u202e line\r\nbreak \u2028 ]]> <b a="1">&amp; ::error file=x::y % %0A "q" \'s\' #tag \\ {0} [x](http://192.0.2.1) \u200b\ufeff \ud800 \u{e0041}\uffff';

const planFile = "odd, na:me 100%.json";

/** One run: three sources, findings of every kind, one of them without a verdict. */
const events: readonly ({ finding: Finding } | { record: RecordVerdict })[] = [
  { finding: finding() },
  {
    finding: finding({
      code: "schema/wrong-type",
      severity: "error",
      message: "expected a string, found a number",
      pointer: "/channel/id",
      offset: 520,
      line: 21,
      column: 9,
      endLine: 21,
      endColumn: 11,
      args: { wanted: "a string", found: "a number" },
      excerpt: { text: '\t\t"id": 42,', column: 1 },
    }),
  },
  { record: { source: "chats/42.json", record: 1, line: 1, format: "smartsupp", verdict: "invalid" } },
  { record: { source: "chats/42.json", record: 2, line: 30, format: "smartsupp", verdict: "valid" } },
  {
    finding: finding({
      code: "input/no-body",
      severity: "info",
      message: "the HAR entry has no body",
      source: "<stdin>",
      pointer: "",
      offset: 0,
      line: 1,
      column: 1,
      endLine: 3,
      endColumn: 2,
      format: "userlike",
      args: { container: "HAR entry" },
      excerpt: { text: '{ "_type": "operator",', column: 1 },
    }),
  },
  { record: { source: "<stdin>", record: 1, line: 1, format: "userlike", verdict: "skipped" } },
  {
    finding: finding({
      code: "decode/unknown-sender",
      message: 'the sender "客服" is not known; the message is read as the agent\'s',
      source: planFile,
      record: 3,
      pointer: "/messages/0/who",
      container: "/log/entries/0/request/postData/text",
      offset: 9001,
      line: 7,
      column: 47,
      endLine: 7,
      endColumn: 51,
      args: { value: "客服", taken: "agent" },
      excerpt: { text: `客户😀\t说 é "who":"客服" ${"x".repeat(100)}`, column: 32 },
    }),
  },
  {
    finding: finding({
      code: "decode/unknown-system-code",
      severity: "error",
      message: `raw ${hostile}`,
      hint: `raw ${hostile}`,
      source: planFile,
      record: 3,
      pointer: `/${hostile}`,
      offset: 9100,
      line: 8,
      column: 41,
      endLine: 8,
      endColumn: 45,
      args: { value: hostile },
      excerpt: { text: `${" ".repeat(30)}\u001b[2J\u009b \u202e a MARK ${hostile}`, column: 1 },
    }),
  },
  { record: { source: planFile, record: 3, line: 1, verdict: "invalid" } },
  {
    finding: {
      code: "input/broken-gzip",
      severity: "error",
      message: "the gzip data is broken: unexpected end of file",
      source: planFile,
      record: 0,
      pointer: "",
      offset: 12000,
      line: 0,
      column: 0,
      endLine: 0,
      endColumn: 0,
      args: { reason: "unexpected end of file" },
    },
  },
];

export const summary: ReportSummary = {
  sources: 3,
  records: 4,
  valid: 1,
  invalid: 2,
  skipped: 1,
  errors: 3,
  warnings: 7,
  infos: 1,
  hiddenFindings: 5,
};

export const allFindings = events.flatMap((event) => ("finding" in event ? [event.finding] : []));

/** Everything a reporter writes for a run. */
export function written(
  reporter: Reporter,
  run: readonly ({ finding: Finding } | { record: RecordVerdict })[] = events,
  facts: ReportSummary = summary,
): string {
  const middle = run.map((event) =>
    "finding" in event ? reporter.finding(event.finding) : (reporter.record?.(event.record) ?? ""),
  );
  return reporter.start() + middle.join("") + reporter.end(facts);
}
