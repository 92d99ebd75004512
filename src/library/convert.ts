import { Converter } from "../convert/converter.ts";
import type { Converted, ConvertSettings, ConvertSummary, LossEntry } from "../convert/types.ts";
import type { Finding } from "../diagnostics/finding.ts";
import { encodedReport } from "../enclosures/encoded-report.ts";
import { lookInside } from "../enclosures/look-inside.ts";
import type { TellBeside } from "../input/beside.ts";
import { stringifyJson } from "../json/stringify.ts";
import type { JsonObject } from "../json/value.ts";
import type { Conversation } from "../model/conversation.ts";
import { timeZone } from "../model/time.ts";
import { checkedChoice, checkedShard, checkInput, checkLimits, checkOptions } from "./checks.ts";
import { formatNamed, writableFormat } from "./formats.ts";
import { recordsOf } from "./input.ts";
import { moment } from "./moment.ts";
import type { ChatInput, ReadOptions } from "./types.ts";

export interface ConvertOptions extends ReadOptions {
  /** Id of a format that can be written. */
  readonly to: string;
  /** Id of the input's format; detected for each record when left out. */
  readonly from?: string;
  /** IANA zone of times without one; UTC, with a warning, when left out. */
  readonly timeZone?: string;
  /** How Ferndesk documents spell the agent's role; "agent" when left out. */
  readonly agentRole?: "agent" | "support_agent";
  /** System messages where the target has no place for them; "drop" when left out. */
  readonly systemMessages?: "drop" | "agent";
  /** Warnings reject their record. */
  readonly strict?: boolean;
  /** Hold repeats of a conversation and take the most complete one. */
  readonly fold?: boolean;
  /** ISO 8601 times or days: conversations whose last message is not before `since` and before `until`. */
  readonly since?: string;
  readonly until?: string;
  /** Share `index` (from 1) of `count`, by conversation id. */
  readonly shard?: { readonly index: number; readonly count: number };
  /** The URL of a conversation that has none. */
  readonly urlFor?: (conversation: Conversation) => string | undefined;
  /** Every finding, in input order, as it is found. */
  readonly onFinding?: (finding: Finding) => void;
  /** What became of every leaf; following them takes time. */
  readonly onLoss?: (entry: LossEntry) => void;
}

export interface ConvertedConversation {
  readonly id: string;
  /** In the target's shape. Numbers that a double cannot hold are `ExactNumber`; `json` has their digits. */
  readonly value: JsonObject;
  /** The same as one line of JSON text. */
  readonly json: string;
  /** The format that was read, and the record it came from (of several, the first). */
  readonly from: string;
  readonly source: string;
  readonly record: number;
}

/** The conversations, as they are ready, and what the conversion came to. */
export interface Conversion extends AsyncIterable<ConvertedConversation> {
  /** Complete once the iteration has ended; undefined before. */
  readonly summary: ConvertSummary | undefined;
}

/**
 * Converts payloads. Bad records never throw: they are findings, and counted in the summary. Whole conversations
 * come as they are read, in little memory; events of one conversation are held until the input ends.
 *
 * @param input  Text or bytes; an iterable is read once, as fast as the result is consumed.
 * @throws {TypeError} For an unknown format, a read-only target, or an option that is none.
 * @throws {RangeError} For an unknown time zone.
 */
export function convert(input: ChatInput, options: ConvertOptions): Conversion {
  checkInput(input);
  checkOptions(options);
  checkLimits(options);
  const settings = settingsOf(options);
  let summary: ConvertSummary | undefined;
  async function* run(): AsyncGenerator<ConvertedConversation> {
    let ready: (readonly [Converted, Conversation])[] = [];
    const converter = new Converter(settings, {
      converted: (one, model) => ready.push([one, model]),
      findings: (findings) => {
        for (const finding of findings) options.onFinding?.(finding);
      },
      ...(options.onLoss === undefined ? {} : { loss: options.onLoss }),
    });
    async function* finished(): AsyncGenerator<ConvertedConversation> {
      const batch = ready;
      ready = [];
      for (const [one, model] of batch) {
        const value = await finishedValue(one, model, settings);
        yield { ...one, value, json: stringifyJson(value) };
      }
    }
    const beside: TellBeside = (part, members) => void converter.beside(part, members);
    for await (const record of recordsOf(input, options, options.onFinding, beside)) {
      converter.record(await lookInside(record));
      yield* finished();
    }
    summary = converter.finish();
    yield* finished();
  }
  return {
    [Symbol.asyncIterator]: run,
    get summary() {
      return summary;
    },
  };
}

/** A document that carries a report of its conversation gets it here: making one takes time. */
async function finishedValue(
  { value }: Converted,
  model: Conversation,
  { to, zone }: ConvertSettings,
): Promise<JsonObject> {
  const format = formatNamed(to.id);
  if (format.withReport === undefined) return value;
  const { renderReport } = await import("../document/report.ts");
  return format.withReport(model, encodedReport(await renderReport(model, { zone })));
}

function settingsOf(options: ConvertOptions): ConvertSettings {
  const zone = timeZone(options.timeZone ?? "UTC");
  const { since, until, shard } = options;
  return {
    to: writableFormat(options.to),
    ...(options.from === undefined ? {} : { from: formatNamed(options.from) }),
    zone,
    zoneIsGiven: options.timeZone !== undefined,
    agentRole: checkedChoice(options.agentRole ?? "agent", "agentRole", ["agent", "support_agent"]),
    systemMessages: checkedChoice(options.systemMessages ?? "drop", "systemMessages", ["drop", "agent"]),
    strict: options.strict ?? false,
    fold: options.fold ?? false,
    ...(since === undefined ? {} : { since: moment(since, "since", zone) }),
    ...(until === undefined ? {} : { until: moment(until, "until", zone) }),
    ...(shard === undefined ? {} : { shard: checkedShard(shard) }),
    urlFor: options.urlFor,
  };
}
