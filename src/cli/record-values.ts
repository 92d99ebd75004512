import { examineRecord, isRejected } from "../formats/examine.ts";
import type { FormatAdapter } from "../formats/types.ts";
import type { InputRecord } from "../input/types.ts";
import type { Json } from "../json/value.ts";
import type { Conversation } from "../model/conversation.ts";
import type { TimeZone } from "../model/time.ts";
import { noConversationProvider, payloadProvider } from "../template/payload.ts";
import { captureProvider, jsonProvider } from "../template/providers.ts";
import type { Provider } from "../template/types.ts";

export interface ReadSettings {
  /** Undefined: detected for each record. */
  readonly from?: FormatAdapter;
  /** For times without a zone. */
  readonly zone: TimeZone;
}

/**
 * What templates can name of one record: `payload`, `conversation`, `record`, `capture`. Nothing is parsed before a
 * template asks for it. The providers may be used until the next record is read.
 */
export function recordProviders(record: InputRecord, settings: ReadSettings): [root: string, Provider][] {
  const { source, number, start } = record;
  // The model is plain data; its interface only lacks the index signature that Json asks for.
  const conversation = () => conversationOf(record, settings) as unknown as Json | undefined;
  const none = noConversationProvider(record.bytes);
  const whyNone = () => (conversation() === undefined ? none.whyNone?.() : undefined);
  return [
    ["payload", payloadProvider(record.bytes)],
    ["conversation", { ...jsonProvider(conversation), whyNone }],
    ["record", jsonProvider({ source, line: start.line, index: number })],
    ["capture", captureProvider(record.capture ?? {})],
  ];
}

/** The conversation of a record; undefined where it holds none, or cannot be read as one. */
export function conversationOf(record: InputRecord, { from, zone }: ReadSettings): Conversation | undefined {
  const examined = examineRecord(record, from);
  const { document, format, report } = examined;
  if (document === undefined || format === undefined || isRejected(examined, false)) return undefined;
  const receivedAt = record.capture?.receivedAt;
  const result = format.read(document, {
    report,
    zone,
    zoneIsGiven: true,
    ...(receivedAt === undefined ? {} : { receivedAt }),
    ...(record.enclosed === undefined ? {} : { enclosed: record.enclosed }),
  });
  return result.kind === "conversation" ? result.conversation : undefined;
}
