import type { Finding } from "../diagnostics/finding.ts";
import { instantFromMs, msOf, timeZone } from "../model/time.ts";
import { factsNamed } from "../plan/renderer.ts";
import { type PlanSettings, sendableMethod } from "../plan/settings.ts";
import type { PlannedMessage } from "../replay/types.ts";
import type { HttpRequest } from "../transport/types.ts";
import { checkedChoice, checkedShard, checkInput, checkLimits, checkOptions } from "./checks.ts";
import { formatNamed, writableFormat } from "./formats.ts";
import { recordsOf } from "./input.ts";
import { moment } from "./moment.ts";
import { rendererFor } from "./replay-renderer.ts";
import type { ChatInput, ReadOptions } from "./types.ts";

export interface PlanReplayOptions extends ReadOptions {
  /** Where to: a template, as are `headers` and `body`. Values may stand in path and query only. */
  readonly url: string;
  /** `Name: value` each; they replace captured ones. */
  readonly headers?: readonly string[];
  /** Sent in place of the payload; its syntax (JSON, XML, form, text) decides how values are placed. */
  readonly body?: string;
  /** Of the body. */
  readonly contentType?: string;
  /** Of all requests; the capture's, else POST, when left out. */
  readonly method?: string;
  /** Values of `$var`. */
  readonly vars?: Readonly<Record<string, string>>;
  /** Values of `$env`; the environment of the process is not looked at. They stand in the requests unmasked. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** ISO 8601 time for `$dateTime`, which has no value without it: no clock is read. */
  readonly now?: string;
  /** Id of a format to convert to first; the captured bytes are sent when left out. */
  readonly to?: string;
  /** Id of the input's format; detected for each record when left out. */
  readonly from?: string;
  /** IANA zone of times without one, and of `$dateTime`; UTC when left out. */
  readonly timeZone?: string;
  /** Which messages have the same `orderKey`: those of a conversation (when left out), all, or none. */
  readonly order?: "conversation" | "input" | "none";
  /** ISO 8601 times or days: payloads whose own time is not before `since` and before `until`; those without a time are kept. */
  readonly since?: string;
  readonly until?: string;
  /** Share `index` (from 1) of `count`, by conversation id. */
  readonly shard?: { readonly index: number; readonly count: number };
  /** Most messages that are planned; the rest of the input is not read. */
  readonly limit?: number;
  /** Why records cannot be sent, in input order, as it is found. */
  readonly onFinding?: (finding: Finding) => void;
}

/** Who a message is, and where it comes from. */
interface ReplayMessageFacts {
  /** Position in the plan, from 1. */
  readonly sequence: number;
  /** 32 hexadecimal digits, the same in every run and on every machine; the Idempotency-Key has them in double quotes. */
  readonly identity: string;
  readonly source: string;
  /** Number of the record in its source, and the line it starts on, both from 1. */
  readonly record: number;
  readonly line: number;
  /** What the payload was taken for. */
  readonly format?: string;
  readonly event?: string;
  /** Messages with the same key are to be sent one after the other. Undefined: depends on nothing. */
  readonly orderKey?: string;
  /** The payload's own time: that of its last message, else when it was captured. ISO 8601, UTC. */
  readonly sentAt?: string;
}

/** A message with the request that delivers it, or with the reason why there is none. */
export type ReplayMessage = ReplayMessageFacts &
  (
    | { readonly request: HttpRequest; readonly reason?: undefined }
    | { readonly request?: undefined; readonly reason: string }
  );

/** `read = planned + leftOut + rejected`, but where records are folded into one message or the limit ends the reading. */
export interface ReplayPlanSummary {
  readonly read: number;
  readonly planned: number;
  /** Of the planned ones, those without a request. */
  readonly unrenderable: number;
  /** Records of no use for sending, by reason. */
  readonly leftOut: ReadonlyMap<string, number>;
  /** Records that cannot be sent, by the code of the finding. */
  readonly rejected: ReadonlyMap<string, number>;
}

/** The messages, as their records are read, and what the plan came to. */
export interface ReplayPlan extends AsyncIterable<ReplayMessage> {
  /** Complete once the iteration has ended; undefined before. */
  readonly summary: ReplayPlanSummary | undefined;
}

