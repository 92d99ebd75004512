import { parentPort, workerData } from "node:worker_threads";
import { getDocument, VerbosityLevel } from "pdfjs-dist/legacy/build/pdf.mjs";
import * as pdfWorker from "pdfjs-dist/legacy/build/pdf.worker.mjs";
import type { ReportLine } from "./read.ts";

/**
 * Reads one PDF in a thread of its own, which `read.ts` can stop: a hostile file may keep any parser busy for ever.
 * Nothing is drawn, no font or image decoded, and nothing that the file holds is run.
 */
export interface ReadTask {
  readonly pdf: Uint8Array;
  readonly maxPages: number;
  readonly maxTextUnits: number;
}

/** What the thread answers. */
export type ReadAnswer =
  | {
      readonly kind: "read";
      readonly attachments: readonly { readonly name: string; readonly bytes: Uint8Array }[];
      readonly lines: readonly ReportLine[];
    }
  | { readonly kind: "encrypted" | "damaged" | "too-large" };

// pdf.js would start a thread of its own; this is one already.
Object.assign(globalThis, { pdfjsWorker: pdfWorker });

async function answer({ pdf, maxPages, maxTextUnits }: ReadTask): Promise<ReadAnswer> {
  const task = getDocument({
    data: pdf,
    verbosity: VerbosityLevel.ERRORS,
    isEvalSupported: false,
    disableFontFace: true,
    useSystemFonts: false,
    useWorkerFetch: false,
    useWasm: false,
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
    enableXfa: false,
    stopAtErrors: false,
  });
  const document = await task.promise;
  if (document.numPages > maxPages) return { kind: "too-large" };
  const lines: ReportLine[] = [];
  let units = 0;
  for (let page = 1; page <= document.numPages; page++) {
    for (const text of await linesOf(await document.getPage(page))) {
      units += text.length;
      if (units > maxTextUnits) return { kind: "too-large" };
      lines.push({ page, text });
    }
  }
  const files = Object.values((await document.getAttachments()) ?? {}) as {
    filename: string;
    content: Uint8Array;
  }[];
  const attachments = files.map(({ filename, content }) => ({ name: filename, bytes: content }));
  return { kind: "read", attachments, lines };
}

type Page = Awaited<ReturnType<Awaited<ReturnType<typeof getDocument>["promise"]>["getPage"]>>;

async function linesOf(page: Page): Promise<string[]> {
  const { items } = await page.getTextContent();
  const lines: string[] = [];
  let line = "";
  for (const item of items) {
    if (!("str" in item)) continue;
    line += item.str;
    if (!item.hasEOL) continue;
    lines.push(line);
    line = "";
  }
  lines.push(line);
  page.cleanup();
  return lines.map((text) => text.trim()).filter((text) => text !== "");
}

answer(workerData as ReadTask)
  .catch(
    (error: unknown): ReadAnswer => ({
      kind: error instanceof Error && error.name === "PasswordException" ? "encrypted" : "damaged",
    }),
  )
  .then((result) => parentPort?.postMessage(result));
