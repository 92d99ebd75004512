import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { validateXML } from "xmllint-wasm";
import { createReplayReporter } from "../../../src/report/replay/index.ts";
import { liveLine } from "../../../src/report/replay/live-line.ts";
import { replaySummary } from "../../../src/report/replay/summary.ts";
import { HOSTILE, message, outcome, reportOf, written } from "./support.ts";

const schema = readFileSync(new URL("../schemas/jenkins-junit.xsd", import.meta.url), "utf8");

const OUTCOMES = [
  outcome(1, "delivered", { status: 200 }),
  outcome(2, "failed", { status: 400, code: "status-400", reason: "the endpoint answered 400" }),
  outcome(3, "unknown", { code: "reset", reason: "the connection was reset" }),
  outcome(4, "held", { code: "held", reason: "an earlier message of its conversation was not delivered" }),
  outcome(5, "pending", {
    code: "interrupted",
    reason: "stopped by SIGINT",
    message: message(5, "captures/b.json"),
  }),
];
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

describe("the summary", () => {
  test("adds up in its first line, groups the reasons, and says what to do", () => {
    const report = reportOf(OUTCOMES, {
      input: { read: 7, leftOut: new Map([["no body", 1]]), rejected: new Map([["json/syntax", 1]]) },
      advice: ["to resume: run the same command with --resume (journal run.jsonl)"],
    });
    const stopped = { code: "interrupted", reason: "stopped by SIGINT" };
    expect(replaySummary({ ...report, summary: { ...report.summary, stopped } })).toBe(
      `planned 5 = delivered 1 + failed 1 + unknown 1 + held 1 + pending 1
records read 7 = planned 5 + left out 1 (1 no body) + rejected 1 (1 json/syntax)
requests 3 (200 ×2, 400 ×1) in 4 s, 45.0/min
answers took p50 2 ms, p90 3 ms, p99 3 ms, slowest 3 ms
not delivered:
  1  failed: the endpoint answered 400 (captures/a.jsonl:2)
  1  unknown: the connection was reset (captures/a.jsonl:3)
  1  held: an earlier message of its conversation was not delivered (captures/a.jsonl:4)
  1  pending: stopped by SIGINT (captures/b.json:5)
stopped by SIGINT
to resume: run the same command with --resume (journal run.jsonl)
`,
    );
  });

  test("is one line, its requests and its times when all is well", () => {
    const text = replaySummary(reportOf([outcome(1, "delivered")]));
    expect(text.split("\n")).toHaveLength(4);
    expect(text).not.toContain("records read");
  });

  test("cannot steer a terminal", () => {
    const bad = outcome(1, "failed", { message: message(1, HOSTILE), reason: HOSTILE });
    expect(replaySummary(reportOf([bad], { advice: [HOSTILE] }))).not.toMatch(UNSAFE);
  });
});

describe("the live line", () => {
  test("says sent, rate, failed, p50 and p99 on one line", () => {
    const { statistics } = reportOf(OUTCOMES);
    expect(liveLine(statistics, 2000)).toBe(
      "3 requests sent, 1.5/s, 1 delivered, 1 failed, 1 unknown, 1 held, p50 2 ms, p99 3 ms",
    );
  });
});

describe("reports for machines", () => {
  test("json is one document with every message and the summary", async () => {
    const document = JSON.parse(written(await createReplayReporter("json", "1.2.3"), OUTCOMES));
    expect(document.version).toBe("1.2.3");
    expect(document.messages.map(({ state }: { state: string }) => state)).toEqual(
      OUTCOMES.map(({ state }) => state),
    );
    const { planned, delivered, failed, unknown, held, pending } = document.summary;
    expect(planned).toBe(delivered + failed + unknown + held + pending);
    expect(document.summary).toMatchObject({
      target: "https://staging.example.com",
      statuses: { 200: 2, 400: 1 },
      latencyMs: { p50: 2, max: 3 },
    });
    expect(document.messages[1]).toEqual({
      sequence: 2,
      identity: "00000000000000000000000000000002",
      source: "captures/a.jsonl",
      record: 2,
      line: 2,
      state: "failed",
      attempts: 1,
      status: 400,
      code: "status-400",
      reason: "the endpoint answered 400",
      elapsedMs: 12.3,
    });
  });

  test("jsonl is a message a line, and the summary last", async () => {
    const lines = written(await createReplayReporter("jsonl", "1.2.3"), OUTCOMES)
      .trimEnd()
      .split("\n");
    expect(lines).toHaveLength(6);
    expect(Object.keys(JSON.parse(lines.at(-1)!))).toEqual(["summary"]);
    const hostile = written(await createReplayReporter("jsonl", "1.2.3"), [
      outcome(1, "failed", { reason: HOSTILE }),
    ]);
    expect(hostile).not.toMatch(UNSAFE);
    expect(JSON.parse(hostile.split("\n")[0]!).reason).toBe(HOSTILE);
  });

  test("junit is accepted by the published schema and counts every message", async () => {
    for (const outcomes of [
      OUTCOMES,
      [outcome(1, "failed", { message: message(1, HOSTILE), reason: HOSTILE, code: HOSTILE })],
      [],
    ]) {
      const plain = reportOf(outcomes);
      const report = { ...plain, summary: { ...plain.summary, stopped: { code: "x", reason: HOSTILE } } };
      const xml = written(await createReplayReporter("junit", "1.2.3"), outcomes, report);
      const result = await validateXML({
        xml: { fileName: "report.xml", contents: xml },
        schema: { fileName: "junit.xsd", contents: schema },
      });
      expect(result.errors.map((error) => error.message)).toEqual([]);
      expect(xml).not.toMatch(UNSAFE);
    }
    const xml = written(await createReplayReporter("junit", "1.2.3"), OUTCOMES);
    expect(xml.match(/<testsuite .*>/g)).toEqual([
      '<testsuite name="captures/a.jsonl" timestamp="2026-01-31T08:00:00" tests="4" failures="1" errors="1" skipped="1" time="0.049">',
      '<testsuite name="captures/b.json" timestamp="2026-01-31T08:00:00" tests="1" failures="0" errors="0" skipped="1" time="0.012">',
    ]);
    expect(xml.match(/<testcase /g)).toHaveLength(4);
  });

  test("text names every message that is not delivered", async () => {
    const lines = written(await createReplayReporter("text", "1.2.3"), OUTCOMES).split("\n");
    expect(lines.slice(0, 2)).toEqual([
      "failed captures/a.jsonl:2 (message 2, 1 attempt): the endpoint answered 400",
      "unknown captures/a.jsonl:3 (message 3, 1 attempt): the connection was reset",
    ]);
  });
});
