import type { InputRecord } from "../../../input/types.ts";
import type { ConversationIndex } from "../index/conversation-index.ts";
import type { Slice } from "../index/slices.ts";
import { SourceChanged } from "../recall/open-files.ts";
import type { Sources } from "../recall/sources.ts";
import type { Renderer } from "../renderer.ts";

/** Conversations whose records are read at the same time. */
const BATCH = 64;

/**
 * Reads the records of stale conversations again, to know their last messages. What is folded out of parts has none
 * before all of them are there.
 */
export async function refresh(
  index: ConversationIndex,
  sources: Sources,
  renderer: Renderer,
  signal: AbortSignal,
): Promise<void> {
  let batch: { readonly conversation: number; readonly slices: Slice[] }[] = [];
  const settleBatch = async () => {
    signal.throwIfAborted();
    const records = await Promise.all(batch.map(({ slices }) => recordsOf(slices, sources)));
    for (const [k, { conversation }] of batch.entries()) {
      const rendered = renderer.render(records[k]!, index.isFolded(conversation));
      index.setLast(conversation, rendered?.lastMs);
    }
    batch = [];
  };
  for (const stale of index.stale()) {
    batch.push(stale);
    if (batch.length === BATCH) await settleBatch();
  }
  await settleBatch();
}

/** A file that has changed under us is found by the next scan; until then its records count as none. */
async function recordsOf(slices: readonly Slice[], sources: Sources): Promise<InputRecord[]> {
  const records = await Promise.all(
    slices.map((slice) =>
      sources.recordOf(slice).catch((error: unknown) => {
        if (error instanceof SourceChanged) return undefined;
        throw error;
      }),
    ),
  );
  return records.filter((record) => record !== undefined);
}
