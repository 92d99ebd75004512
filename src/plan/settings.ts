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
