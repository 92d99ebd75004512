import { describe, expect, test } from "vitest";
import { READ_LIMITS, readReport } from "../../src/document/read.ts";
import { renderReport } from "../../src/document/report.ts";
import { conversationFromJson, conversationToJson } from "../../src/model/conversation-json.ts";
import { timeZone } from "../../src/model/time.ts";
import { EUROPEAN } from "./conversations.ts";

const zone = timeZone("UTC");

describe("reading a PDF report", () => {
  test("gives its lines in order, and the attached conversation", async () => {
    const read = await readReport(await renderReport(EUROPEAN, { zone }));
    if (!read.ok) throw new Error(read.problem);
    expect(read.attachment).toBe(conversationToJson(EUROPEAN));
    expect(conversationFromJson(read.attachment!)).toEqual({ ok: true, conversation: EUROPEAN });
    const lines = read.lines.map(({ text }) => text);
    const at = lines.indexOf("Jürgen Weiß agent · 08:02:00");
    expect(at).toBeGreaterThan(0);
    expect(lines[at + 1]).toBe("Grüß Gott! Einen Augenblick bitte …");
    expect(read.lines[0]!.page).toBe(1);
  });

  test("says what is wrong with what is no PDF, damaged, or beyond the limits", async () => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    const pdf = await renderReport(EUROPEAN, { zone });
    expect(await readReport(bytes("<html>"))).toEqual({ ok: false, problem: "not-a-pdf" });
    expect(await readReport(bytes("%PDF-1.7\nrubbish"))).toEqual({ ok: false, problem: "damaged" });
    const problemWith = async (limits: object) => await readReport(pdf, { ...READ_LIMITS, ...limits });
    expect(await problemWith({ maxBytes: 100 })).toEqual({ ok: false, problem: "too-large" });
    expect(await problemWith({ maxPages: 0 })).toEqual({ ok: false, problem: "too-large" });
    expect(await problemWith({ maxTextUnits: 10 })).toEqual({ ok: false, problem: "too-large" });
    expect(await problemWith({ timeoutMs: 1 })).toEqual({ ok: false, problem: "too-slow" });
  });
});