/**
 * What `chatx replay` would send, as data: the same keys, headers and bytes. Pure: the same input and options give the same
 * plan; nothing is sent, and neither files, environment nor clock are looked at. Bad records never throw. Secret values
 * stand in the requests: mask before printing. Not to be had here are `$tokenResponse` and the settings of a profile.
 *
 * @param input  Text or bytes; an iterable is read once, as fast as the result is consumed.
 * @throws {TypeError} For a template that cannot be used (at its line and column), an unknown format, a read-only
 *   target, or an option that is none.
 * @throws {RangeError} For an unknown time zone, or a secret too short to be masked.
 */
export function planReplay(input: ChatInput, options: PlanReplayOptions): ReplayPlan {
  checkInput(input);
  checkOptions(options);
  checkLimits(options);
  const settings = settingsOf(options);
  const renderer = rendererFor(options, settings);
  const source = { plan: settings, renderer, wanted: { ...factsNamed(renderer.template), time: true } };
  let summary: ReplayPlanSummary | undefined;
  async function* run(): AsyncGenerator<ReplayMessage> {
    // Whoever only converts or validates need not load it.
    const { MessagePlan } = await import("../plan/messages.ts");
    const counts = { planned: 0, unrenderable: 0 };
    let ready: PlannedMessage[] = [];
    const plan = new MessagePlan(source, {
      message(message) {
        ready.push(message);
        return undefined;
      },
      findings: (findings) => {
        for (const finding of findings) options.onFinding?.(finding);
      },
    });
    async function* finished(): AsyncGenerator<ReplayMessage> {
      const batch = ready;
      ready = [];
      for (const planned of batch) {
        const message = await renderedMessage(planned);
        counts.planned++;
        if (message.request === undefined) counts.unrenderable++;
        yield message;
      }
    }
    for await (const record of recordsOf(input, options, options.onFinding)) {
      await plan.record(record);
      yield* finished();
      if (plan.isFull) break;
    }
    await plan.finish();
    yield* finished();
    summary = { ...plan.input, ...counts };
  }
  return {
    [Symbol.asyncIterator]: run,
    get summary() {
      return summary;
    },
  };
}

async function renderedMessage(message: PlannedMessage): Promise<ReplayMessage> {
  await message.prepare?.();
  const rendered = message.request(undefined);
  const { sequence, identity, source, record, line, format, event, orderKey, sentAtMs } = message;
  const sentAt = sentAtMs === undefined ? undefined : instantFromMs(sentAtMs);
  const facts = {
    ...{ sequence, identity, source, record, line },
    ...(format === undefined ? {} : { format }),
    ...(event === undefined ? {} : { event }),
    ...(orderKey === undefined ? {} : { orderKey }),
    ...(sentAt === undefined ? {} : { sentAt }),
  };
  if (!rendered.ok) return { ...facts, reason: rendered.reason };
  // Payloads share larger blocks; what is handed over is its owner's alone.
  return { ...facts, request: { ...rendered.request, body: rendered.request.body.slice() } };
}

function settingsOf(options: PlanReplayOptions): PlanSettings {
  const zone = timeZone(options.timeZone ?? "UTC");
  const { method, since, until, shard, limit, from, to, order = "conversation" } = options;
  return {
    order: checkedChoice(order, "order", ["conversation", "input", "none"]),
    zone,
    zoneIsGiven: options.timeZone !== undefined,
    ...(from === undefined ? {} : { from: formatNamed(from) }),
    ...(to === undefined ? {} : { to: writableFormat(to) }),
    ...(method === undefined ? {} : { method: methodNamed(method) }),
    ...(limit === undefined ? {} : { limit: checkedLimit(limit) }),
    ...(since === undefined ? {} : { sinceMs: msOf(moment(since, "since", zone)) }),
    ...(until === undefined ? {} : { untilMs: msOf(moment(until, "until", zone)) }),
    ...(shard === undefined ? {} : { shard: checkedShard(shard) }),
  };
}

function methodNamed(text: string): string {
  const method = sendableMethod(text);
  if (method === undefined) throw new TypeError(`method is none that can carry a message: ${text}`);
  return method;
}

function checkedLimit(limit: number): number {
  if (!Number.isSafeInteger(limit) || limit < 0)
    throw new TypeError(`limit is no number of messages: ${limit}`);
  return limit;
}
