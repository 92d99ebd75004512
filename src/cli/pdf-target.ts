import { reportTarget } from "../convert/report-target.ts";
import type { TargetFormat } from "../formats/types.ts";
import type { Conversation } from "../model/conversation.ts";
import type { TimeZone } from "../model/time.ts";
import { openReportMaker, reportMissing } from "./report-maker.ts";

/** `--to pdf`: what the converter writes to, and how a conversation becomes a file. */
export interface PdfTarget {
  readonly format: TargetFormat;
  readonly render: (conversation: Conversation) => Promise<Uint8Array>;
}

/**
 * @param fontPaths  Fonts for scripts that chatx brings none for.
 * @throws {UsageError} If one cannot be read or is no font.
 */
export async function openPdfTarget(fontPaths: readonly string[], zone: TimeZone): Promise<PdfTarget> {
  const maker = await openReportMaker(fontPaths, zone);
  const format = reportTarget((conversation, report) => reportMissing(maker, conversation, report));
  return { format, render: maker.make };
}
