import type { DiagnosticCode } from "../diagnostics/diagnostic.ts";
import type { Placed } from "../diagnostics/place.ts";
import { fieldName } from "./places.ts";
import { Tally } from "./tally.ts";
import type { ConvertSummary } from "./types.ts";

/** What a conversion came to, while it is still counted. */
export class ConvertCounts {
  read = 0;
  written = 0;
  conversations = 0;
  readonly skipped = new Tally();
  readonly rejected = new Tally<DiagnosticCode>();
  readonly dropped = new Tally();
  readonly derived = new Tally();
  private readonly unknownFields = new Tally();
  private readonly invented = new Tally();
  private readonly findings = new Tally<DiagnosticCode>();

  addFinding(diagnostic: Placed): void {
    this.findings.add(diagnostic.code);
    if (diagnostic.code === "schema/unknown-field") this.unknownFields.add(fieldName(diagnostic.pointer));
    else if (diagnostic.code === "convert/invented") this.invented.add(fieldName(diagnostic.args.field));
  }

  summary(): ConvertSummary {
    const { read, written, conversations } = this;
    return {
      read,
      written,
      conversations,
      skipped: this.skipped.total,
      rejected: this.rejected.total,
      skippedBy: this.skipped.counts,
      rejectedBy: this.rejected.counts,
      dropped: this.dropped.counts,
      derived: this.derived.counts,
      unknownFields: this.unknownFields.counts,
      invented: this.invented.counts,
      findings: this.findings.counts,
    };
  }
}
