import type { DiagnosticArgs, DiagnosticCode } from "../diagnostics/diagnostic.ts";
import type { Place } from "../diagnostics/finding.ts";

/** A name and the bytes behind it. The chunks may be of any size; none is changed or kept. */
export interface ByteSource {
  /** As the user named it; "<stdin>" for standard input. */
  readonly name: string;
  /** Size in bytes where it is known (a file that is not compressed), for progress. */
  readonly sizeBytes?: number;
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** What a capture record or a HAR entry tells about the request that carried the payload. */
export interface CaptureFacts {
  readonly method?: string;
  readonly url?: string;
  /** Names as captured, in order; a name may come several times. */
  readonly headers?: readonly (readonly [string, string])[];
  /** As written in the capture (ISO 8601). */
  readonly receivedAt?: string;
  /** Of a dead letter: the name its message had when it was given up (`chatx.identity`). */
  readonly identity?: string;
}

/** A capture record or an entry of a HAR, as it stands in the source. */
interface Carrier {
  readonly kind: "capture" | "har-entry";
  /** In bytes from the source's start. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Why a stretch of input is not a record that can be parsed. `offset`, `end`: bytes from the record's start. */
export type RecordProblem = {
  [C in DiagnosticCode]: {
    readonly code: C;
    readonly args: DiagnosticArgs[C];
    readonly offset: number;
    readonly end: number;
  };
}[DiagnosticCode];

/** A file inside a payload, opened by somebody who can read it. */
export interface EnclosedFile {
  /** JSON Pointer, in the payload, of the text that holds the file. */
  readonly pointer: string;
  /** The JSON text that is attached to it, as chatx attaches a conversation to its reports. */
  readonly attachment?: string;
  /** Its text, line by line. */
  readonly lines?: readonly { readonly page: number; readonly text: string }[];
  /** Why it cannot be read, in one clause. */
  readonly problem?: string;
}

/** One vendor payload and where it came from. */
export interface InputRecord {
  readonly source: string;
  /** Within its source, from 1. */
  readonly number: number;
  /** Where the payload starts. For a body inside a HAR or capture record: the start of the string that holds it. */
  readonly start: Place;
  /**
   * The payload's own bytes, without the white space and separators around it. Only valid until the next record
   * is asked for: copy them to keep them.
   */
  readonly bytes: Uint8Array;
  /** Where the payload stands in its document: "" (the document itself), "/3", "/conversations/3". */
  readonly pointer: string;
  /** For a payload inside a HAR or capture record: the pointer of the string that holds it. */
  readonly container?: string;
  readonly capture?: CaptureFacts;
  /** For a payload inside a HAR or capture record: what it is cut from. As long valid as `bytes`. */
  readonly carrier?: Carrier;
  /** What is in the files that the payload holds (a PDF in Base64), where the caller has opened them. */
  readonly enclosed?: readonly EnclosedFile[];
  /** Set where the record cannot be parsed at all; then `bytes` are what there is of it (maybe clipped). */
  readonly problem?: RecordProblem;
  /** Places of byte offsets into `bytes`, which must be ascending. */
  placesOf(offsets: readonly number[]): Place[];
}
