import { inventedId } from "../formats/invented-id.ts";
import type { Conversation } from "../model/conversation.ts";
import { compareInstants, latest } from "../model/time.ts";
import type { ConvertSettings } from "./types.ts";

/** Why a conversation is not wanted; undefined when it is. The words are those of the summary. */
export function whyUnwanted(conversation: Conversation, settings: ConvertSettings): string | undefined {
  const { since, until, shard } = settings;
  if (shard !== undefined && inventedId(conversation.id) % shard.count !== shard.index - 1) {
    return "in another shard";
  }
  if (since === undefined && until === undefined) return undefined;
  const last = latest(conversation.messages.map((message) => message.sentAt));
  if (last === undefined) return undefined;
  if (since !== undefined && compareInstants(last, since) < 0) return "before --since";
  if (until !== undefined && compareInstants(last, until) >= 0) return "not before --until";
  return undefined;
}
