import type { SendResult } from "../transport/types.ts";
import type { MessageState, ReplaySummary } from "./types.ts";

/** Why a run ends before its end. */
export interface StopReason {
  /** interrupted, max-failures, endpoint-down, endpoint-gone, credentials-refused, … */
  readonly code: string;
  readonly reason: string;
}

/** Counts a run; the sums hold at every moment, with `pending` for what has no outcome yet. */
export class RunTally {
  private readonly counts = { delivered: 0, failed: 0, unknown: 0, held: 0, pending: 0 };
  private deliveredBefore = 0;
  private failedBefore = 0;
  private planned = 0;
  private attempts = 0;
  private readonly statuses = new Map<number, number>();
  private readonly faults = new Map<string, number>();

  plan(): void {
    this.planned++;
  }

  before(state: "delivered" | "failed"): void {
    this.counts[state]++;
    if (state === "delivered") this.deliveredBefore++;
    else this.failedBefore++;
  }

  outcome(state: MessageState): void {
    this.counts[state]++;
  }

  exchange(result: SendResult): void {
    this.attempts++;
    if (result.kind === "answer") count(this.statuses, result.status);
    else count(this.faults, result.code);
  }

  /** Failed and unknown in this run, and all that were tried to the end in it; for --max-failures. */
  get judged(): { readonly bad: number; readonly all: number } {
    const { delivered, failed, unknown } = this.counts;
    const bad = failed - this.failedBefore + unknown;
    return { bad, all: bad + delivered - this.deliveredBefore };
  }

  summary(elapsedMs: number, stopped: StopReason | undefined): ReplaySummary {
    const { delivered, failed, unknown, held } = this.counts;
    return {
      planned: this.planned,
      delivered,
      deliveredBefore: this.deliveredBefore,
      failed,
      failedBefore: this.failedBefore,
      unknown,
      held,
      pending: this.planned - delivered - failed - unknown - held,
      attempts: this.attempts,
      statuses: new Map(this.statuses),
      faults: new Map(this.faults),
      elapsedMs,
      ...(stopped === undefined ? {} : { stopped }),
    };
  }
}

function count<K>(map: Map<K, number>, key: K): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}

/** `--max-failures`: a number, or a share of what was tried to the end. */
export type MaxFailures =
  | { readonly kind: "number"; readonly most: number }
  | { readonly kind: "share"; readonly percent: number };

/** Before so many messages a share says little. */
const FEWEST_FOR_SHARE = 20;

/** Reads `10` or `2.5%`. @returns undefined for other text, 0, or more than 100 %. */
export function maxFailuresFrom(text: string): MaxFailures | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(%?)$/.exec(text);
  const amount = Number(match?.[1]);
  if (match === null || !(amount > 0)) return undefined;
  if (match[2] === "%") return amount <= 100 ? { kind: "share", percent: amount } : undefined;
  return Number.isInteger(amount) ? { kind: "number", most: amount } : undefined;
}

/** Whether the run has failed enough: at the Nth failure, or when N % of at least 20 messages failed. */
export function isTooMany(limit: MaxFailures, { bad, all }: RunTally["judged"]): boolean {
  if (limit.kind === "number") return bad >= limit.most;
  return all >= FEWEST_FOR_SHARE && bad * 100 >= limit.percent * all;
}
