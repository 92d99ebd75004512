import type { InputRecord } from "../input/types.ts";
import type { Json } from "../json/value.ts";
import type { Conversation } from "../model/conversation.ts";
import { capturedHeaders, capturedMethod } from "./captured-headers.ts";
import { Copies } from "./copies.ts";
import { Identities, idempotencyKey, isIdentity, type Namer, shardOf } from "./identity.ts";
import type {
  PlannedMessage,
  RenderedRequest,
  RenderedTemplates,
  RenderInput,
  RequestRenderer,
} from "./types.ts";

/** conversation: one message of a conversation after the other. input: one after the other. none: as they come. */
export type Order = "conversation" | "input" | "none";

export interface PlanOptions {
  readonly renderer: RequestRenderer;
  readonly order: Order;
  /** Of all requests; undefined: the capture's, else POST. */
  readonly method?: string;
  /** Most messages that are planned. */
  readonly limit?: number;
  /** The payload's own time, milliseconds since 1970: at or after `sinceMs` and before `untilMs`. One without a time is kept. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
  /** Part `index` (from 1) of `count`. A conversation is never divided. */
  readonly shard?: { readonly index: number; readonly count: number };
}

/** What the caller knows of a payload; the plan itself knows no vendor. */
export interface PayloadFacts {
  readonly format?: string;
  readonly event?: string;
  readonly conversationId?: string;
  readonly sentAtMs?: number;
  /** Whether the record is known to be one JSON value. */
  readonly isJson?: boolean;
  /** Where they are at hand: `$payload` and `$conversation`. */
  readonly document?: Json;
  readonly conversation?: Conversation;
  /** Sent instead of the captured bytes. Kept, not copied. */
  readonly converted?: Uint8Array;
  /** The name that a dead letter had already; 32 hexadecimal digits. */
  readonly identity?: string;
}

export type PlanRecord = Pick<InputRecord, "source" | "number" | "start" | "bytes" | "capture">;

/** Why a record is not in the plan. */
export type LeftOut = "in another shard" | "before --since" | "not before --until" | "beyond --limit";

/** Who a record's message is, and its place in the plan if it gets one. */
export type MessageName = Pick<PlannedMessage, "sequence" | "identity">;

export type Planned = { readonly message: PlannedMessage } | { readonly leftOut: LeftOut };

/**
 * Makes messages of records, one at a time; it keeps nothing of a record but its part in the count of equal contents
 * (16 bytes). Reads no clock, file or environment: the same records and options give the same messages.
 */
export class Planner {
  private readonly options: PlanOptions;
  private readonly names: Namer;
  private readonly copies = new Copies();
  private planned = 0;

  constructor(options: PlanOptions, names: Namer = new Identities()) {
    this.options = options;
    this.names = names;
  }

  /** Whether --limit is reached: the rest of the input need not be read. */
  get isFull(): boolean {
    return this.options.limit !== undefined && this.planned >= this.options.limit;
  }

  /** Plans one record. Its bytes are copied, so that they may be gone when the message is sent. */
  plan(record: PlanRecord, facts: PayloadFacts): Planned {
    const name = this.name(record, facts);
    return name === undefined ? { leftOut: "beyond --limit" } : this.complete(name, record, facts);
  }

  /**
   * The first half of `plan`: every record must be named, in order, before anything is left out (see `Identities`).
   *
   * @returns Undefined beyond --limit.
   */
  name(record: PlanRecord, given: Pick<PayloadFacts, "identity" | "converted">): MessageName | undefined {
    const { identity: before, converted } = given;
    const identity =
      before !== undefined && isIdentity(before)
        ? before
        : this.names.next({
            method: this.methodOf(record),
            payload: converted ?? record.bytes,
            fingerprint: this.options.renderer.fingerprint,
          });
    return this.isFull ? undefined : { sequence: this.planned + 1, identity };
  }

  /** The second half for a record that was named and is not to be sent: its place in the plan and nothing more. */
  take({ sequence, identity }: MessageName, { source, number, start }: PlanRecord): PlannedMessage {
    this.planned++;
    return { sequence, identity, source, record: number, line: start.line, request: notToBeSent };
  }

  /** The place of a record of which is known that an earlier run sent its message, without its name. */
  passOver(): void {
    this.planned++;
  }

