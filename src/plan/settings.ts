import type { FormatAdapter } from "../formats/types.ts";
import type { TimeZone } from "../model/time.ts";
import type { Order, PlanOptions } from "../replay/plan.ts";

/** What decides which messages there are; the same settings and inputs give the same messages. */
export interface PlanSettings extends Omit<PlanOptions, "renderer" | "order"> {
  readonly order: Order;
  /** Format that is read; undefined: detected. */
  readonly from?: FormatAdapter;
  /** Format that records are converted to before they are sent. */
  readonly to?: FormatAdapter;
  readonly zone: TimeZone;
  readonly zoneIsGiven: boolean;
}

/** The method in upper case. Undefined for what is none, and for CONNECT, TRACE and HEAD, which carry no message or no answer. */
export function sendableMethod(text: string): string | undefined {
  const isMethod = /^[A-Za-z][A-Za-z0-9!#$%&'*+.^_`|~-]{0,19}$/.test(text);
  return isMethod && !/^(?:connect|trace|head)$/i.test(text) ? text.toUpperCase() : undefined;
}
