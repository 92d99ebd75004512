import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createReporter, type Verdict } from "../../src/report/index.ts";
import { anyFinding, unsafeOnTerminal } from "./arbitrary.ts";
import { finding, summary, written } from "./findings.ts";
import { junitProblems } from "./published-schemas.ts";

const options = { color: false, toolVersion: "1.2.3" };

function verdict(record: number, is: Verdict, source = "a.jsonl") {
  return { record: { source, record, line: record, verdict: is } };
}

describe("the junit reporter", () => {
  test("writes a report that the published schema accepts", async () => {
    const xml = written(await createReporter("junit", options));
    await expect(xml).toMatchFileSnapshot("./transcripts/junit.golden.xml");
    expect(await junitProblems(xml)).toEqual([]);
  });

  test("is checked by a schema that refuses what is wrong", async () => {
    const xml = written(await createReporter("junit", options)).replace(' classname="', ' klass="');
    expect(await junitProblems(xml)).toEqual([expect.stringContaining("klass")]);
  });

  test("counts all records of a source and lists those with findings", async () => {
    const xml = written(await createReporter("junit", options), [
      verdict(1, "valid"),
      { finding: finding({ source: "a.jsonl", record: 2, severity: "error" }) },
      verdict(2, "invalid"),
      verdict(3, "invalid"),
      verdict(4, "skipped"),
      verdict(1, "valid", "b.json"),
    ]);
    expect(await junitProblems(xml)).toEqual([]);
    expect(xml.match(/<testsuite .*>/g)).toEqual([
      '<testsuite name="a.jsonl" tests="4" failures="2" errors="0" skipped="1">',
      '<testsuite name="b.json" tests="1" failures="0" errors="0" skipped="0">',
    ]);
    expect(xml.match(/<testcase .*>/g)).toEqual(['<testcase name="record 2" classname="a.jsonl">']);
  });

  test("writes the suite of a source as soon as the next one begins", async () => {
    const reporter = await createReporter("junit", options);
    reporter.start();
    expect(reporter.record?.(verdict(1, "valid").record)).toBe("");
    expect(reporter.record?.(verdict(1, "valid", "b.json").record)).toContain('name="a.jsonl"');
    expect(reporter.end(summary)).not.toContain('name="a.jsonl"');
  });

  test("escapes what would end an attribute or an element and replaces what XML cannot hold", async () => {
    const message = "]]> <b> & \"q\" 'a' \u0000 \ufffe";
    const xml = (await createReporter("junit", options)).finding(finding());
    expect(xml).toBe("");
    const report = written(await createReporter("junit", options), [
      { finding: finding({ severity: "error", message }) },
    ]);
    expect(report).toContain('message="]]&gt; &lt;b&gt; &amp; &quot;q&quot; &apos;a&apos; \\u0000 \\ufffe"');
    expect(await junitProblems(report)).toEqual([]);
  });

  test("stays well-formed, valid and safe on a terminal, whatever a finding holds", () => {
    return fc.assert(
      fc.asyncProperty(fc.array(anyFinding, { minLength: 1, maxLength: 60 }), async (findings) => {
        const run = findings.map((one) => ({ finding: one }));
        const xml = written(await createReporter("junit", options), run);
        expect(xml).not.toMatch(unsafeOnTerminal);
        expect(await junitProblems(xml)).toEqual([]);
      }),
      { numRuns: 12 },
    );
  });
});
