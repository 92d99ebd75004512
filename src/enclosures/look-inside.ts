import type { ReportRead } from "../document/read.ts";
import { findPdfs } from "../formats/jtel/encoded.ts";
import type { EnclosedFile, InputRecord } from "../input/types.ts";
import { parseJson } from "../json/parse.ts";
import { decodeUtf8 } from "../json/text.ts";
import { conversationFromJson } from "../model/conversation-json.ts";
import { jsonOfBody } from "./other-bodies.ts";

/** Where in a body the PDF is, when the template of the body is known; else everywhere is looked. */
export interface WhereToLook {
  readonly pointers?: ReadonlySet<string>;
}

/** A body has one report; opening a PDF takes a thread of its own, and a hostile body may hold millions. */
const MOST_PDFS = 8;

/** `%PDF-` in Base64: what does not hold it has no PDF to open. */
const PDF_HEAD = Buffer.from("JVBERi0", "ascii");

/**
 * The record with what is in the PDFs that its payload holds in Base64, so that a format can read it. A record without one
 * comes back as it is and at once: looking for one is one search through its bytes.
 */
export function lookInside(record: InputRecord, where: WhereToLook = {}): InputRecord | Promise<InputRecord> {
  const { bytes } = record;
  if (record.problem !== undefined) return record;
  if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(PDF_HEAD) < 0) return record;
  return openAll(record, where);
}

async function openAll(record: InputRecord, { pointers }: WhereToLook): Promise<InputRecord> {
  const text = decodeUtf8(record.bytes);
  const parsed = text === undefined ? undefined : parseJson(text);
  const own = parsed?.ok === true ? { record, document: parsed.value } : jsonOfBody(record);
  if (own === undefined) return record;
  const pdfs = findPdfs(own.document).filter(({ pointer }) => pointers?.has(pointer) ?? true);
  const enclosed: EnclosedFile[] = [];
  for (const { pointer, base64 } of pdfs.slice(0, MOST_PDFS)) {
    enclosed.push({ pointer, ...(await opened(base64)) });
  }
  const next = pdfs[MOST_PDFS];
  if (next !== undefined) {
    enclosed.push({
      pointer: next.pointer,
      problem: `only the first ${MOST_PDFS} PDFs of a body are opened`,
    });
  }
  return withEnclosed(own.record, enclosed);
}

/** Records are objects of several kinds, some with methods: their members are named one by one. */
function withEnclosed(record: InputRecord, enclosed: readonly EnclosedFile[]): InputRecord {
  const { source, number, start, bytes, pointer, container, capture, carrier } = record;
  return {
    ...{ source, number, start, bytes, pointer, enclosed },
    ...(container === undefined ? {} : { container }),
    ...(capture === undefined ? {} : { capture }),
    ...(carrier === undefined ? {} : { carrier }),
    placesOf: (offsets) => record.placesOf(offsets),
  };
}

const PROBLEMS: Readonly<Record<Extract<ReportRead, { ok: false }>["problem"], string>> = {
  "not-a-pdf": "it does not begin as a PDF does",
  encrypted: "it asks for a password",
  damaged: "it is damaged",
  "too-large": "it is too large",
  "too-slow": "it takes too long",
  "no-text": "it has no text",
};

async function opened(base64: string): Promise<Omit<EnclosedFile, "pointer">> {
  const pdf = Buffer.from(base64, "base64");
  const { quickAttachment } = await import("../document/quick-attachment.ts");
  const own = quickAttachment(pdf);
  if (own !== undefined && conversationFromJson(own).ok) return { attachment: own };
  const { readReport } = await import("../document/read.ts");
  const result = await readReport(pdf);
  if (!result.ok && result.problem === "no-text") return { lines: [] };
  if (!result.ok) return { problem: PROBLEMS[result.problem] };
  const { attachment, lines } = result;
  return { lines, ...(attachment === undefined ? {} : { attachment }) };
}
