import type { InputRecord } from "../../input/types.ts";
import type { ConversationIndex, Snapshot } from "./index/conversation-index.ts";
import { SourceChanged } from "./recall/open-files.ts";
import type { Sources } from "./recall/sources.ts";
import type { Renderer } from "./renderer.ts";

/** Conversations whose records are read at the same time. */
const BATCH = 16;
/** A piece of the document is sent when it has come to this. */
const PIECE_BYTES = 64 * 1024;

const HEAD = Buffer.from('{"conversations":[');
const TAIL = Buffer.from("\n]}\n");
const EMPTY_TAIL = Buffer.from("]}\n");
const FIRST = Buffer.from("\n");
const NEXT = Buffer.from(",\n");

export interface DocumentParts {
  readonly index: ConversationIndex;
  readonly sources: Sources;
  readonly renderer: Renderer;
  /**
   * Brings the index up to date with files that have moved since the last look.
   *
   * @throws {SourceChanged} Where nobody looks at them again.
   */
  readonly catchUp: (error: SourceChanged) => Promise<void>;
}

/**
 * A Ferndesk document of the newest conversations of a snapshot, piece by piece. No more than a batch of them is in
 * memory. It throws where a record cannot be read again; what came out before is then no whole JSON, so nobody can take
 * it for one.
 *
 * @param count  So many, from the newest on.
 * @throws {SourceChanged} And errors of the file system.
 */
export async function* documentStream(
  parts: DocumentParts,
  snapshot: Snapshot,
  count: number,
): AsyncGenerator<Buffer, void, undefined> {
  const { index, renderer } = parts;
  let pieces: Buffer[] = [HEAD];
  let bytes = HEAD.length;
  const gather = (piece: Buffer) => {
    pieces.push(piece);
    bytes += piece.length;
  };
  for (let at = 0; at < count; at += BATCH) {
    const conversations = [...snapshot.order.subarray(at, Math.min(count, at + BATCH))];
    const records = await Promise.all(
      conversations.map((conversation) => recordsOf(parts, conversation, snapshot)),
    );
    for (const [k, conversation] of conversations.entries()) {
      const rendered = renderer.render(records[k]!, index.isFolded(conversation));
      // What told it has gone.
      if (rendered === undefined) throw new SourceChanged("a file", false);
      gather(at + k === 0 ? FIRST : NEXT);
      // What the renderer gives is only valid until the next one.
      gather(Buffer.from(rendered.bytes));
      if (bytes < PIECE_BYTES) continue;
      yield Buffer.concat(pieces);
      pieces = [];
      bytes = 0;
    }
  }
  gather(count === 0 ? EMPTY_TAIL : TAIL);
  yield Buffer.concat(pieces);
}

/** The records of a conversation, also where their file was renamed or compressed a moment ago. */
async function recordsOf(
  parts: DocumentParts,
  conversation: number,
  snapshot: Snapshot,
): Promise<InputRecord[]> {
  const { index, sources } = parts;
  const read = () =>
    Promise.all(index.slicesOf(conversation, snapshot).map((slice) => sources.recordOf(slice)));
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof SourceChanged)) throw error;
    await parts.catchUp(error);
    return await read();
  }
}
