import { describe, expect, test } from "vitest";
import { quickAttachment } from "../../src/document/quick-attachment.ts";
import { readReport } from "../../src/document/read.ts";
import { renderReport } from "../../src/document/report.ts";
import { conversationToJson } from "../../src/model/conversation-json.ts";
import { timeZone } from "../../src/model/time.ts";
import { conversationOf, EUROPEAN } from "./conversations.ts";

const zone = timeZone("UTC");

describe("the attachment of a report of our own is read the quick way", () => {
  test.each([
    ["of many scripts", EUROPEAN],
    ["without a message", conversationOf([])],
  ])("as the thorough way reads it: %s", async (_, conversation) => {
    const pdf = await renderReport(conversation, { zone });
    const thorough = await readReport(pdf);
    expect(quickAttachment(pdf)).toBe(conversationToJson(conversation));
    expect(thorough).toMatchObject({ ok: true, attachment: quickAttachment(pdf) });
  });

  test("not when anything is changed, cut off or added", async () => {
    const pdf = Buffer.from(await renderReport(EUROPEAN, { zone }));
    const text = pdf.toString("latin1");
    const start = text.indexOf("stream\n", text.indexOf("/EmbeddedFile"));
    const flipped = Buffer.from(pdf);
    flipped[start + 20] = flipped[start + 20]! ^ 1;
    const changed = (from: string, to: string) => Buffer.from(text.replaceAll(from, to), "latin1");
    for (const other of [
      flipped,
      pdf.subarray(0, pdf.length - 40),
      Buffer.concat([pdf, Buffer.from("\n1 0 obj\n<<>>\nendobj\n%%EOF\n")]),
      changed("/CheckSum (", "/CheckSum (0"),
      changed("(conversation.json)", "(conversation.jsox)"),
      changed("/Subtype /application#2Fjson", "/Subtype /application#2Fjsox"),
      Buffer.alloc(0),
    ]) {
      expect(quickAttachment(other)).toBeUndefined();
    }
  });
});
