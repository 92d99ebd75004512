import type { Report } from "../../diagnostics/diagnostic.ts";
import type { JsonObject } from "../../json/value.ts";
import type { FieldRule, FormatAdapter, Recognition } from "../types.ts";
import { decodeReport } from "./decode.ts";
import { encodeReport, reportBody } from "./encode.ts";
import { eachText, firstPdfPointer } from "./encoded.ts";
import { ReportBody } from "./schema.ts";

const ours = "the default body is chatx's own: jtel documents none";

const fields: readonly FieldRule[] = [
  {
    wire: "/**",
    model: "/**",
    how: "derived",
    on: "read",
    conditional: true,
    known: "inferred",
    note: "only the report is read: the conversation attached to the PDF, else its text",
  },
  { wire: "/conversation", model: "/id", how: "carried", on: "write", known: "inferred", note: ours },
  { wire: "/report/bytes", model: "/**", how: "derived", on: "write", known: "inferred", note: ours },
  {
    wire: "/report/base64",
    model: "/**",
    how: "carried",
    on: "write",
    known: "inferred",
    note: "the PDF, with the whole conversation attached to it",
  },
];

/** The body of jtel's report export post. Facts: the vendor's page "Chat Report Export", see fixtures/jtel/NOTES.md. */
export const jtel: FormatAdapter = {
  id: "jtel",
  title: "jtel report export",
  summary: "body of a report export post: any object that holds the PDF of a chat",
  docsUrl: "https://wiki.jtel.de/display/JPW/Chat+Report+Export",
  records: "whole",
  carries: ["/**"],
  fields,
  unmapped: "the body is the customer's own; only the report in it is read",
  schema: ReportBody,
  shapeOf: ReportBody,
  recognise,
  crossCheck: reportLeftovers,
  read: decodeReport,
  write: encodeReport,
  withReport: reportBody,
};

function recognise(document: JsonObject): Recognition {
  const pointer = firstPdfPointer(document);
  return pointer === undefined
    ? { score: 0, why: "it holds no PDF in Base64" }
    : { score: 0.6, why: `has a PDF in Base64 at ${pointer}` };
}

/** jtel's variables; one that was not filled in stands in the body as it was written. */
const VARIABLE =
  /\$(?:ClientsID\b|chatConnector\.(?:id|name)\b|tokenResponse\.body\.JSON\.\w+|report\.(?:bytes|encoded\.base64)\b|dateTime\b|xmlTemplate\.encoded\.base64\b|pdata\.\w+)/;

function reportLeftovers(document: JsonObject, report: Report): void {
  eachText(document, "", (text, pointer) => {
    const variable = text.length > 10_000 ? undefined : VARIABLE.exec(text)?.[0];
    if (variable !== undefined) report("meaning/template-leftover", pointer, { variable });
  });
}
