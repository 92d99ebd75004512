import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { READ_LIMITS, readReport } from "../../src/document/read.ts";
import { renderReport } from "../../src/document/report.ts";
import { conversationFromJson, conversationToJson } from "../../src/model/conversation-json.ts";
import { timeZone } from "../../src/model/time.ts";
import { EUROPEAN } from "./conversations.ts";
import { circularPages, emptyPage, formsInForms, inflatingPage, textPage } from "./hostile-pdfs.ts";
import { PdfTools } from "./pdf-tools.ts";

const tools = new PdfTools();
afterAll(() => tools.remove());
let pdf: Uint8Array;
beforeAll(async () => {
  pdf = await renderReport(EUROPEAN, { zone: timeZone("UTC") });
});
const problem = (name: string) => ({ ok: false, problem: name });
const bytes = (text: string) => new TextEncoder().encode(text);

describe("reading a PDF report", () => {
  test("gives its lines in order, and the attached conversation", async () => {
    const read = await readReport(pdf);
    if (!read.ok) throw new Error(read.problem);
    expect(read.attachment).toBe(conversationToJson(EUROPEAN));
    expect(conversationFromJson(read.attachment!)).toEqual({ ok: true, conversation: EUROPEAN });
    const lines = read.lines.map(({ text }) => text);
    const at = lines.indexOf("Jürgen Weiß agent · 08:02:00");
    expect(at).toBeGreaterThan(0);
    expect(lines[at + 1]).toBe("Grüß Gott! Einen Augenblick bitte …");
    expect(read.lines[0]!.page).toBe(1);
  });

  test("gives the lines of a PDF that somebody else made, and no attachment", async () => {
    expect(await readReport(textPage("Anna 10:20 Hello"))).toEqual({
      ok: true,
      lines: [{ page: 1, text: "Anna 10:20 Hello" }],
    });
  });

  test("takes no other attachment for the conversation", async () => {
    const attached = join(tools.folder, "notes.json");
    writeFileSync(attached, "{}");
    const to = join(tools.folder, "with-notes.pdf");
    execFileSync("qpdf", [tools.file(textPage("Hello")), "--add-attachment", attached, "--", to]);
    expect(await readReport(readFileSync(to))).toEqual({ ok: true, lines: [{ page: 1, text: "Hello" }] });
  });

  test("says what is wrong with what is no PDF, encrypted, damaged or without text", async () => {
    expect(await readReport(bytes("<html>"))).toEqual(problem("not-a-pdf"));
    expect(await readReport(new Uint8Array())).toEqual(problem("not-a-pdf"));
    expect(await readReport(bytes("%PDF-1.7\nrubbish"))).toEqual(problem("damaged"));
    expect(await readReport(emptyPage())).toEqual(problem("no-text"));
    const locked = join(tools.folder, "locked.pdf");
    execFileSync("qpdf", ["--encrypt", "secret", "secret", "256", "--", tools.file(pdf), locked]);
    expect(await readReport(readFileSync(locked))).toEqual(problem("encrypted"));
  });

  test("keeps to its limits", async () => {
    const within = (limits: object) => readReport(pdf, { ...READ_LIMITS, ...limits });
    expect(await within({ maxBytes: 100 })).toEqual(problem("too-large"));
    expect(await within({ maxPages: 0 })).toEqual(problem("too-large"));
    expect(await within({ maxTextUnits: 10 })).toEqual(problem("too-large"));
    expect(await within({ timeoutMs: 1 })).toEqual(problem("too-slow"));
  });

  test("survives files that are made to keep it busy", async () => {
    expect(await readReport(formsInForms(12))).toEqual(problem("no-text"));
    expect(await readReport(circularPages())).toEqual(problem("damaged"));
    const bomb = inflatingPage(64);
    expect(bomb.length).toBeLessThan(200_000);
    const little = { ...READ_LIMITS, maxMemoryBytes: 24 * 1024 ** 2 };
    expect(await readReport(bomb, little)).toEqual(problem("too-large"));
  });

  test("ends for any damage to a file", async () => {
    const source = Buffer.from(pdf);
    for (const share of [0.02, 0.4, 0.97]) {
      const at = Math.floor(source.length * share);
      const cut = await readReport(source.subarray(0, at));
      const spoilt = Buffer.from(source);
      spoilt.fill(0x41, at, at + 200);
      for (const read of [cut, await readReport(spoilt)]) expect(typeof read.ok).toBe("boolean");
    }
  });
});
