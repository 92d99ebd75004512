import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Finding } from "../../src/diagnostics/finding.ts";
import { createReporter } from "../../src/report/index.ts";
import { anyFinding, unsafeOnTerminal } from "./arbitrary.ts";
import { finding, summary, written } from "./findings.ts";

const plain = { color: false, toolVersion: "1.2.3" };

async function linesOf(facts: Parameters<typeof finding>[0]): Promise<string[]> {
  return (await createReporter("text", plain)).finding(finding(facts)).split("\n");
}

describe("the text reporter", () => {
  test("draws one frame for every code and ends with a line that adds up", async () => {
    const text = written(await createReporter("text", plain));
    await expect(text).toMatchFileSnapshot("./transcripts/text.golden.txt");
  });

  test("draws the frame of the style guide", async () => {
    expect(await linesOf({})).toEqual([
      'warning schema/unknown-field: the field "ratng" is not known in this format',
      "  --> chats/42.json:18:5  /channel/ratng",
      '18 |     "ratng": 4,',
      "   |     ^^^^^^^",
      '   hint: did you mean "rating"?',
      "",
      "",
    ]);
  });

  test("names the container of a payload inside a capture", async () => {
    const lines = await linesOf({ pointer: "/id", container: "/log/entries/0/request/postData/text" });
    expect(lines[1]).toBe("  --> chats/42.json:18:5  /id in /log/entries/0/request/postData/text");
  });

  test("draws no frame for a finding of the source itself", async () => {
    const lines = await linesOf({ record: 0, pointer: "", line: 0 });
    expect(lines.slice(1, 3)).toEqual(["  --> chats/42.json", '   hint: did you mean "rating"?']);
  });

  test("places the carets by the columns that the shown text takes", () => {
    // Each piece of text with the columns that a terminal gives it, known independently of the code.
    const pieces = [
      ["a", 1],
      ["客", 2],
      ["😀", 2],
      ["e\u0301", 1],
      ["\t", 4],
      ["\u001b", 6],
      ["\u202e", 6],
      ["\u{e0041}", 12],
    ] as const;
    const line = fc.array(fc.constantFrom(...pieces), { maxLength: 12 });
    return fc.assert(
      fc.asyncProperty(line, line, fc.integer({ min: 1, max: 9 }), async (before, after, firstColumn) => {
        const start = before.map(([text]) => text).join("");
        const text = `${start}MARK${after.map(([text]) => text).join("")}`;
        const column = firstColumn + start.length;
        const excerpt = { text, column: firstColumn };
        const lines = await linesOf({ line: 7, endLine: 7, column, endColumn: column + 4, excerpt });
        const ellipsis = firstColumn > 1 ? 1 : 0;
        const columns = before.reduce((sum, [, width]) => sum + width, ellipsis);
        expect(lines[3]).toBe(`  | ${" ".repeat(columns)}^^^^`);
        expect(lines[2]).toContain("MARK");
      }),
    );
  });

  test("cuts a long line to a window around the place", async () => {
    const text = `${"a".repeat(500)}MARK${"z".repeat(500)}`;
    const lines = await linesOf({ column: 501, endColumn: 505, excerpt: { text, column: 1 } });
    expect(lines[2]).toMatch(/^18 \| …a{36}MARKz{68}…$/);
    expect(lines[3]).toBe(`   | ${" ".repeat(37)}^^^^`);
  });

  test("never cuts a surrogate pair in two", async () => {
    for (const shift of [0, 1]) {
      const text = `${"a".repeat(shift)}${"😀".repeat(200)}`;
      const column = 101 + shift;
      const lines = await linesOf({ column, endColumn: column + 2, excerpt: { text, column: 1 } });
      expect(lines[2]).toMatch(/^18 \| …(😀)+…$/u);
    }
  });

  test("marks one place where a finding has no length, also behind the end of the line", async () => {
    const lines = await linesOf({ column: 4, endColumn: 4, excerpt: { text: '{"a', column: 1 } });
    expect(lines[3]).toBe("   |    ^");
  });

  test("marks up to the end of the line where a finding goes on in the next one", async () => {
    const lines = await linesOf({
      column: 2,
      endLine: 20,
      endColumn: 1,
      excerpt: { text: "[{ 12", column: 1 },
    });
    expect(lines[3]).toBe("   |  ^^^^");
  });

  test("counts the findings it was not given apart from the totals", async () => {
    const text = (await createReporter("text", plain)).end({
      ...summary,
      sources: 1,
      infos: 0,
      hiddenFindings: 1,
    });
    expect(text).toBe(
      "and 1 more finding (raise --max-findings)\n" +
        "4 records: 1 valid, 2 invalid, 1 skipped; 3 errors, 7 warnings\n",
    );
  });

  test("writes the same text in colour but for the colours, and colours only when told to", async () => {
    const coloured = written(await createReporter("text", { ...plain, color: true }));
    expect(coloured).toContain("\u001b[33mwarning schema/unknown-field");
    expect(coloured.replaceAll(/\u001b\[[0-9;]+m/g, "")).toBe(written(await createReporter("text", plain)));
  });

  test("holds no control characters but line feeds, whatever a finding holds", () => {
    return fc.assert(
      fc.asyncProperty(fc.array(anyFinding, { maxLength: 4 }), async (findings) => {
        const text = written(
          await createReporter("text", plain),
          findings.map((one) => ({ finding: one })),
        );
        expect(text).not.toMatch(unsafeOnTerminal);
        const lines = findings.map((one) => 3 + (one.hint === undefined ? 0 : 1) + (hasFrame(one) ? 2 : 0));
        expect(text.split("\n").length).toBe(lines.reduce((sum, count) => sum + count, 3));
      }),
    );
  });
});

function hasFrame(one: Finding): boolean {
  return one.record !== 0 && one.excerpt !== undefined;
}
