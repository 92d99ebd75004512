import type { Report } from "../../diagnostics/diagnostic.ts";
import { urlOf } from "../../json/url.ts";
import { isArray, isObject, type Json, type JsonObject, member } from "../../json/value.ts";
import { compareInstants, type Instant, latest, msOf, parseTime } from "../../model/time.ts";
import { RepeatTable } from "../../repeats/repeat-table.ts";
import type { StepBook } from "./step-book.ts";

/** How many of the latest conversations an audit reads (documented). */
const MOST_CONVERSATIONS = 3000;
/** Ids of conversations, and of messages, that are compared; each takes some 20 to 50 bytes. */
const MOST_IDS = 1_000_000;
/** Clocks of two machines differ. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

export interface MeaningOptions {
  readonly nowMs: number;
  /** Conversations before it are counted apart. */
  readonly since?: Instant;
}

/**
 * What the conversations of one answer say together. Takes one at a time and remembers the first million ids, by hash.
 * Schema faults are reported elsewhere: what has not the right type is passed over.
 */
export class Meaning {
  readonly #options: MeaningOptions;
  readonly #ids = new RepeatTable();
  readonly #messageIds = new RepeatTable();
  conversations = 0;
  messages = 0;
  oldest: Instant | undefined;
  newest: Instant | undefined;
  /** Of the conversations whose time is known: before `since`, and not. */
  before = 0;
  since = 0;
  #previous: Instant | undefined;
  #ascents = 0;
  #descents = 0;
  #hasAgent = false;
  #hasSupportAgent = false;
  #repeats = 0;
  #repeatedId = "";

  constructor(options: MeaningOptions) {
    this.#options = options;
  }

  /** @param report  For findings of this conversation; pointers begin in it. */
  conversation(document: JsonObject, report: Report): void {
    const number = this.conversations++;
    this.#checkId(document, number, report);
    this.#checkUrl(member(document, "url"), report);
    const last = instantOf(member(document, "lastMessageAt"));
    const messages = member(document, "messages");
    const list = isArray(messages) ? messages : [];
    for (const message of list) this.#message(message, number);
    this.messages += list.length;
    this.#checkFuture(last, list, report);
    // Where lastMessageAt is missing, the messages tell the time.
    const time = last ?? latest(list.map((one) => instantOf(member(one, "createdAt"))).filter(isInstant));
    if (time !== undefined) this.#place(time, report);
  }

  get order(): "newest first" | "oldest first" | "none" | undefined {
    if (this.#ascents === 0 && this.#descents === 0) return undefined;
    if (this.#ascents === 0) return "newest first";
    return this.#descents === 0 ? "oldest first" : "none";
  }

  /** The answer has been read to its end; what concerns all of it is reported. */
  finish(source: string, book: StepBook): void {
    const { conversations, messages, oldest, newest, order } = this;
    book.facts("meaning", {
      messages,
      ...(oldest === undefined ? {} : { oldest }),
      ...(newest === undefined ? {} : { newest }),
      ...(order === undefined ? {} : { order }),
    });
    const step = "meaning";
    if (conversations > MOST_CONVERSATIONS) {
      const args = { count: conversations, limit: MOST_CONVERSATIONS };
      book.report(step, "check/too-many-conversations", args, source);
    }
    if (this.#hasAgent && this.#hasSupportAgent) book.report(step, "check/roles-mixed", {}, source);
    else if (this.#hasSupportAgent) book.report(step, "check/role-support-agent", {}, source);
    if (this.#repeats > 0) {
      const args = { count: this.#repeats, id: this.#repeatedId };
      book.report(step, "check/message-ids-repeat", args, source);
    }
  }

  #checkId(document: JsonObject, number: number, report: Report): void {
    const id = member(document, "id");
    if (typeof id !== "string" || number >= MOST_IDS) return;
    const first = this.#ids.numberOf(id, number);
    if (first !== undefined) report("meaning/duplicate-id", "/id", { id, first: `/conversations/${first}` });
  }

  #checkUrl(url: Json | undefined, report: Report): void {
    if (typeof url !== "string") return;
    const isAbsolute = /^https?:\/\//i.test(url) && urlOf(url) !== undefined;
    if (!isAbsolute) report("check/url-not-absolute", "/url", { found: url });
  }

  #message(message: Json, number: number): void {
    if (!isObject(message)) return;
    const role = member(message, "role");
    this.#hasAgent ||= role === "agent";
    this.#hasSupportAgent ||= role === "support_agent";
    const id = member(message, "id");
    if (typeof id !== "string" || this.messages >= MOST_IDS) return;
    const first = this.#messageIds.numberOf(id, number);
    // Twice in one conversation is the format's own finding.
    if (first === undefined || first === number) return;
    if (this.#repeats++ === 0) this.#repeatedId = id;
  }

  #checkFuture(last: Instant | undefined, messages: readonly Json[], report: Report): void {
    const latestMs = this.#options.nowMs + CLOCK_TOLERANCE_MS;
    if (last !== undefined && msOf(last) > latestMs) {
      report("check/time-in-future", "/lastMessageAt", { field: "lastMessageAt", time: last });
      return;
    }
    for (const [index, message] of messages.entries()) {
      const time = instantOf(member(message, "createdAt"));
      if (time === undefined || msOf(time) <= latestMs) continue;
      report("check/time-in-future", `/messages/${index}/createdAt`, { field: "createdAt", time });
      return;
    }
  }

  #place(time: Instant, report: Report): void {
    const { since } = this.#options;
    if (since !== undefined && compareInstants(time, since) < 0) this.before++;
    else this.since++;
    if (this.oldest === undefined || compareInstants(time, this.oldest) < 0) this.oldest = time;
    if (this.newest === undefined || compareInstants(time, this.newest) > 0) this.newest = time;
    const previous = this.#previous;
    this.#previous = time;
    const step = previous === undefined ? 0 : compareInstants(time, previous);
    if (step < 0) this.#descents++;
    if (step <= 0) return;
    // Once says it: in a list that is the other way round, every conversation would.
    if (this.#ascents++ === 0) {
      report("check/not-newest-first", "/lastMessageAt", { time, previous: previous ?? "" });
    }
  }
}

function instantOf(value: Json | undefined): Instant | undefined {
  const time = typeof value === "string" ? parseTime(value) : undefined;
  return time?.kind === "instant" ? time.instant : undefined;
}

function isInstant(value: Instant | undefined): value is Instant {
  return value !== undefined;
}
