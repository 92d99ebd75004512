import { type ExactNumber, numberFrom } from "../../../json/value.ts";
import { type Instant, instantFromMs, msOf } from "../../../model/time.ts";
import type { Edge, WriteContext } from "../../types.ts";

/** One body in the making: what was reported of it, and which model leaves had a part in which of its members. */
export class HookDraft {
  readonly edges: Edge[] = [];
  private readonly context: WriteContext;

  constructor(context: WriteContext) {
    this.context = context;
  }

  /** Notes that the member at `to` was worked out from these model leaves. */
  derive(to: string, from: readonly string[]): void {
    for (const leaf of from) this.edges.push({ from: leaf, to });
  }

  /** Notes that the member at `to` holds this model leaf, digit for digit. */
  carry(to: string, from: string): void {
    this.edges.push({ from, to, isCarried: true });
  }

  /** A member's value that was worked out from these model leaves. */
  compute<T>(to: string, from: readonly string[], value: T): T {
    this.derive(to, from);
    return value;
  }

  /** Reports a member that nothing in the model tells. */
  invent<T>(field: string, value: T, reason: string): T {
    this.context.report("convert/invented", "", { field, reason });
    return value;
  }

  /** Milliseconds since 1970 of a model time; what is finer is cut off and reported. */
  milliseconds(instant: Instant, pointer: string): number {
    const ms = msOf(instant);
    const written = instantFromMs(ms);
    if (written !== undefined && written !== instant) {
      this.context.report("convert/precision-lost", pointer, { found: instant, written });
    }
    return ms;
  }
}

const NUMBER = "-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?";
const WHOLE = new RegExp(`^${NUMBER}$`);
const OWN_ID = new RegExp(`^smartsupp-(${NUMBER})-(.*)$`, "s");

/** The number that a text spells, digit for digit; undefined when it spells none or not a whole one. */
export function wholeNumberFrom(text: string): number | ExactNumber | undefined {
  return WHOLE.test(text) && Number.isInteger(Number(text)) ? numberFrom(text) : undefined;
}

/** The two parts of an id that the Smartsupp readers gave; undefined for any other id. */
export function partsOfId(
  id: string,
): { readonly account: number | ExactNumber; readonly channel: string } | undefined {
  const [, account = "", channel = ""] = OWN_ID.exec(id) ?? [];
  const number = wholeNumberFrom(account);
  return number === undefined ? undefined : { account: number, channel };
}
