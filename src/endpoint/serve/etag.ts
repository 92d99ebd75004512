import { createHash } from "node:crypto";
import type { ConversationIndex, Snapshot } from "./index/conversation-index.ts";

/**
 * Names what an answer says: the same conversations, made of the same records under the same settings, have the same
 * name, also after a restart and in any coding. That is what a weak ETag promises.
 */
export class Etags {
  private readonly index: ConversationIndex;
  private readonly settings: string;
  /** Of the newest snapshot: making one looks at every conversation of the answer. */
  private revision = -1;
  private readonly known = new Map<number, string>();

  /** @param settings  Whatever else the bytes of an answer depend on. */
  constructor(index: ConversationIndex, settings: string) {
    this.index = index;
    this.settings = settings;
  }

  /** @param count  The answer holds so many of the newest conversations. */
  of(snapshot: Snapshot, count: number): string {
    if (snapshot.revision !== this.revision || this.known.size >= MOST_KNOWN) this.known.clear();
    this.revision = snapshot.revision;
    const tag = this.known.get(count) ?? this.make(snapshot, count);
    this.known.set(count, tag);
    return tag;
  }

  private make(snapshot: Snapshot, count: number): string {
    const hash = createHash("sha256").update(this.settings).update("\0");
    for (let at = 0; at < count; at += BATCH) {
      const words = [...snapshot.order.subarray(at, Math.min(count, at + BATCH))].flatMap((conversation) =>
        this.index.contentOf(conversation, snapshot),
      );
      hash.update(Uint32Array.from(words));
    }
    return `W/"${hash.digest("base64url").slice(0, 22)}"`;
  }
}

const MOST_KNOWN = 100;
const BATCH = 1024;

/** Whether an If-None-Match names the tag (RFC 9110, 13.1.2: compared weakly). */
export function isNamed(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === "*") return true;
  const opaque = (one: string) => one.trim().replace(/^W\//, "");
  return header.split(",").some((one) => opaque(one) === opaque(tag));
}
