import type { InputRecord } from "../input/types.ts";
import type { Json } from "../json/value.ts";
import type { Conversation } from "../model/conversation.ts";
import { capturedHeaders, capturedMethod } from "./captured-headers.ts";
import { Identities, idempotencyKey, isIdentity, shardOf } from "./identity.ts";
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
  /** Where they are at hand: `$payload` and `$conversation`. */
  readonly document?: Json;
  readonly conversation?: Conversation;
  /** Sent instead of the captured bytes. Kept, not copied. */
  readonly converted?: Uint8Array;
  /** The name that a dead letter had already; 32 hexadecimal digits. */
  readonly identity?: string;
}

/** Facts that take time to find, and are not wanted of every message. */
export interface LateFacts {
  readonly identity?: string | undefined;
  /**
   * Whether the message is to be sent, once it has its name. One that is not gets its place in the plan and nothing
   * more. Absent: it is.
   */
  readonly isWanted?: ((key: Pick<PlannedMessage, "sequence" | "identity">) => boolean) | undefined;
  /** Called at most once, before the next record is planned; never for one beyond --limit. */
  of(): Omit<PayloadFacts, "converted" | "identity">;
}

export type PlanRecord = Pick<InputRecord, "source" | "number" | "start" | "bytes" | "capture">;

/** Why a record is not in the plan. */
export type LeftOut = "in another shard" | "before --since" | "not before --until" | "beyond --limit";

export type Planned = { readonly message: PlannedMessage } | { readonly leftOut: LeftOut };

/**
 * Makes messages of records, one at a time; it keeps nothing of a record but its part in the count of equal contents
 * (16 bytes). Reads no clock, file or environment: the same records and options give the same messages.
 */
export class Planner {
  private readonly options: PlanOptions;
  private readonly identities = new Identities();
  private planned = 0;

  constructor(options: PlanOptions) {
    this.options = options;
  }

  /** Whether --limit is reached: the rest of the input need not be read. */
  get isFull(): boolean {
    return this.options.limit !== undefined && this.planned >= this.options.limit;
  }

  /** Plans one record. Its bytes are copied, so that they may be gone when the message is sent. */
  plan(record: PlanRecord, given: PayloadFacts | LateFacts): Planned {
    const method = this.options.method ?? capturedMethod(record.capture?.method);
    const converted = "of" in given ? undefined : given.converted;
    const identity = this.identityOf(method, converted ?? record.bytes, given.identity);
    if (this.isFull) return { leftOut: "beyond --limit" };
    const sequence = this.planned + 1;
    if ("of" in given && given.isWanted?.({ sequence, identity }) === false) {
      this.planned++;
      const { source, number, start } = record;
      return {
        message: { sequence, identity, source, record: number, line: start.line, request: notToBeSent },
      };
    }
    const facts: PayloadFacts = "of" in given ? given.of() : given;
    const leftOut = this.whyLeftOut(facts, identity);
    if (leftOut !== undefined) return { leftOut };
    this.planned++;
    const orderKey = this.orderKey(facts);
    const { source, number, start } = record;
    const input = renderInput(record, facts, identity);
    const { renderer } = this.options;
    const isConverted = facts.converted !== undefined;
    const message: PlannedMessage = {
      sequence: this.planned,
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

  /** Taken before anything is left out: see `Identities`. */
  private identityOf(method: string, payload: Uint8Array, before: string | undefined): string {
    if (before !== undefined && isIdentity(before)) return before;
    return this.identities.next({ method, payload, fingerprint: this.options.renderer.fingerprint });
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

function renderInput(record: PlanRecord, facts: PayloadFacts, identity: string): RenderInput {
  const { source, number, start, capture } = record;
  return {
    // Not slice(): that of a Buffer shares its memory, and the input room uses it again.
    payload: facts.converted ?? new Uint8Array(record.bytes),
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
  const given = new Set(rendered.headers.map(([name]) => name.toLowerCase()));
  // The captured content type is that of the captured bytes.
  const isCapturedBody = !isConverted && rendered.body === undefined;
  const replaced = isCapturedBody ? given : new Set([...given, "content-type"]);
  const captured = capturedHeaders(input.capture?.headers ?? [], replaced);
  if ("reason" in captured) return { ok: false, reason: captured.reason };
  const headers = [...captured.headers, ...rendered.headers];
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  if (!names.has("content-type")) headers.push(["content-type", "application/json"]);
  if (!names.has("idempotency-key")) headers.push(["idempotency-key", idempotencyKey(input.identity)]);
  return {
    ok: true,
    request: { method, url: rendered.url, headers, body: rendered.body ?? input.payload },
  };
}