  /** The second half for a record that was named. */
  complete({ sequence, identity }: MessageName, record: PlanRecord, facts: PayloadFacts): Planned {
    const leftOut = this.whyLeftOut(facts, identity);
    if (leftOut !== undefined) return { leftOut };
    this.planned++;
    const method = this.methodOf(record);
    const orderKey = this.orderKey(facts);
    const { source, number, start } = record;
    const input = renderInput(record, facts, identity, this.copies);
    const { renderer } = this.options;
    const isConverted = facts.converted !== undefined;
    const message: PlannedMessage = {
      sequence,
      identity,
      ...(orderKey === undefined ? {} : { orderKey }),
      source,
      record: number,
      line: start.line,
      ...(facts.format === undefined ? {} : { format: facts.format }),
      ...(facts.event === undefined ? {} : { event: facts.event }),
      ...(facts.sentAtMs === undefined ? {} : { sentAtMs: facts.sentAtMs }),
      sizeBytes: input.payload.length,
      ...(renderer.prepare === undefined ? {} : { prepare: () => renderer.prepare!(input) }),
      request: (token) => {
        const rendered = renderer.render(token === undefined ? input : { ...input, token });
        return completed(rendered, method, input, isConverted);
      },
      ...(renderer.renderPublic === undefined
        ? {}
        : { publicRequest: () => completed(renderer.renderPublic!(input), method, input, isConverted) }),
    };
    return { message };
  }

  private methodOf({ capture }: PlanRecord): string {
    return this.options.method ?? capturedMethod(capture?.method);
  }

  private whyLeftOut(facts: PayloadFacts, identity: string): LeftOut | undefined {
    const { shard, sinceMs, untilMs } = this.options;
    if (shard !== undefined && shardOf(facts.conversationId ?? identity, shard.count) !== shard.index - 1) {
      return "in another shard";
    }
    if (facts.sentAtMs === undefined) return undefined;
    if (sinceMs !== undefined && facts.sentAtMs < sinceMs) return "before --since";
    if (untilMs !== undefined && facts.sentAtMs >= untilMs) return "not before --until";
    return undefined;
  }

  private orderKey(facts: PayloadFacts): string | undefined {
    switch (this.options.order) {
      case "none":
        return undefined;
      case "input":
        return "input";
      case "conversation":
        return facts.conversationId;
    }
  }
}

function notToBeSent(): never {
  throw new Error("a message that is not to be sent has no request");
}

function renderInput(record: PlanRecord, facts: PayloadFacts, identity: string, copies: Copies): RenderInput {
  const { source, number, start, capture } = record;
  return {
    payload: facts.converted ?? copies.of(record.bytes),
    isJson: facts.isJson === true || facts.converted !== undefined,
    ...(facts.document === undefined ? {} : { document: facts.document }),
    ...(facts.conversation === undefined ? {} : { conversation: facts.conversation }),
    source,
    record: number,
    line: start.line,
    ...(capture === undefined ? {} : { capture }),
    identity,
  };
}

/** The user's headers stand for themselves; captured ones, the content type and the key only fill the gaps. */
function completed(
  rendered: RenderedTemplates,
  method: string,
  input: RenderInput,
  isConverted: boolean,
): RenderedRequest {
  if (!rendered.ok) return rendered;
  const captured = input.capture?.headers ?? [];
  const headers = captured.length === 0 ? [] : withoutStale(captured, rendered, isConverted);
  if ("reason" in headers) return { ok: false, reason: headers.reason };
  headers.push(...rendered.headers);
  if (!hasHeader(headers, "content-type")) headers.push(["content-type", "application/json"]);
  if (!hasHeader(headers, "idempotency-key"))
    headers.push(["idempotency-key", idempotencyKey(input.identity)]);
  return {
    ok: true,
    request: { method, url: rendered.url, headers, body: rendered.body ?? input.payload },
  };
}

type Header = readonly [name: string, value: string];

/** What of the captured headers goes out again. */
function withoutStale(
  captured: readonly Header[],
  rendered: Extract<RenderedTemplates, { ok: true }>,
  isConverted: boolean,
): Header[] | { readonly reason: string } {
  const replaced = new Set(rendered.headers.map(([name]) => name.toLowerCase()));
  // The captured content type is that of the captured bytes.
  if (isConverted || rendered.body !== undefined) replaced.add("content-type");
  const kept = capturedHeaders(captured, replaced);
  return "reason" in kept ? kept : [...kept.headers];
}

function hasHeader(headers: readonly Header[], wanted: string): boolean {
  for (const [name] of headers) {
    if (name.length === wanted.length && name.toLowerCase() === wanted) return true;
  }
  return false;
}
