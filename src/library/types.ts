/** Bytes or text in any of the shapes that the command reads (JSON, array, JSON Lines, HAR, gzip …), whole or in chunks. */
export type ChatInput =
  | string
  | Uint8Array
  | Iterable<Uint8Array | string>
  | AsyncIterable<Uint8Array | string>;

/** What all functions that read payloads take. */
export interface ReadOptions {
  /** Name of the input in findings; "<input>" when left out. */
  readonly source?: string;
  /** Longest record in bytes; 64 MiB when left out. */
  readonly maxRecordBytes?: number;
  /** Most bytes that a gzip input may inflate to; 64 GiB when left out. */
  readonly maxInflatedBytes?: number;
}

/** A format that chatx knows. Plain data. */
export interface FormatInfo {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly docsUrl: string;
  /** whole: a record is a conversation; snapshots, events: several records make one. */
  readonly records: "whole" | "snapshots" | "events";
  readonly canWrite: boolean;
  /** Places of the model that survive writing and reading back. */
  readonly carries: readonly string[];
}

/** What a document was taken for. */
export interface DetectedFormat {
  /** The id; undefined where no format is sure enough. */
  readonly format?: string;
  /** Every format with its certainty (0 no … 1 certain) and the reason, the surest first. */
  readonly candidates: readonly { readonly format: string; readonly score: number; readonly why: string }[];
}
