import type { Conversation } from "../model/conversation.ts";
import type { TimeZone } from "../model/time.ts";
import { type Connector, reportContent } from "./content.ts";
import type { ReportFonts } from "./fonts.ts";
import { missingIn } from "./runs.ts";

/** A character that a report shows as a box, since no font has it. */
export interface MissingGlyph {
  readonly character: string;
  /** How often it stands in the report. */
  readonly count: number;
  /** Where in the conversation it stands first. */
  readonly pointer: string;
}

/** The characters of a report that no font has, each once, in the order of the report. */
export function missingGlyphs(
  conversation: Conversation,
  options: { readonly zone: TimeZone; readonly connector?: Connector; readonly fonts: ReportFonts },
): MissingGlyph[] {
  const { zone, connector, fonts } = options;
  const found = new Map<string, { character: string; count: number; pointer: string }>();
  const look = (text: string, pointer: string) => {
    for (const character of missingIn(text, fonts.regular)) {
      const known = found.get(character);
      if (known === undefined) found.set(character, { character, count: 1, pointer });
      else known.count++;
    }
  };
  const { facts, entries } = reportContent(conversation, zone, connector);
  for (const { value, pointer } of facts) look(value, pointer);
  for (const entry of entries) {
    if (entry.kind === "day") continue;
    look(entry.name, `${entry.pointer}/author/name`);
    look(entry.text, `${entry.pointer}/text`);
    for (const line of entry.attachments) look(line, `${entry.pointer}/attachments/0/name`);
  }
  return [...found.values()];
}
