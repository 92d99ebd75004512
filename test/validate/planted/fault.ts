import type { DiagnosticCode } from "../../../src/diagnostics/diagnostic.ts";
import { cutBehind, edited, hasRawBytes } from "./marked-text.ts";
import { type Layout, payload } from "./payloads.ts";

export type FormatId = "ferndesk" | "smartsupp" | "smartsupp-event" | "userlike" | "userlike-legacy" | "jtel";

/** One fault, planted into the text of a sound payload, and the one finding that it must give. */
export interface Fault {
  readonly name: string;
  readonly format: FormatId;
  /** The payload's fixture; see `payload`. */
  readonly base: string;
  /** Pairs of what is replaced (see `edited`; "" is the whole payload) and what is put there, with one marker. */
  readonly edits?: readonly (readonly [at: string, put: string])[];
  /** The payload ends behind this, with the marker there. */
  readonly cutBehind?: string;
  readonly code: DiagnosticCode;
  /** Within the payload. */
  readonly pointer: string;
  /** Facts that the finding must have among others; `nearest: undefined` asks for none. */
  readonly args?: Readonly<Record<string, unknown>>;
  /** Only in payloads that are laid out so: elsewhere the same slip is another fault. */
  readonly only?: "compact" | "pretty";
  /** Whether the format is named by the user rather than detected. */
  readonly isFormatGiven?: boolean;
  /** The fixture whose id it has; the finding needs that one before it. */
  readonly isLikeNeighbour?: string;
  /** Brackets do not balance, or a string has no end: on one line nothing shows where the next record starts. */
  readonly swallowsList?: boolean;
}

/** A list of faults of one format and one code. */
export function faults(
  format: FormatId,
  base: string,
  list: readonly (Omit<Fault, "format" | "base"> & { readonly base?: string })[],
): Fault[] {
  return list.map((fault) => ({ format, base, ...fault }));
}

/** The payload's text in a layout, with the fault and its marker. */
export function planted(fault: Fault, layout: Layout): string {
  let text = payload(fault.base, layout);
  for (const [at, put] of fault.edits ?? []) text = at === "" ? put : edited(text, at, put);
  return fault.cutBehind === undefined ? text : `${cutBehind(text, fault.cutBehind)}⟦`;
}

/** Whether the payload still is JSON, so that what follows it stands where it should. */
export function isSoundJson(fault: Fault): boolean {
  return !fault.code.startsWith("json/") || fault.code === "json/duplicate-key";
}

export function hasBadBytes(fault: Fault): boolean {
  return (fault.edits ?? []).some(([, put]) => hasRawBytes(put));
}
