import type { ConvertSummary } from "../convert/types.ts";
import { clip } from "../diagnostics/quote.ts";
import { safeText } from "./safe.ts";

const LONGEST_LIST = 12;
const LONGEST_NAME = 120;

/** The summary of a conversion for people, with a line feed at the end; lists with nothing in them are left out. */
export function convertSummary(facts: ConvertSummary): string {
  const { read, written, skipped, rejected, conversations } = facts;
  const lines = [
    `records read ${read} = written ${written} + skipped ${skipped} + rejected ${rejected}`,
    ...(conversations === written ? [] : [`conversations written ${conversations}`]),
    ...list("skipped", facts.skippedBy),
    ...list("rejected", facts.rejectedBy),
    ...list("dropped fields", facts.dropped, LOSS_REPORT),
    ...list("derived fields", facts.derived, LOSS_REPORT),
    ...list("unknown fields", facts.unknownFields, LOSS_REPORT),
    ...list("invented fields", facts.invented, LOSS_REPORT),
    ...list("findings", facts.findings),
  ];
  return `${lines.join("\n")}\n`;
}

const LOSS_REPORT = "; --loss-report FILE lists all";

/** A heading and one line an item: the counts right-aligned, the greatest first, equal ones by name. */
function list(heading: string, counts: ReadonlyMap<string, number>, where = ""): string[] {
  if (counts.size === 0) return [];
  const items = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const width = String(items[0]![1]).length;
  const lines = items
    .slice(0, LONGEST_LIST)
    .map(([name, count]) => `  ${String(count).padStart(width)}  ${shown(name)}`);
  if (items.length > LONGEST_LIST) lines.push(`  and ${items.length - LONGEST_LIST} more${where}`);
  return [`${heading}:`, ...lines];
}

function shown(name: string): string {
  return safeText(clip(name, LONGEST_NAME));
}
