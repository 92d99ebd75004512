import { nameOf } from "./characters.ts";

/** The XMP metadata of a report; PDF/A wants it to say the same as the document's information. */
export interface Metadata {
  readonly title: string;
  readonly subject: string;
  readonly author: string | undefined;
  readonly createdAt: Date;
}

export const PRODUCER = "chatx";

/** RDF descriptions for the packet that pdfkit makes; texts are conversation data and escaped. */
export function xmpDescriptions({ title, subject, author, createdAt }: Metadata): string {
  const time = `${createdAt.toISOString().slice(0, 19)}Z`;
  const creator =
    author === undefined
      ? ""
      : `<dc:creator><rdf:Seq><rdf:li>${xmlText(author)}</rdf:li></rdf:Seq></dc:creator>`;
  return [
    `<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">`,
    `<xmp:CreateDate>${time}</xmp:CreateDate><xmp:CreatorTool>${PRODUCER}</xmp:CreatorTool></rdf:Description>`,
    `<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">`,
    `<dc:title><rdf:Alt><rdf:li xml:lang="x-default">${xmlText(title)}</rdf:li></rdf:Alt></dc:title>`,
    `<dc:description><rdf:Alt><rdf:li xml:lang="x-default">${xmlText(subject)}</rdf:li></rdf:Alt></dc:description>`,
    `${creator}</rdf:Description>`,
    `<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">`,
    `<pdf:Producer>${PRODUCER}</pdf:Producer></rdf:Description>`,
  ].join("\n");
}

/** A text for a line of metadata: what XML cannot hold, and what would act, is named, as in the report itself. */
export function metadataText(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\ufffe\uffff]|[\ud800-\udfff](?<![\ud800-\udbff][\udc00-\udfff])(?![\udc00-\udfff])/g,
    (character) => nameOf(character.codePointAt(0)!),
  );
}

function xmlText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
