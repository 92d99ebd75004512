import type { Json, JsonObject } from "../../../json/value.ts";
import type { Conversation, Message } from "../../../model/conversation.ts";
import { inventedId } from "../../invented-id.ts";
import type { WriteContext, WriteResult } from "../../types.ts";
import { encodeChannel } from "./channel.ts";
import { HookDraft, partsOfId, wholeNumberFrom } from "./draft.ts";
import { fromOf, triggeredByOf, typeOf } from "./sender.ts";
import { encodeTimes } from "./times.ts";

/**
 * One conversation in today's revision of the hook body: documented members in documented order, prefixed `from`,
 * `group`. What the model does not tell is computed from the messages (edges say from which) or invented (reported);
 * a visitor fact that is not known is null.
 */
export function encodeHook(conversation: Conversation, context: WriteContext): WriteResult {
  const draft = new HookDraft(context);
  const ids = encodeIds(conversation, draft);
  const messages = conversation.messages.map((message, index) => encodeMessage(message, index, draft));
  const times = encodeTimes(conversation, draft);
  const value: JsonObject = {
    accountId: ids.account,
    beginAt: times.begin.ms,
    endAt: times.end.ms,
    channel: encodeChannel(conversation, ids.channel, times, draft),
    visitor: encodeVisitor(conversation, draft),
    paths: (conversation.pages ?? []).map(({ url, title }) => ({ url: url ?? null, title: title ?? null })),
    messages,
  };
  const messageIndex = conversation.messages.map((_, index) => index);
  return { value, messageIndex, ...(draft.edges.length === 0 ? {} : { edges: draft.edges }) };
}

function encodeIds(
  conversation: Conversation,
  draft: HookDraft,
): { readonly account: Json; readonly channel: Json } {
  const { id } = conversation;
  const parts = partsOfId(id);
  const own = wholeNumberFrom(parts?.channel ?? "");
  if (parts !== undefined) draft.carry("/accountId", "/id");
  if (own === undefined) draft.derive("/channel/id", ["/id"]);
  else draft.carry("/channel/id", "/id");
  const account =
    parts?.account ?? draft.invent("/accountId", 0, "the conversation names no Smartsupp account");
  const channel =
    own ??
    draft.invent(
      "/channel/id",
      inventedId(id),
      "the conversation has no numeric Smartsupp id; it is made of its own id",
    );
  return { account, channel };
}

function encodeVisitor({ visitor = {} }: Conversation, draft: HookDraft): JsonObject {
  return {
    id: encodeVisitorId(visitor.id, draft),
    name: visitor.name ?? null,
    email: visitor.email ?? null,
    note: visitor.note ?? null,
    group: visitor.group ?? null,
    ipAddress: visitor.ipAddress ?? null,
    city: visitor.city ?? null,
    countryCode: visitor.countryCode ?? null,
    country: visitor.country ?? null,
    userAgent: visitor.userAgent ?? null,
    platform: visitor.platform ?? null,
    referer: visitor.referrer ?? null,
    variables: visitor.variables ?? {},
  };
}

function encodeVisitorId(id: string | undefined, draft: HookDraft): Json {
  if (id === undefined) return null;
  const number = wholeNumberFrom(id);
  if (number !== undefined) {
    draft.carry("/visitor/id", "/visitor/id");
    return number;
  }
  draft.derive("/visitor/id", ["/visitor/id"]);
  return draft.invent(
    "/visitor/id",
    inventedId(id),
    "the visitor's id is no whole number; it is made of that id",
  );
}

function encodeMessage(message: Message, index: number, draft: HookDraft): JsonObject {
  const wire: Record<string, Json> = {};
  wire.type = typeOf(message.sender);
  if (message.author?.name !== undefined) wire.name = message.author.name;
  wire.from = fromOf(message);
  wire.content = message.text;
  wire.sentAt = draft.milliseconds(message.sentAt, `/messages/${index}/sentAt`);
  wire.triggeredBy = triggeredByOf(message);
  if (message.author?.email !== undefined) wire.email = message.author.email;
  return wire;
}
