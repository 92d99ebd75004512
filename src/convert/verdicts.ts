import { severityOf } from "../diagnostics/catalogue.ts";
import type { Finding } from "../diagnostics/finding.ts";
import { findingsOf, type Placed, type PlacedText } from "../diagnostics/place.ts";
import type { Examined } from "../formats/examine.ts";
import type { InputRecord } from "../input/types.ts";
import type { ConvertCounts } from "./counts.ts";
import { fieldName } from "./places.ts";
import type { ConvertSettings, ConvertSink } from "./types.ts";

/** Says what became of each record: counts it, and hands its findings on. */
export class Verdicts {
  private readonly settings: ConvertSettings;
  private readonly sink: ConvertSink;
  private readonly counts: ConvertCounts;
  private readonly zonesReported = new Set<string>();

  constructor(settings: ConvertSettings, sink: ConvertSink, counts: ConvertCounts) {
    this.settings = settings;
    this.sink = sink;
    this.counts = counts;
  }

  /** The record is in the output. @returns True, as it was accepted. */
  accept(record: InputRecord, examined: Examined): true {
    this.counts.written++;
    this.publish(record, examined);
    return true;
  }

  /** There is nothing to write of it. @returns True, as it was accepted. */
  skip(record: InputRecord, examined: Examined, what: string): true {
    this.counts.skipped.add(what);
    this.publish(record, examined);
    return true;
  }

  /** It is wrong. @returns False. */
  reject(record: InputRecord, examined: Examined): false {
    const { strict } = this.settings;
    const error = examined.diagnostics.find(({ code }) => severityOf(code, strict) === "error");
    this.counts.rejected.add(error?.code ?? "decode/time-unknown");
    const findings = this.publish(record, examined);
    this.sink.rejected?.(record, findings);
    return false;
  }

  /** Hands on the findings of a record whose verdict comes later, or is told otherwise. */
  publish(record: InputRecord, examined: Examined): Finding[] {
    const diagnostics = examined.diagnostics.filter((diagnostic) => this.isNews(record.source, diagnostic));
    if (diagnostics.length === 0) return [];
    this.count(diagnostics, record);
    const format = examined.format?.id;
    const findings = findingsOf(record, examined.text, diagnostics, {
      strict: this.settings.strict,
      ...(format === undefined ? {} : { format }),
    });
    this.sink.findings(findings);
    return findings;
  }

  /** Members that no record holds: unknown, and lost. @returns False under `strict`. */
  beside(part: PlacedText, members: readonly Placed[]): boolean {
    const { strict } = this.settings;
    for (const member of members) {
      const field = fieldName(member.pointer);
      const { source, number } = part;
      this.counts.addFinding(member);
      this.counts.dropped.add(field);
      const reason = "no conversation holds it";
      const { pointer } = member;
      this.sink.loss?.({ source, record: number, pointer, field, fate: "dropped", to: [], reason });
    }
    this.sink.findings(findingsOf(part, undefined, members, { strict }));
    return !strict;
  }

  /** An assumed time zone is worth one line for a source, not one for every time. */
  private isNews(source: string, diagnostic: Placed): boolean {
    if (diagnostic.code !== "decode/zone-assumed" || this.settings.strict) return true;
    if (this.zonesReported.has(source)) return false;
    this.zonesReported.add(source);
    return true;
  }

  private count(diagnostics: readonly Placed[], { source, number }: InputRecord): void {
    for (const diagnostic of diagnostics) {
      this.counts.addFinding(diagnostic);
      if (diagnostic.code !== "convert/invented") continue;
      const { field, reason } = diagnostic.args;
      this.sink.loss?.({
        source,
        record: number,
        pointer: "",
        field: fieldName(field),
        fate: "invented",
        to: [field],
        reason,
      });
    }
  }
}
