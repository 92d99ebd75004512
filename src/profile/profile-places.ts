import { severityOf } from "../diagnostics/catalogue.ts";
import type { DiagnosticArgs, DiagnosticCode } from "../diagnostics/diagnostic.ts";
import type { Finding, Place } from "../diagnostics/finding.ts";
import { findingsOf, type Placed } from "../diagnostics/place.ts";
import { parentOf } from "../json/pointer.ts";
import { decodeUtf8, encodeUtf8 } from "../json/text.ts";
import type { Stretch } from "./located-text.ts";
import type { YamlFile } from "./read-yaml.ts";

/** Gives findings their places in the file. */
export class ProfilePlaces {
  readonly source: string;
  private readonly text: string;
  private readonly bytes: Uint8Array;

  constructor(text: string, source: string) {
    this.text = text;
    this.source = source;
    this.bytes = encodeUtf8(text);
  }

  finding<C extends DiagnosticCode>(
    code: C,
    args: DiagnosticArgs[C],
    pointer: string,
    units: Stretch,
  ): Finding {
    const diagnostic = { code, args, pointer, target: "value", units } as unknown as Placed;
    const record = {
      source: this.source,
      number: 1,
      pointer: "",
      bytes: this.bytes,
      placesOf: (offsets: readonly number[]) => offsets.map((offset) => this.placeOf(offset)),
    };
    const [finding] = findingsOf(record, this.text, [diagnostic], { strict: severityOf(code) === "warning" });
    return finding!;
  }

  lineOf(file: YamlFile, pointer: string): number {
    let at = pointer;
    while (at !== "" && !file.places.has(at)) at = parentOf(at);
    const place = file.places.get(at);
    const start = place?.key?.start ?? place?.value.start ?? 0;
    return this.text.slice(0, start).split("\n").length;
  }

  private placeOf(offset: number): Place {
    const before = decodeUtf8(this.bytes.subarray(0, offset)) ?? "";
    const lineStart = before.lastIndexOf("\n") + 1;
    return { offset, line: before.split("\n").length, column: before.length - lineStart + 1 };
  }
}
