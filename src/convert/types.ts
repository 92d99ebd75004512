import type { DiagnosticCode } from "../diagnostics/diagnostic.ts";
import type { Finding } from "../diagnostics/finding.ts";
import type { FormatAdapter, TargetFormat } from "../formats/types.ts";
import type { InputRecord } from "../input/types.ts";
import type { JsonObject } from "../json/value.ts";
import type { Conversation } from "../model/conversation.ts";
import type { Instant, TimeZone } from "../model/time.ts";

export interface ConvertSettings {
  readonly to: TargetFormat;
  /** Undefined: detected for each record. */
  readonly from?: FormatAdapter;
  readonly zone: TimeZone;
  readonly zoneIsGiven: boolean;
  readonly agentRole: "agent" | "support_agent";
  readonly systemMessages: "drop" | "agent";
  /** Warnings reject their record, as errors do. */
  readonly strict: boolean;
  /** Hold whole conversations too, and of repeats take the most complete one. */
  readonly fold: boolean;
  /** Only conversations whose last message is of this moment or later. */
  readonly since?: Instant;
  /** Only conversations whose last message is before this moment. */
  readonly until?: Instant;
  /** Only the conversations of one share of many; `index` counts from 1. */
  readonly shard?: { readonly index: number; readonly count: number };
  /** The URL of a conversation that has none. */
  readonly urlFor?: ((conversation: Conversation) => string | undefined) | undefined;
}

/** What became of one leaf of a record (or, for `invented`, of the output). */
export interface LossEntry {
  readonly source: string;
  readonly record: number;
  /** The leaf's JSON Pointer in its document, as in findings; "" for something invented. */
  readonly pointer: string;
  /** The leaf's name without array indexes: `messages[].from`. */
  readonly field: string;
  /**
   * carried: the value can be had back from the output; so can a null where its absence says the same, and a leaf that
   * says once more what another says that is carried. derived: it only has a part in the output.
   * dropped: nothing of it is in the output. invented: the output holds something that no input tells.
   */
  readonly fate: "carried" | "derived" | "dropped" | "invented";
  /** JSON Pointers in the written conversation; `*` for every message. Empty for dropped, and for null without a place. */
  readonly to: readonly string[];
  readonly reason?: string;
}

/** One written conversation. */
export interface Converted {
  readonly id: string;
  /** Plain data in the target's shape; numbers may be ExactNumber, which `stringifyJson` writes. */
  readonly value: JsonObject;
  /** The format that was read. */
  readonly from: string;
  readonly source: string;
  /** The record it came from; of several, the first. */
  readonly record: number;
}

/** Where the results go, one call at a time, in the order of the output. */
export interface ConvertSink {
  /** @param model  What was written, in the neutral model. */
  converted(conversation: Converted, model: Conversation): void;
  /**
   * A written conversation as the bytes of its compact JSON text, which are valid during the call only. Where it is
   * there, records of the usual shape come this way, and nothing else is told of them but what the summary counts.
   */
  convertedBytes?(conversation: Uint8Array): void;
  /** Findings of one record, in document order. */
  findings(findings: readonly Finding[]): void;
  /** A record of which nothing is written because it is wrong. Its bytes are valid during the call only. */
  rejected?(record: InputRecord, findings: readonly Finding[]): void;
  /** Only called when it is there: following every leaf takes time. */
  loss?(entry: LossEntry): void;
}

/** What a conversion came to: `read` is always `written + skipped + rejected`. */
export interface ConvertSummary {
  readonly read: number;
  /** Records that are in the output. */
  readonly written: number;
  /** How many conversations the written records make; events of one conversation are folded into it. */
  readonly conversations: number;
  readonly skipped: number;
  readonly rejected: number;
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
