import { afterAll, describe, expect, test } from "vitest";
import { openFonts } from "../../src/document/fonts.ts";
import { missingGlyphs } from "../../src/document/missing-glyphs.ts";
import { renderReport } from "../../src/document/report.ts";
import { conversationToJson } from "../../src/model/conversation-json.ts";
import { timeZone } from "../../src/model/time.ts";
import { conversationOf, EUROPEAN } from "./conversations.ts";
import { PdfTools, squeezed } from "./pdf-tools.ts";

const tools = new PdfTools();
afterAll(() => tools.remove());
const zone = timeZone("Europe/Berlin");

describe("a PDF report", () => {
  test("is sound, tagged, and says what it is", async () => {
    const pdf = await renderReport(EUROPEAN, { zone, connector: { id: "7", name: "Shop chat" } });
    expect(tools.check(pdf)).toContain("No syntax or stream encoding errors");
    const info = tools.info(pdf);
    expect(info.get("Title")).toBe("Chat with Anna Müllerová");
    expect(info.get("Author")).toBe("Shop chat");
    expect(info.get("Producer")).toBe("chatx");
    expect(info.get("Tagged")).toBe("yes");
    expect(info.get("Page size")).toContain("A4");
  });

  test("holds every fact and every message, word for word", async () => {
    const pdf = await renderReport(EUROPEAN, { zone, connector: { id: "7", name: "Shop chat" } });
    const text = squeezed(tools.text(pdf).normalize("NFC"));
    for (const message of EUROPEAN.messages) expect(text).toContain(squeezed(message.text.normalize("NFC")));
    for (const part of [
      "Shop chat (7)",
      "Anna Müllerová, anna@example.com",
      "2026-03-27 09:00:00",
      "Žofie Dvořáková",
    ])
      expect(text).toContain(squeezed(part));
    expect(text).toContain(squeezed("5: Sehr gut, <b>děkuji</b> & auf Wiedersehen"));
    expect(text).toContain(
      squeezed("Attachment: invoice.pdf (application/pdf, 48213 bytes) https://files.example.com"),
    );
    expect(text).toContain(squeezed("Jürgen Weiß agent · 09:02:00 Grüß Gott!"));
  });

  test("has the conversation itself attached", async () => {
    const pdf = await renderReport(EUROPEAN, { zone });
    expect(tools.attachment(pdf, "conversation.json")).toBe(conversationToJson(EUROPEAN));
  });

  test("has the same bytes each time, whatever was made before it", async () => {
    const other = conversationOf([{ text: "A\u00a0no-break space, \u2011 and e\u0301" }]);
    const first = await renderReport(EUROPEAN, { zone });
    await renderReport(other, { zone });
    expect(Buffer.compare(await renderReport(EUROPEAN, { zone }), first)).toBe(0);
  });

  test("numbers its pages and repeats who speaks where a message goes on", async () => {
    const long = conversationOf([{ text: "word ".repeat(3000) }]);
    const pdf = await renderReport(long, { zone });
    const pages = Number(tools.info(pdf).get("Pages"));
    expect(pages).toBeGreaterThan(2);
    const text = tools.text(pdf);
    for (let page = 1; page <= pages; page++) expect(text).toContain(`page ${page} of ${pages}`);
    expect(text.match(/visitor continued · 09:00:00/g)).toHaveLength(pages - 1);
    expect(text.match(/\bword\b/g)).toHaveLength(3000);
  });

  test("shows a character that no font has, and whoever copies the text gets it", async () => {
    const conversation = conversationOf([{ text: "日本 and 日" }, { text: "ok" }]);
    const fonts = await openFonts();
    expect(missingGlyphs(conversation, { zone, fonts })).toEqual([
      { character: "日", count: 2, pointer: "/messages/0/text" },
      { character: "本", count: 1, pointer: "/messages/0/text" },
    ]);
    const pdf = await renderReport(conversation, { zone, fonts });
    expect(tools.check(pdf)).toContain("No syntax");
    expect(squeezed(tools.text(pdf))).toContain("日本and日");
  });

  test.each([
    "\u{1f44d}\u{1f3fd} x",
    "\u{1f44d} and \u{1f44d}\u{1f3fd}\u{1f44b}\u{1f3ff} and \u{1f44b}",
    "\u{1f469}\u{1f3fd}\u200d\u{1f4bb} \u{1f468}\u200d\u{1f469}\u200d\u{1f467}",
    "\u05e9\u05dc\u05d5\u05dd \u{1f44d}\u{1f3fd}",
  ])("is copied with the skin tones of its emoji: %s", async (written) => {
    const pdf = await renderReport(conversationOf([{ text: written }]), { zone });
    expect(tools.check(pdf)).toContain("No syntax");
    const text = tools.text(pdf);
    const emoji = written.match(/\p{Extended_Pictographic}\p{Emoji_Modifier}?/gu)!;
    for (const one of emoji) expect(text).toContain(one);
    expect(text.match(/\p{Emoji_Modifier}/gu)).toEqual(written.match(/\p{Emoji_Modifier}/gu));
  });

  test("shows what would act: controls and overrides of direction", async () => {
    const conversation = conversationOf([{ text: "nul \u0000 esc \u001b[2J rlo \u202etxt.exe" }]);
    const fonts = await openFonts();
    expect(missingGlyphs(conversation, { zone, fonts })).toEqual([]);
    const text = squeezed(tools.text(await renderReport(conversation, { zone, fonts })));
    expect(text).toContain("nulU+0000escU+001B[2JrloU+202Etxt.exe");
  });

  test("puts hostile names into the metadata as text", async () => {
    const name = 'Eve</rdf:li><x>&amp; "\u0000\u202e';
    const pdf = await renderReport(conversationOf([{ text: "hi" }], { visitor: { name } }), { zone });
    expect(tools.info(pdf).get("Title")).toBe('Chat with Eve</rdf:li><x>&amp; "U+0000U+202E');
    expect(tools.metadata(pdf)).toContain('Eve&lt;/rdf:li&gt;&lt;x&gt;&amp;amp; "U+0000U+202E');
  });
});
