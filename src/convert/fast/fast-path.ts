import { isUtf8 } from "node:buffer";
import type { RepeatTable } from "../../repeats/repeat-table.ts";
import type { ConvertCounts } from "../counts.ts";
import type { ConvertSettings, ConvertSink } from "../types.ts";
import { LeafCounts } from "./hook-leaves.ts";
import { HookMatcher } from "./hook-matcher.ts";

/** What the fast path shares with the plain one. */
interface Shared {
  /** Told of every record that would be accepted; it is accepted when it is new. */
  readonly repeats: Pick<RepeatTable, "seen">;
  readonly counts: ConvertCounts;
}

/**
 * Smartsupp hook bodies to Ferndesk, from bytes to bytes, for settings under which a record that holds no surprise says
 * nothing but its conversation. Whatever is not plainly such a record is left alone, and then nothing has been
 * changed: the plain path decides. A test holds the two against each other.
 */
export class FastPath {
  private readonly leaves: LeafCounts;
  private readonly matcher: HookMatcher;
  private readonly shared: Shared;
  private readonly write: (conversation: Uint8Array) => void;

  /** The fast path for a conversion; undefined where settings or sink want more than it does. */
  static of(settings: ConvertSettings, sink: ConvertSink, shared: Shared): FastPath | undefined {
    const { convertedBytes } = sink;
    if (convertedBytes === undefined || sink.loss !== undefined) return undefined;
    const { to, from, fold, since, until, shard, urlFor, systemMessages } = settings;
    const isPair = to.id === "ferndesk" && (from === undefined || from.id === "smartsupp");
    const isAll = since === undefined && until === undefined && shard === undefined;
    if (!isPair || !isAll || fold || urlFor !== undefined || systemMessages !== "drop") return undefined;
    return new FastPath(settings.agentRole, shared, (bytes) => convertedBytes.call(sink, bytes));
  }

  private constructor(agentRole: string, shared: Shared, write: (conversation: Uint8Array) => void) {
    this.leaves = new LeafCounts(shared.counts);
    this.matcher = new HookMatcher(agentRole, this.leaves);
    this.shared = shared;
    this.write = write;
  }

  /** Converts the record that begins at `start`. @returns Where it ends; -1 where it is left to the plain path. */
  takeFrom(bytes: Uint8Array, start: number, end: number): number {
    const recordEnd = this.matcher.match(bytes, start, end);
    if (recordEnd < 0) return -1;
    // Not `subarray`: that of a Buffer takes much longer.
    const record = new Uint8Array(bytes.buffer, bytes.byteOffset + start, recordEnd - start);
    return this.accept(record) ? recordEnd : -1;
  }

  /** Converts a record. @returns Whether it did; if not, it is left to the plain path. */
  take(record: Uint8Array): boolean {
    return this.matcher.match(record, 0, record.length) === record.length && this.accept(record);
  }

  /** The last checks, then the results. `seen` does not remember a repeat, so the plain path finds it once more. */
  private accept(record: Uint8Array): boolean {
    const { leaves, matcher } = this;
    const { repeats, counts } = this.shared;
    if (!isUtf8(record) || !leaves.canAccept()) return false;
    if (repeats.seen(matcher.writer.id, record) !== "new") return false;
    leaves.accept();
    counts.read++;
    counts.written++;
    counts.conversations++;
    this.write(matcher.writer.result);
    return true;
  }

  /** Adds what was counted to the tallies, once all records were read. */
  settle(): void {
    this.leaves.settle();
  }
}
