import { access } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { decodeUtf8 } from "../json/text.ts";
import { ATTACHMENT_NAME } from "./attachment.ts";
import type { ReadAnswer, ReadTask } from "./read-worker.ts";

/** A line of a page's text, from left to right as far as that can be told; pages count from 1. */
export interface ReportLine {
  readonly page: number;
  readonly text: string;
}

/** What bounds the reading of a PDF that may be hostile. */
export interface ReadLimits {
  readonly maxBytes: number;
  readonly maxPages: number;
  /** UTF-16 units of all lines together. */
  readonly maxTextUnits: number;
  readonly timeoutMs: number;
  /** By which the process may grow while it reads. */
  readonly maxMemoryBytes: number;
}

export const READ_LIMITS: ReadLimits = {
  maxBytes: 64 * 1024 ** 2,
  maxPages: 20_000,
  maxTextUnits: 64 * 1024 ** 2,
  timeoutMs: 60_000,
  maxMemoryBytes: 1024 ** 3,
};

/** Why a PDF gives nothing. */
type ReadProblem =
  /** The bytes do not begin as a PDF does. */
  | "not-a-pdf"
  /** It asks for a password. */
  | "encrypted"
  /** Its structure cannot be read. */
  | "damaged"
  /** More bytes, pages, text or memory than the limits allow. */
  | "too-large"
  /** Not read within the time limit. */
  | "too-slow"
  /** It has pages, but neither text nor an attached conversation: perhaps a scan. */
  | "no-text";

export type ReportRead =
  | {
      readonly ok: true;
      /** The text of the attached `conversation.json`, for `conversationFromJson`; absent where there is none. */
      readonly attachment?: string;
      readonly lines: readonly ReportLine[];
    }
  | { readonly ok: false; readonly problem: ReadProblem };

/** How often a reading is looked at for its memory. */
const WATCH_MS = 50;
/** A PDF may have other bytes before its first line; readers look this far. */
const HEADER_BYTES = 1024;

/**
 * Reads the text and the attached conversation of a PDF report, whoever made it. The bytes are not changed. A hostile
 * file ends as a problem, within the limits; nothing in it is run, drawn or fetched.
 */
export async function readReport(pdf: Uint8Array, limits: ReadLimits = READ_LIMITS): Promise<ReportRead> {
  if (pdf.length > limits.maxBytes) return { ok: false, problem: "too-large" };
  const start = Buffer.from(pdf.buffer, pdf.byteOffset, Math.min(pdf.length, HEADER_BYTES));
  if (!start.includes("%PDF-")) return { ok: false, problem: "not-a-pdf" };
  const answer = await inThread(pdf, limits);
  if (answer.kind !== "read") return { ok: false, problem: answer.kind };
  const attached = answer.attachments.find(({ name }) => name === ATTACHMENT_NAME);
  const attachment = attached === undefined ? undefined : decodeUtf8(attached.bytes);
  if (attachment === undefined && answer.lines.length === 0) return { ok: false, problem: "no-text" };
  return { ok: true, lines: answer.lines, ...(attachment === undefined ? {} : { attachment }) };
}

async function inThread(pdf: Uint8Array, limits: ReadLimits): Promise<ReadAnswer | { kind: "too-slow" }> {
  const { maxPages, maxTextUnits, maxMemoryBytes, timeoutMs } = limits;
  const task: ReadTask = { pdf, maxPages, maxTextUnits };
  const worker = new Worker(await workerPath(), {
    workerData: task,
    // The bytes that streams inflate to are not in this heap; the watch sees them.
    resourceLimits: { maxOldGenerationSizeMb: Math.ceil(maxMemoryBytes / 1024 ** 2) },
    env: {},
    // What pdf.js has to say goes nowhere.
    stdout: true,
    stderr: true,
  });
  let timer: NodeJS.Timeout | undefined;
  let watch: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve) => {
      const memoryBefore = process.memoryUsage.rss();
      timer = setTimeout(() => resolve({ kind: "too-slow" }), timeoutMs);
      watch = setInterval(() => {
        if (process.memoryUsage.rss() - memoryBefore > maxMemoryBytes) resolve({ kind: "too-large" });
      }, WATCH_MS);
      worker.once("message", (answer: ReadAnswer) => resolve(answer));
      worker.once("error", (error: NodeJS.ErrnoException) =>
        resolve({ kind: error.code === "ERR_WORKER_OUT_OF_MEMORY" ? "too-large" : "damaged" }),
      );
      worker.once("exit", () => resolve({ kind: "damaged" }));
    });
  } finally {
    clearTimeout(timer);
    clearInterval(watch);
    await worker.terminate();
  }
}

/** Built code is in `dist/cli` or `dist/lib`, sources in `src/document`; the thread's code is in `dist/document`. */
async function workerPath(): Promise<string> {
  for (const place of ["../document/read-worker.mjs", "../../dist/document/read-worker.mjs"]) {
    const path = fileURLToPath(new URL(place, import.meta.url));
    try {
      await access(path);
      return path;
    } catch {
      // The other place, then.
    }
  }
  throw new Error("dist/document/read-worker.mjs is missing; npm run build puts it there");
}
