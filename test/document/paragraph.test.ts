import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openFonts } from "../../src/document/fonts.ts";
import { type Line, Setter } from "../../src/document/paragraph.ts";
import { squeezed } from "./pdf-tools.ts";

const { regular } = await openFonts();
const WIDTH = 40_000;
const set = (text: string) => new Setter(regular).lines(text, WIDTH);
const shown = (lines: readonly Line[]) =>
  lines.map(({ runs }) => runs.map((run) => (run.kind === "text" ? run.text : run.copied)).join(""));

describe("setting text in lines", () => {
  test("keeps every character in order, and no line is wider than it may be", () => {
    const word = fc.string({ unit: fc.constantFrom(..."aéßжΩ-/?&=.,😀漢e\u0301"), maxLength: 120 });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), fc.constantFrom(" ", "\n", "  "), (words, between) => {
        const text = words.join(between);
        const lines = set(text);
        expect(squeezed(shown(lines).join(""))).toBe(squeezed(text));
        for (const { width } of lines) expect(width).toBeLessThanOrEqual(WIDTH * 1.01);
      }),
      { numRuns: 60 },
    );
  });

  test("begins a line at each line feed, in all spellings", () => {
    expect(shown(set("a\nb\r\nc\rd\u2028e\u2029f\n\ng"))).toEqual(["a", "b", "c", "d", "e", "f", "", "g"]);
  });

  test("keeps indents and tabs", () => {
    expect(shown(set("  a\n\tb  c"))).toEqual(["  a", "    b  c"]);
  });

  test("ends no line behind a hyphen, which its reader could not tell from one of the text", () => {
    const text = "segment-of-a-path/".repeat(60);
    for (const line of shown(set(text)).slice(0, -1)) expect(line).toMatch(/\/$/);
    for (const line of shown(set("a-".repeat(300))).slice(0, -1)) expect(line).not.toMatch(/-$/);
  });

  test.each([
    ["nulls", "\u0000".repeat(1_000_000), "U+0000 × 1000000"],
    ["line feeds", `a${"\n".repeat(1_000_000)}b`, "a\nb"],
    ["spaces", `a${" ".repeat(1_000_000)}b`, "a  × 1000000b"],
    ["accents", `e${"\u0301".repeat(1_000_000)}`, "e\u0301 × 1000000"],
    ["characters without a glyph", "漢".repeat(8), "漢漢漢漢漢漢漢漢"],
  ])("tells %s without end in figures", (_, text, wanted) => {
    const lines = shown(set(text));
    expect(lines.length).toBeLessThan(4);
    if (!text.includes("\n")) expect(lines.join("")).toBe(wanted);
    else expect(lines.join("")).toMatch(/^a\n × 1000000b$/);
  });

  test("takes a megabyte without a space, and accents in heaps, in little time", () => {
    expect(shown(set("a".repeat(1_000_000))).join("")).toHaveLength(1_000_000);
    const marks = "\u0300\u0316\u0301\u0317\u0302".repeat(2000);
    expect(shown(set(`e${marks}`)).join("")).toBe(`e${marks}`);
  });
});
