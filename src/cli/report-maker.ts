import { readFile } from "node:fs";
import { promisify } from "node:util";
import type { Report } from "../diagnostics/diagnostic.ts";
import { escapeControls } from "../diagnostics/quote.ts";
import { nameOf } from "../document/characters.ts";
import type { Connector } from "../document/content.ts";
import { FontProblem } from "../document/face.ts";
import { openFonts, type ReportFonts } from "../document/fonts.ts";
import { missingGlyphs } from "../document/missing-glyphs.ts";
import { renderReport } from "../document/report.ts";
import type { Conversation } from "../model/conversation.ts";
import type { TimeZone } from "../model/time.ts";
import type { ReportMaker } from "../plan/export-values.ts";
import { reasonOf, UsageError } from "./exit-codes.ts";

/**
 * @param fontPaths  Fonts for scripts that chatx brings none for.
 * @throws {UsageError} If one cannot be read or is no font.
 */
export async function openReportMaker(
  fontPaths: readonly string[],
  zone: TimeZone,
  connector: Connector = {},
): Promise<ReportMaker> {
  const options = { zone, connector, fonts: await fontsFrom(fontPaths) };
  return {
    make: (conversation) => renderReport(conversation, options),
    missing: (conversation) => missingGlyphs(conversation, options),
  };
}

/** Reports each character that the pages show as a box; pointers are those of the conversation in the model. */
export function reportMissing(maker: ReportMaker, conversation: Conversation, report: Report): void {
  for (const { character, count, pointer } of maker.missing(conversation)) {
    const codePoint = nameOf(character.codePointAt(0)!);
    report("document/missing-glyph", pointer, { character, codePoint, count });
  }
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
