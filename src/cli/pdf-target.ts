import { readFile } from "node:fs";
import { promisify } from "node:util";
import { reportTarget } from "../convert/report-target.ts";
import { escapeControls } from "../diagnostics/quote.ts";
import { nameOf } from "../document/characters.ts";
import { FontProblem } from "../document/face.ts";
import { openFonts, type ReportFonts } from "../document/fonts.ts";
import { missingGlyphs } from "../document/missing-glyphs.ts";
import { renderReport } from "../document/report.ts";
import type { TargetFormat } from "../formats/types.ts";
import type { Conversation } from "../model/conversation.ts";
import type { TimeZone } from "../model/time.ts";
import { reasonOf, UsageError } from "./exit-codes.ts";

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
  const fonts = await fontsFrom(fontPaths);
  const format = reportTarget((conversation, report) => {
    for (const { character, count, pointer } of missingGlyphs(conversation, { zone, fonts })) {
      const codePoint = nameOf(character.codePointAt(0)!);
      report("document/missing-glyph", pointer, { character, codePoint, count });
    }
  });
  return { format, render: (conversation) => renderReport(conversation, { zone, fonts }) };
}

async function fontsFrom(paths: readonly string[]): Promise<ReportFonts> {
  const files: Uint8Array[] = [];
  for (const path of paths) files.push(await promisify(readFile)(path).catch(fail("cannot be read", path)));
  // One by one, so that it can be said which is no font.
  for (const [index, file] of files.entries()) {
    await openFonts([file]).catch(fail("cannot be used", paths[index]!));
  }
  return openFonts(files);
}

function fail(what: string, path: string): (error: unknown) => never {
  return (error) => {
    const isOurs = error instanceof FontProblem || (error as NodeJS.ErrnoException).code !== undefined;
    if (!isOurs) throw error;
    throw new UsageError(
      `--pdf-font ${escapeControls(path)} ${what}: ${reasonOf(error)}`,
      "give a TrueType or OpenType file (.ttf, .otf)",
    );
  };
}
