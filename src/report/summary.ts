import type { DiagnosticCode } from "../diagnostics/diagnostic.ts";
import { clip } from "../diagnostics/quote.ts";
import { safeText } from "./safe.ts";

/** What a conversion came to: `read` is always `written + skipped + rejected`. */
export interface ConvertSummaryFacts {
  readonly read: number;
  readonly written: number;
  readonly skipped: number;
  readonly rejected: number;
  /** How many conversations the written records make; events of one conversation are folded into it. */
  readonly conversations?: number;
  /** Records by the reason for which they were skipped. */
  readonly skippedBy: ReadonlyMap<string, number>;
  /** Records by the code that rejected them. */
  readonly rejectedBy: ReadonlyMap<DiagnosticCode, number>;
  /** Leaves of the input by field: left out, of which only a part is in the output, and not known to the format. */
  readonly dropped: ReadonlyMap<string, number>;
  readonly derived: ReadonlyMap<string, number>;
  readonly unknownFields: ReadonlyMap<string, number>;
  /** Leaves of the output by field that nothing in the input tells. */
  readonly invented: ReadonlyMap<string, number>;
  readonly findings: ReadonlyMap<DiagnosticCode, number>;
}

const LONGEST_LIST = 12;
const LONGEST_NAME = 120;

/** The summary of a conversion for people, with a line feed at the end; lists with nothing in them are left out. */
export function convertSummary(facts: ConvertSummaryFacts): string {
  const { read, written, skipped, rejected, conversations = written } = facts;
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
