import { isUtf8 } from "node:buffer";
import { severityOf } from "../diagnostics/catalogue.ts";
import type { DiagnosticCode } from "../diagnostics/diagnostic.ts";
import type { Finding } from "../diagnostics/finding.ts";
import { findingsOf } from "../diagnostics/place.ts";
import { formatOf } from "../formats/detect.ts";
import { type Examined, examineRecord, isRejected } from "../formats/examine.ts";
import type { InputRecord } from "../input/types.ts";
import { isNestedDeeper } from "../json/depth.ts";
import { MAX_DEPTH } from "../json/parse.ts";
import { isObject, type Json, type JsonObject } from "../json/value.ts";
import type { Conversation } from "../model/conversation.ts";
import { latest, msOf, parseTime } from "../model/time.ts";
import type { PayloadFacts } from "../replay/plan.ts";
import type { PlanSettings } from "./settings.ts";

/** What of a payload is wanted while its message waits; the rest would only take memory. */
export interface WantedFacts {
  readonly document: boolean;
  readonly conversation: boolean;
  /** The payload's own time. */
  readonly time: boolean;
}

/** Why a record is not sent. */
export type Refusal =
  /** Nothing to send in it. */
  | { readonly kind: "left-out"; readonly why: string }
  /** Cannot be sent as it is. */
  | { readonly kind: "rejected"; readonly code: DiagnosticCode; readonly findings: readonly Finding[] };

/**
 * Whether a record can be sent as it is. Neither an unknown format nor a broken shape keeps it from that: what was
 * captured is replayed. Refused is only what is no payload at all: broken JSON or no object, unless a HAR or capture
 * record shows that it was sent that way; and what is nested so deep that nothing here may read it.
 */
export function whyNotSent(record: InputRecord, { from }: Pick<PlanSettings, "from">): Refusal | undefined {
  const { problem, capture, bytes } = record;
  const wasSentSo = problem === undefined && capture !== undefined;
  if (wasSentSo && !isNestedDeeper(latin1(bytes), MAX_DEPTH)) return undefined;
  if (problem !== undefined && severityOf(problem.code) === "info")
    return { kind: "left-out", why: "no body" };
  // The slow way, which knows what is wrong and where.
  const examined = examineRecord(record, from);
  if (examined.document !== undefined) return undefined;
  const errors = examined.diagnostics.filter(({ code }) => severityOf(code) === "error");
  if (wasSentSo && errors[0]?.code !== "json/too-deep") return undefined;
  const findings = findingsOf(record, examined.text, errors, { strict: false });
  return { kind: "rejected", code: errors[0]!.code, findings };
}

/**
 * The payload as `JSON.parse` reads it, with a character for each of its bytes; undefined where it is no object, or nested
 * too deep. For `quickFacts`, and to tell what can be sent: every record is asked, so this is the fastest way there is.
 * Text beyond ASCII is misread and great numbers lose digits in it.
 */
export function plainObject({
  problem,
  bytes,
}: Pick<InputRecord, "problem" | "bytes">): JsonObject | undefined {
  if (problem !== undefined || !isUtf8(bytes)) return undefined;
  const text = latin1(bytes);
  if (isNestedDeeper(text, MAX_DEPTH)) return undefined;
  try {
    const value: Json = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** Whether a document is no payload but holds some, or may: these are for the input room to open. */
export function mayHoldPayloads(document: JsonObject): boolean {
  const has = (key: string) => Object.hasOwn(document, key);
  // A capture record is one without a body, too.
  return HOLDERS.some(has) || (has("method") && has("url"));
}

/** What documents are known by that hold payloads: Ferndesk's list, a HAR, capture records. */
const HOLDERS = ["conversations", "log", "body", "bodyBase64"];

/**
 * Format, event and conversation of a payload, told from a few of its members: a thirtieth of the work of reading it.
 *
 * @param document  Of `plainObject`.
 * @returns Undefined where that is not enough.
 */
export function quickFacts(document: JsonObject, { from }: PlanSettings): PayloadFacts | undefined {
  const format = from ?? formatOf(document);
  if (format === undefined) return {};
  const conversationId = format.conversationId?.(document);
  if (conversationId === undefined) return undefined;
  const event = format.eventOf?.(document);
  if (!isAscii(conversationId) || (event !== undefined && !isAscii(event))) return undefined;
  return { format: format.id, conversationId, ...(event === undefined ? {} : { event }) };
}

function isAscii(text: string): boolean {
  for (let k = 0; k < text.length; k++) if (text.charCodeAt(k) > 0x7f) return false;
  return true;
}

/** What plan and templates know of a payload; as much as there is to know. */
export function factsOf(record: InputRecord, settings: PlanSettings, wanted: WantedFacts): PayloadFacts {
  const examined = examineRecord(record, settings.from);
  const { document, format } = examined;
  const conversation = conversationOf(examined, record, settings);
  const conversationId =
    conversation?.id ?? (document === undefined ? undefined : format?.conversationId?.(document));
  const sentAtMs =
    conversation === undefined ? arrivalMs(record) : (lastMs(conversation) ?? arrivalMs(record));
  const event = document === undefined ? undefined : format?.eventOf?.(document);
  return {
    ...(format === undefined ? {} : { format: format.id }),
    ...(event === undefined ? {} : { event }),
    ...(conversationId === undefined ? {} : { conversationId }),
    ...(sentAtMs === undefined ? {} : { sentAtMs }),
    ...(wanted.document && document !== undefined ? { document } : {}),
    ...(wanted.conversation && conversation !== undefined ? { conversation } : {}),
  };
}

/** Undefined where the payload is none of a conversation (an operator, a contact), or its shape does not hold. */
function conversationOf(
  examined: Examined,
  { capture, enclosed }: InputRecord,
  { zone }: PlanSettings,
): Conversation | undefined {
  const { document, format, report } = examined;
  if (document === undefined || format === undefined || isRejected(examined, false)) return undefined;
  const receivedAt = capture?.receivedAt;
  const context = {
    ...{ report, zone, zoneIsGiven: true },
    ...(receivedAt === undefined ? {} : { receivedAt }),
    ...(enclosed === undefined ? {} : { enclosed }),
  };
  const result = format.read(document, context);
  return result.kind === "conversation" ? result.conversation : undefined;
}

/** The payload's own time is that of its last message. */
export function lastMs(conversation: Conversation): number | undefined {
  const last = latest(conversation.messages.map(({ sentAt }) => sentAt)) ?? conversation.endedAt;
  return last === undefined ? undefined : msOf(last);
}

/** Without a message, when the payload was captured. */
function arrivalMs({ capture }: InputRecord): number | undefined {
  const time = capture?.receivedAt === undefined ? undefined : parseTime(capture.receivedAt);
  return time?.kind === "instant" ? msOf(time.instant) : undefined;
}
