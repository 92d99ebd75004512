import type { Finding } from "../diagnostics/finding.ts";
import type { RecordVerdict } from "./types.ts";

/** A record with its findings; record 0 is the source itself. */
export interface Outcome {
  readonly source: string;
  readonly record: number;
  readonly verdict: RecordVerdict["verdict"];
  readonly findings: readonly Finding[];
}

/**
 * Brings the findings of a record and its verdict together, for reports with one entry a record. Findings that no
 * verdict follows (those of a source itself, or ones that come late) make an entry of their own. Held are
 * only the findings since the last verdict.
 *
 * @param emit  Turns one entry into text.
 */
export function outcomeCollector(emit: (outcome: Outcome) => string) {
  let held: Finding[] = [];

  function release(): string {
    const groups = new Map<string, Finding[]>();
    for (const finding of held) {
      const key = JSON.stringify([finding.source, finding.record]);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [finding]);
      else group.push(finding);
    }
    held = [];
    return [...groups.values()].map((findings) => emit(withoutVerdict(findings))).join("");
  }

  return {
    finding(finding: Finding): void {
      held.push(finding);
    },
    record(record: RecordVerdict): string {
      const isOwn = (finding: Finding) =>
        finding.source === record.source && finding.record === record.record;
      const findings = held.filter(isOwn);
      held = held.filter((finding) => !isOwn(finding));
      return release() + emit({ ...record, findings });
    },
    /** The entries of what is still held. */
    end: release,
  };
}

function withoutVerdict(findings: readonly Finding[]): Outcome {
  const { source, record } = findings[0]!;
  const verdict = findings.some(({ severity }) => severity === "error") ? "invalid" : "valid";
  return { source, record, verdict, findings };
}
