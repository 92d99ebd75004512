import { isArray, type Json, member } from "../../json/value.ts";
import { described, once, z } from "../wire.ts";
import { base64Fault, findPdfs } from "./encoded.ts";

/**
 * The body of a report export post. Its shape is the customer's own ("any data can be specified in the body", documented);
 * the one thing that it holds for sure is the PDF of the chat in Base64 (`$report.encoded.base64`, documented).
 */
export const ReportBody = once(() =>
  described(
    z.record(z.string(), z.unknown()).check((context) => {
      const body = context.value as Json;
      const pdfs = findPdfs(body);
      if (pdfs.length === 0) {
        // zod's word for the type that is wanted; the article comes with the finding.
        const expected = "body with a PDF in Base64 (a text that begins with JVBERi0)" as "object";
        context.issues.push({ code: "invalid_type", expected, path: [], input: body });
      }
      for (const { pointer, base64 } of pdfs) {
        const message = base64Fault(base64);
        if (message === undefined) continue;
        context.issues.push({ code: "custom", message, path: stepsThrough(body, pointer), input: body });
      }
    }),
    {
      title: "jtel report export",
      description:
        "The body of jtel's report export post: any object that holds the PDF of a chat in Base64.",
    },
  ),
);

/** A pointer's steps as zod has them: numbers for indexes. */
function stepsThrough(body: Json, pointer: string): (string | number)[] {
  let at: Json | undefined = body;
  return pointer
    .slice(1)
    .split("/")
    .map((part) => {
      const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
      const isIndex = isArray(at);
      at = isArray(at) ? at[Number(key)] : member(at, key);
      return isIndex ? Number(key) : key;
    });
}
