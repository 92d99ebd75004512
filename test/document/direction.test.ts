import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { afterAll, describe, expect, test } from "vitest";
import { openFonts } from "../../src/document/fonts.ts";
import { missingGlyphs } from "../../src/document/missing-glyphs.ts";
import { type Line, Setter } from "../../src/document/paragraph.ts";
import { renderReport } from "../../src/document/report.ts";
import { timeZone } from "../../src/model/time.ts";
import { conversationOf } from "./conversations.ts";
import { PdfTools } from "./pdf-tools.ts";

const tools = new PdfTools();
afterAll(() => tools.remove());
const { resolve } = createRequire(import.meta.url);
const fontFile = (name: string) => readFileSync(resolve(`@expo-google-fonts/${name}`));
const fonts = await openFonts([
  fontFile("noto-sans-hebrew/400Regular/NotoSansHebrew_400Regular.ttf"),
  fontFile("noto-sans-arabic/400Regular/NotoSansArabic_400Regular.ttf"),
]);
const WIDTH = 40_000;
const set = (text: string) => new Setter(fonts.regular).lines(text, WIDTH);
/** What stands from left to right; the letters within a right-to-left word in the word's own order. */
const shown = ({ runs }: Line) => runs.map((run) => (run.kind === "text" ? run.text : run.copied));

describe("text from right to left, with a font that is given", () => {
  test("stands word after word from the right", () => {
    const [line] = set("שלום עולם");
    expect(shown(line!)).toEqual(["עולם", " ", "שלום"]);
    expect(line!.indent! + line!.width).toBeCloseTo(WIDTH);
  });

  test("keeps numbers and Latin words as they are read", () => {
    expect(shown(set("הזמנה 30077 של Anna Berg בדרך")[0]!).join("")).toBe("בדרך Anna Berg של 30077 הזמנה");
  });

  test("turns only its own words in a line from left to right", () => {
    const [line] = set("Anna said שלום עולם today");
    expect(shown(line!).join("")).toBe("Anna said עולם שלום today");
    expect(line!.indent).toBeUndefined();
  });

  test("mirrors brackets and keeps signs on the right side", () => {
    expect(shown(set("שלום (עולם)!")[0]!).join("")).toBe("!(עולם) שלום");
  });

  test("leaves Arabic digits in their order", () => {
    const digits = set("٣٤٥ hello نعم")[0]!.runs.slice(0, 3);
    expect(digits.map((run) => run.kind === "text" && run.text)).toEqual(["٣", "٤", "٥"]);
  });

  test("is not turned round by an override, which is shown", () => {
    expect(shown(set("שלום \u202eabc")[0]!).join("")).toContain("abc");
  });

  test("comes back in its own order from a program that reads the PDF, and joined letters as letters", async () => {
    const conversation = conversationOf([{ text: "שלום עולם" }, { text: "مرحبا بالعالم" }]);
    const options = { zone: timeZone("UTC"), fonts };
    expect(missingGlyphs(conversation, options)).toEqual([]);
    const pdf = await renderReport(conversation, options);
    expect(tools.check(pdf)).toContain("No syntax");
    const text = tools.text(pdf).replace(/[\u200e\u200f\u202a-\u202e]/g, "");
    expect(text).toContain("שלום עולם");
    expect(text.normalize("NFKC")).toContain("مرحبا بالعالم");
  });
});
