import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createReporter } from "../../src/report/index.ts";
import { findingData } from "../../src/report/json.ts";
import { anyFinding, unsafeOnTerminal } from "./arbitrary.ts";
import { allFindings, finding, summary, written } from "./findings.ts";

const options = { color: false, toolVersion: "1.2.3" };

interface Point {
  readonly ok: boolean;
  readonly number: number;
  readonly description: string;
  readonly skip?: string;
  readonly findings: Record<string, unknown>[];
}

/** A small TAP 14 reader; it throws at any line that it does not know. */
function parseTap(text: string): { points: Point[]; plan: number; comments: string[] } {
  const [version, ...lines] = text.split("\n");
  expect(version).toBe("TAP version 14");
  expect(lines.pop()).toBe("");
  const points: Point[] = [];
  const comments: string[] = [];
  let plan = -1;
  while (lines.length > 0) {
    const line = lines.shift()!;
    const point = /^(not )?ok (\d+) - (.*?)(?: # SKIP (.*))?$/.exec(line);
    if (point !== null) {
      const findings = lines[0] === "  ---" ? yamlFindings(lines) : [];
      const skip = point[4] === undefined ? {} : { skip: unescaped(point[4]) };
      const description = unescaped(point[3]!);
      points.push({ ok: point[1] === undefined, number: Number(point[2]), description, ...skip, findings });
    } else if (/^1\.\.\d+$/.test(line)) plan = Number(line.slice(3));
    else if (line.startsWith("# ")) comments.push(line.slice(2));
    else throw new Error(`unknown line: ${line}`);
  }
  return { points, plan, comments };
}

function unescaped(text: string): string {
  expect(text.replaceAll(/\\[\\#]/g, "")).not.toMatch(/[\\#]/);
  return text.replaceAll(/\\([\\#])/g, "$1");
}

/** The part of YAML that a block of findings is made of; every scalar must be JSON. */
function yamlFindings(lines: string[]): Record<string, unknown>[] {
  expect([lines.shift(), lines.shift()]).toEqual(["  ---", "  findings:"]);
  const findings: Record<string, unknown>[] = [];
  let inner: Record<string, unknown> = {};
  for (let line = lines.shift()!; line !== "  ..."; line = lines.shift()!) {
    const nested = /^ {8}("(?:[^"\\]|\\.)*"): (.*)$/.exec(line);
    const member = /^ {4}([ -]) ([a-zA-Z]+):(?: (.*))?$/.exec(line);
    if (nested !== null) inner[JSON.parse(nested[1]!)] = JSON.parse(nested[2]!);
    else if (member !== null) {
      if (member[1] === "-") findings.push({});
      inner = member[3] === undefined ? {} : inner;
      findings.at(-1)![member[2]!] = member[3] === undefined ? inner : JSON.parse(member[3]);
    } else throw new Error(`unknown YAML: ${line}`);
  }
  return findings;
}

describe("the tap reporter", () => {
  test("writes a test point a record with its findings, and the plan at the end", async () => {
    const text = written(await createReporter("tap", options));
    await expect(text).toMatchFileSnapshot("./transcripts/tap.golden.tap");
    const { points, plan, comments } = parseTap(text);
    expect(plan).toBe(points.length);
    expect(points.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
    expect(points.map(({ ok, skip }) => (skip === undefined ? ok : "skip"))).toEqual([
      false,
      true,
      "skip",
      false,
      false,
    ]);
    expect(points.flatMap(({ findings }) => findings)).toEqual(allFindings.map(withoutUndefined));
    expect(comments).toEqual([
      "and 5 more findings (raise --max-findings)",
      "4 records from 3 sources: 1 valid, 2 invalid, 1 skipped; 3 errors, 7 warnings, 1 info",
    ]);
  });

  test("plans nothing where there was no record", async () => {
    expect(parseTap(written(await createReporter("tap", options), [])).plan).toBe(0);
  });

  test("gives findings without a verdict a point of their own", async () => {
    const reporter = await createReporter("tap", options);
    const late = finding({ source: "a.json", record: 1, severity: "error" });
    const text = written(reporter, [
      { record: { source: "a.json", record: 1, line: 1, verdict: "valid" } },
      { finding: late },
      { record: { source: "a.json", record: 2, line: 2, verdict: "valid" } },
    ]);
    expect(parseTap(text).points.map(({ ok, description }) => [ok, description])).toEqual([
      [true, "a.json record 1"],
      [false, "a.json record 1"],
      [true, "a.json record 2"],
    ]);
  });

  test("holds no findings back longer than to the verdict of their record", async () => {
    const reporter = await createReporter("tap", options);
    reporter.finding(finding());
    const record = { source: "chats/42.json", record: 1, line: 1, verdict: "valid" } as const;
    expect(reporter.record?.(record)).toContain("schema/unknown-field");
    expect(reporter.end(summary)).not.toContain("schema/unknown-field");
  });

  test("can be read back, whatever a finding holds", () => {
    return fc.assert(
      fc.asyncProperty(fc.array(anyFinding, { maxLength: 5 }), async (findings) => {
        const run = findings.map((one) => ({ finding: one }));
        const text = written(await createReporter("tap", options), run);
        expect(text).not.toMatch(unsafeOnTerminal);
        const { points, plan } = parseTap(text);
        expect(plan).toBe(points.length);
        const read = points.flatMap((point) => point.findings);
        const key = (one: object) => JSON.stringify(one);
        expect(read.map(key).sort()).toEqual(findings.map(withoutUndefined).map(key).sort());
      }),
    );
  });
});

function withoutUndefined(one: Parameters<typeof findingData>[0]): Record<string, unknown> {
  return JSON.parse(JSON.stringify(findingData(one)));
}
