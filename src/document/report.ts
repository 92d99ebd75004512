import { createHash } from "node:crypto";
import PDFDocument from "pdfkit";
import { encodeUtf8 } from "../json/text.ts";
import type { Conversation } from "../model/conversation.ts";
import { conversationToJson } from "../model/conversation-json.ts";
import { msOf, type TimeZone } from "../model/time.ts";
import { type Connector, reportContent } from "./content.ts";
import { Drawing } from "./draw.ts";
import { openFonts, type ReportFonts } from "./fonts.ts";
import { metadataText, PRODUCER, xmpDescriptions } from "./metadata.ts";
import { layOut, PAGE } from "./page-layout.ts";

export interface ReportOptions {
  /** The zone that all times are shown in. */
  readonly zone: TimeZone;
  readonly connector?: Connector;
  /** From `openFonts`; the package's own when left out. */
  readonly fonts?: ReportFonts;
}

/** The name of the attachment that holds the conversation. */
export const ATTACHMENT_NAME = "conversation.json";

/**
 * A conversation as a PDF chat report (PDF 1.7, tagged, A4), with the conversation itself attached as
 * `conversation.json` (see `conversationToJson`), so that nothing is lost.
 *
 * The same conversation and options give the same bytes: no clock, no chance. Characters that no font has are drawn as a
 * box with their code point; `missingGlyphs` tells which.
 */
export async function renderReport(conversation: Conversation, options: ReportOptions): Promise<Uint8Array> {
  const fonts = options.fonts ?? (await openFonts());
  const content = reportContent(conversation, options.zone, options.connector);
  const layout = await layOut(content, fonts);
  const json = encodeUtf8(conversationToJson(conversation));
  const metadata = {
    title: metadataText(content.title),
    subject: metadataText(`Conversation ${conversation.id}`),
    author: content.author === undefined ? undefined : metadataText(content.author),
    createdAt: createdAt(conversation),
  };
  const doc = new PDFDocument({
    autoFirstPage: false,
    font: null as unknown as string,
    size: [PAGE.width, PAGE.height],
    margins: { top: 0, bottom: 0, left: 0, right: 0 },
    pdfVersion: "1.7",
    tagged: true,
    displayTitle: true,
    lang: "en",
    subset: "PDF/A-3a" as "PDF/A-3",
    info: {
      Title: metadata.title,
      Subject: metadata.subject,
      ...(metadata.author === undefined ? {} : { Author: metadata.author }),
      Producer: PRODUCER,
      Creator: PRODUCER,
      CreationDate: metadata.createdAt,
      // pdfkit makes the document's identifier of this dictionary, so it must tell one conversation from another.
      ContentHash: createHash("sha256").update(json).digest("hex"),
    } as PDFKit.DocumentInfo,
  });
  // pdfkit's own would put these texts into XML as they are.
  Object.assign(doc, { _addInfo: () => doc.appendXML(xmpDescriptions(metadata)) });
  const chunks: Uint8Array[] = [];
  doc.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => {
    doc.on("end", resolve);
    doc.on("error", reject);
  });
  await new Drawing(doc, layout, fonts, { head: content.title, note: content.note }).draw();
  doc.file(Buffer.from(json.buffer, json.byteOffset, json.byteLength), {
    name: ATTACHMENT_NAME,
    type: "application/json",
    description: "The conversation, complete and exact, for programs",
    creationDate: metadata.createdAt,
    modifiedDate: metadata.createdAt,
    relationship: "Source",
  } as PDFKit.Mixins.PDFAttachmentOptions);
  doc.end();
  await ended;
  return Buffer.concat(chunks);
}

/** The last moment that the conversation tells of: a document's date must not depend on when it is made. */
function createdAt({ endedAt, startedAt, messages }: Conversation): Date {
  const last = endedAt ?? messages.at(-1)?.sentAt ?? startedAt;
  return new Date(last === undefined ? 0 : msOf(last));
}
