import { ConvertCounts } from "../../convert/counts.ts";
import { FastPath } from "../../convert/fast/fast-path.ts";
import { foldParts, heldPart, writeFolded } from "../../convert/folding.ts";
import { readRecord, writeWhole } from "../../convert/read-record.ts";
import type { ConvertSettings } from "../../convert/types.ts";
import { isRejected } from "../../formats/examine.ts";
import type { InputRecord } from "../../input/types.ts";
import { stringifyJson } from "../../json/stringify.ts";
import { encodeUtf8 } from "../../json/text.ts";
import type { JsonObject } from "../../json/value.ts";
import { lastMsOf, lastMsOfBytes } from "./intake/last-message.ts";

/** A conversation as the endpoint gives it. */
export interface Rendered {
  /** Compact JSON; valid until the next conversation is rendered. */
  readonly bytes: Uint8Array;
  readonly lastMs: number;
}

/** Makes one conversation out of its records, as `chatx convert` does, and remembers nothing. */
export class Renderer {
  private readonly settings: ConvertSettings;
  private readonly fast: FastPath | undefined;
  private bytes: Uint8Array | undefined;

  constructor(settings: ConvertSettings) {
    this.settings = settings;
    const keep = (bytes: Uint8Array) => {
      this.bytes = bytes;
    };
    const sink = { converted: () => undefined, findings: () => undefined, convertedBytes: keep };
    this.fast = FastPath.of(settings, sink, { repeats: { seen: () => "new" }, counts: new ConvertCounts() });
  }

  /**
   * @param records  All parts of a conversation that is folded, in any order; else the one that tells it.
   * @returns Undefined where nothing is left to write.
   */
  render(records: readonly InputRecord[], isFolded: boolean): Rendered | undefined {
    if (isFolded) return this.ofValue(this.folded(records));
    const [record] = records;
    if (record === undefined) return undefined;
    if (this.fast?.take(record.bytes)) return { bytes: this.bytes!, lastMs: lastMsOfBytes(this.bytes!) };
    const reading = readRecord(record, this.settings);
    const written = reading.kind === "conversation" ? writeWhole(reading, this.settings) : undefined;
    return this.ofValue(typeof written === "object" ? written.value : undefined);
  }

  private folded(records: readonly InputRecord[]): JsonObject | undefined {
    const parts = records
      .map((record) => readRecord(record, this.settings))
      .filter((reading) => reading.kind === "conversation")
      .map(heldPart);
    if (parts.length === 0) return undefined;
    const { written, diagnostics, report, isEmpty } = writeFolded(foldParts(parts), this.settings);
    const isWrong = isRejected({ diagnostics, report }, this.settings.strict);
    return isEmpty || isWrong ? undefined : written.value;
  }

  private ofValue(value: JsonObject | undefined): Rendered | undefined {
    if (value === undefined) return undefined;
    return { bytes: encodeUtf8(stringifyJson(value)), lastMs: lastMsOf(value) };
  }
}
