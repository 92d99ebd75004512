import { createHash } from "node:crypto";
import { once } from "node:events";
import PDFDocument from "pdfkit";
import { encodeUtf8 } from "../json/text.ts";
import type { Conversation } from "../model/conversation.ts";
import { conversationToJson } from "../model/conversation-json.ts";
import { msOf, type TimeZone } from "../model/time.ts";
import { ATTACHMENT_NAME } from "./attachment.ts";
import { type Connector, type ReportContent, reportContent } from "./content.ts";
import { Drawing } from "./draw.ts";
import { openFonts, type ReportFonts } from "./fonts.ts";
import { type Metadata, metadataText, PRODUCER, xmpDescriptions } from "./metadata.ts";
import { layOut, PAGE } from "./page-layout.ts";

export interface ReportOptions {
  /** The zone that all times are shown in. */
  readonly zone: TimeZone;
  readonly connector?: Connector;
  /** From `openFonts`; the package's own when left out. */
  readonly fonts?: ReportFonts;
}

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
  const metadata = metadataOf(conversation, content);
  const doc = emptyDocument(metadata, createHash("sha256").update(json).digest("hex"));
  const bytes = bytesOf(doc);
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
  return await bytes;
}

function metadataOf(conversation: Conversation, { title, author }: ReportContent): Metadata {
  return {
    title: metadataText(title),
    subject: metadataText(`Conversation ${conversation.id}`),
    author: author === undefined ? undefined : metadataText(author),
    createdAt: createdAt(conversation),
  };
}

/** The last moment that the conversation tells of: a document's date must not depend on when it is made. */
function createdAt({ endedAt, startedAt, messages }: Conversation): Date {
  const last = endedAt ?? messages.at(-1)?.sentAt ?? startedAt;
  return new Date(last === undefined ? 0 : msOf(last));
}

/** @param contentHash  pdfkit makes the document's identifier of its information: this tells it from others. */
function emptyDocument(metadata: Metadata, contentHash: string): InstanceType<typeof PDFDocument> {
  const { title, subject, author, createdAt: time } = metadata;
  const doc = new PDFDocument({
    autoFirstPage: false,
    // Without this pdfkit begins with Helvetica, which is not embedded.
    font: null as unknown as string,
    size: [PAGE.width, PAGE.height],
    margins: { top: 0, bottom: 0, left: 0, right: 0 },
    pdfVersion: "1.7",
    tagged: true,
    displayTitle: true,
    lang: "en",
    subset: "PDF/A-3a",
    info: {
      Title: title,
      Subject: subject,
      ...(author === undefined ? {} : { Author: author }),
      Producer: PRODUCER,
      Creator: PRODUCER,
      CreationDate: time,
      ContentHash: contentHash,
    } as PDFKit.DocumentInfo,
  });
  // pdfkit's own would put these texts into XML as they are.
  return Object.assign(doc, { _addInfo: () => doc.appendXML(xmpDescriptions(metadata)) });
}

async function bytesOf(doc: InstanceType<typeof PDFDocument>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  doc.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  await once(doc, "end");
  return Buffer.concat(chunks);
}
