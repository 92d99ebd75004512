import { type Instant, momentFrom, timeZone } from "../../model/time.ts";
import { judgeStatus } from "./answer-head.ts";
import { readBody } from "./body.ts";
import { DocumentReader } from "./document-reader.ts";
import { Meaning } from "./meaning.ts";
import { reach } from "./reach.ts";
import { StepBook } from "./step-book.ts";
import type { CheckOptions } from "./types.ts";
import { isDay } from "./url.ts";

const NAME = "startDate";
/** What a startDate should not be; an endpoint may refuse it or ignore it. */
const NO_DAY = "not-a-day";

/** What is to be found out about startDate. */
export interface StartDatePlan {
  readonly date: string;
  readonly since: Instant;
  /** The URL as given asks for the date already. */
  readonly isInUrl: boolean;
}

/** The date of the option, else that of the URL; undefined where neither names a day. */
export function planStartDate(url: URL, option: string | undefined): StartDatePlan | undefined {
  const values = url.searchParams.getAll(NAME);
  const own = values.length === 1 && isDay(values[0]!) ? values[0] : undefined;
  const date = option ?? own;
  if (date === undefined) return undefined;
  const since = momentFrom(date, timeZone("UTC"));
  return since === undefined ? undefined : { date, since, isInUrl: own === date };
}

/** What an answer holds of conversations before and since a date. */
type Counts = Pick<Meaning, "conversations" | "before" | "since" | "oldest">;

/**
 * Asks with and without startDate and compares the answers; then with one that is no day.
 *
 * @param first  What the URL as given answered.
 */
export async function checkStartDate(
  plan: StartDatePlan,
  url: URL,
  first: Counts,
  options: CheckOptions,
  book: StepBook,
): Promise<void> {
  const { date, since, isInUrl } = plan;
  const source = options.show(url);
  const hasOther = !isInUrl && url.searchParams.has(NAME);
  const asked = isInUrl ? first : await counts(withStartDate(url, date), since, options);
  if (typeof asked === "string") {
    book.facts("start-date", { date });
    book.report(
      "start-date",
      "check/start-date-failed",
      { query: `with startDate=${date}`, problem: asked },
      source,
    );
    return;
  }
  const all = isInUrl || hasOther ? await counts(withStartDate(url, undefined), since, options) : first;
  // An endpoint may well insist on a startDate; there is only nothing to compare with then.
  const without = typeof all === "string" ? undefined : all;
  book.facts("start-date", {
    date,
    with: asked.conversations,
    ...(without === undefined ? {} : { without: without.conversations, older: without.before }),
  });
  compare(date, asked, without, source, book);
  await checkNoDay(url, options, book);
}

function compare(
  date: string,
  asked: Counts,
  without: Counts | undefined,
  source: string,
  book: StepBook,
): void {
  const count = asked.before;
  if (count > 0 && count === without?.before) {
    book.report("start-date", "check/start-date-ignored", { date, count }, source);
  } else if (count > 0) {
    const earliest = asked.oldest ?? "";
    book.report("start-date", "check/start-date-early", { date, count, earliest }, source);
  }
  const missing = (without?.since ?? 0) - asked.since;
  if (missing > 0) book.report("start-date", "check/start-date-missing", { date, count: missing }, source);
}

/** @returns The counts, or in words why there are none. */
async function counts(url: URL, since: Instant, options: CheckOptions): Promise<Counts | string> {
  const { now, strict, maxBodyBytes } = options;
  const book = new StepBook({ strict: false, maxFindings: Number.POSITIVE_INFINITY });
  const meaning = new Meaning({ nowMs: now(), since });
  const reached = await reach(url, options, book);
  if (reached === undefined) return book.firstError ?? "there is none";
  const source = options.show(reached.url);
  try {
    if (judgeStatus(reached.answer, source, book)) {
      // What is wrong with its conversations was said of the first answer: only how far it can be read counts here.
      const quiet = new StepBook({ strict, maxFindings: 1 });
      await readBody(
        reached,
        new DocumentReader(source, { strict, maxBodyBytes }, meaning, quiet),
        options,
        book,
      );
      if (!quiet.hasErrors) return meaning;
      return meaning.conversations > 0 ? meaning : (quiet.firstError ?? "it is not Ferndesk's document");
    }
    return book.firstError ?? `the status is ${reached.answer.status}`;
  } finally {
    await reached.close();
  }
}

async function checkNoDay(url: URL, options: CheckOptions, book: StepBook): Promise<void> {
  const asked = withStartDate(url, NO_DAY);
  const quiet = new StepBook({ strict: false, maxFindings: 0 });
  const reached = await reach(asked, options, quiet);
  if (reached === undefined) return;
  const { status } = reached.answer;
  await reached.close();
  if (status < 500) return;
  book.report("start-date", "check/start-date-crash", { found: NO_DAY, status }, options.show(url));
}

function withStartDate(url: URL, date: string | undefined): URL {
  const asked = new URL(url);
  if (date === undefined) asked.searchParams.delete(NAME);
  else asked.searchParams.set(NAME, date);
  return asked;
}
