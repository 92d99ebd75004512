import type { Conversation } from "../../../model/conversation.ts";
import { type Instant, msOf } from "../../../model/time.ts";
import { timeBounds } from "./computed.ts";
import type { HookDraft } from "./draft.ts";

/** A moment and the model leaf that tells it; no leaf for an invented one. */
interface Moment {
  readonly ms: number;
  readonly leaf?: string;
}

export interface Times {
  readonly begin: Moment;
  readonly end: Moment;
}

/** `beginAt` and `endAt`: the model's own times, else those of the earliest and the latest message, else each other. */
export function encodeTimes(conversation: Conversation, draft: HookDraft): Times {
  const { startedAt, endedAt, messages } = conversation;
  const { earliest, latest } = timeBounds(messages);
  const begin = momentOf(startedAt, "/startedAt", draft) ?? messageMoment(conversation, earliest);
  const end = momentOf(endedAt, "/endedAt", draft) ?? messageMoment(conversation, latest);
  return {
    begin: settle("/beginAt", startedAt, begin ?? end, draft),
    end: settle("/endAt", endedAt, end ?? begin, draft),
  };
}

function momentOf(instant: Instant | undefined, leaf: string, draft: HookDraft): Moment | undefined {
  return instant === undefined ? undefined : { ms: draft.milliseconds(instant, leaf), leaf };
}

function messageMoment({ messages }: Conversation, index: number): Moment | undefined {
  const message = messages[index];
  return message === undefined ? undefined : { ms: msOf(message.sentAt), leaf: `/messages/${index}/sentAt` };
}

function settle(to: string, own: Instant | undefined, moment: Moment | undefined, draft: HookDraft): Moment {
  if (moment === undefined) return { ms: draft.invent(to, 0, "nothing in the conversation has a time") };
  if (own === undefined && moment.leaf !== undefined) draft.derive(to, [moment.leaf]);
  return moment;
}
