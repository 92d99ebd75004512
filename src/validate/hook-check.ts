import { isUtf8 } from "node:buffer";
import { LeafCounts } from "../convert/fast/hook-leaves.ts";
import { HookMatcher } from "../convert/fast/hook-matcher.ts";
import { Tally } from "../convert/tally.ts";

/**
 * Judges Smartsupp hook bodies straight from their bytes. Of a body that the fast path of `convert` would take there is
 * nothing to report, neither of its shape nor of its meaning. Whatever is not plainly such a body is left alone.
 */
export class HookCheck {
  private readonly matcher = new HookMatcher(
    "agent",
    new LeafCounts({ dropped: new Tally(), derived: new Tally() }),
  );

  /** Where the sound body ends that begins at `start`; -1 for anything else. */
  match(bytes: Uint8Array, start: number, end: number): number {
    const recordEnd = this.matcher.match(bytes, start, end);
    if (recordEnd < 0) return -1;
    return isUtf8(new Uint8Array(bytes.buffer, bytes.byteOffset + start, recordEnd - start)) ? recordEnd : -1;
  }

  /** What makes the conversation of the last match this one and no other, as the format's `identity` says it. */
  get id(): string {
    return this.matcher.writer.id;
  }
}
