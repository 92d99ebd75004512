import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createReporter } from "../../src/report/index.ts";
import { anyFinding, unsafeOnTerminal } from "./arbitrary.ts";
import { allFindings, finding, hostile, summary, written } from "./findings.ts";

const options = { color: false, toolVersion: "1.2.3" };

describe("the json reporter", () => {
  test("writes one document with findings, summary and version", async () => {
    const text = written(await createReporter("json", options));
    await expect(text).toMatchFileSnapshot("./transcripts/json.golden.json");
    const document = JSON.parse(text);
    expect(Object.keys(document)).toEqual(["version", "findings", "summary"]);
    expect(document.version).toBe("1.2.3");
    expect(document.summary).toEqual(summary);
    expect(document.findings).toEqual(allFindings.map(({ excerpt, ...rest }) => rest));
  });

  test("writes a document without findings", async () => {
    expect(JSON.parse(written(await createReporter("json", options), [])).findings).toEqual([]);
  });

  test("keeps hostile text whole, as escapes that a terminal does not obey", async () => {
    const text = (await createReporter("json", options)).finding(finding({ args: { value: hostile } }));
    expect(JSON.parse(text).args.value).toBe(hostile);
    expect(text).not.toMatch(unsafeOnTerminal);
    expect(text).toContain("\\u009b2J");
  });

  test("gives back every string after parsing, whatever a finding holds", () => {
    return fc.assert(
      fc.asyncProperty(fc.array(anyFinding, { maxLength: 4 }), async (findings) => {
        const run = findings.map((one) => ({ finding: one }));
        const text = written(await createReporter("json", options), run);
        expect(text).not.toMatch(unsafeOnTerminal);
        expect(JSON.parse(text).findings).toEqual(findings.map(({ excerpt, ...rest }) => rest));
      }),
    );
  });
});

describe("the jsonl reporter", () => {
  test("writes one finding a line and the summary last", async () => {
    const text = written(await createReporter("jsonl", options));
    await expect(text).toMatchFileSnapshot("./transcripts/jsonl.golden.jsonl");
    const lines = text.trimEnd().split("\n");
    expect(lines.length).toBe(allFindings.length + 1);
    expect(JSON.parse(lines[0]!)).toMatchObject({ code: "schema/unknown-field", line: 18, column: 5 });
    expect(JSON.parse(lines.at(-1)!)).toEqual({ summary });
  });

  test("keeps one line a finding, whatever it holds", () => {
    return fc.assert(
      fc.asyncProperty(anyFinding, async (one) => {
        const text = (await createReporter("jsonl", options)).finding(one);
        expect(text.indexOf("\n")).toBe(text.length - 1);
        expect(text).not.toMatch(unsafeOnTerminal);
        const { excerpt, ...rest } = one;
        expect(JSON.parse(text)).toEqual(rest);
      }),
    );
  });
});
