import { prepareInspect } from "../../transport/inspect/inspect.ts";
import { judgeStatus, wantsTls } from "./answer-head.ts";
import { readBody } from "./body.ts";
import { DocumentReader } from "./document-reader.ts";
import { Meaning } from "./meaning.ts";
import { reach } from "./reach.ts";
import { checkStartDate, planStartDate } from "./start-date.ts";
import { StepBook } from "./step-book.ts";
import type { CheckOptions, CheckResult } from "./types.ts";
import { readUrl } from "./url.ts";

/**
 * Does what Ferndesk will do with the URL of a support endpoint, and tells of each step what it found: documented is that
 * the endpoint must be public, without a login, and answer JSON of the known shape; what else Ferndesk does (redirects,
 * time limits, startDate) is not, and is worded as such.
 *
 * Memory does not grow with the answer.
 *
 * @param text  The URL as the user wrote it.
 * @throws The signal's reason; nothing else, whatever the endpoint does.
 */
export async function checkEndpoint(text: string, options: CheckOptions): Promise<CheckResult> {
  const book = new StepBook(options);
  const nowMs = options.now();
  const url = readUrl(text, options.show, book);
  if (url !== undefined) await checkUrl(url, nowMs, options, book);
  return book.result(url === undefined ? "<URL>" : options.show(url), nowMs);
}

async function checkUrl(url: URL, nowMs: number, options: CheckOptions, book: StepBook): Promise<void> {
  await prepareInspect();
  const reached = await reach(url, options, book);
  if (reached === undefined) return;
  const source = options.show(reached.url);
  const plan = planStartDate(url, options.startDate);
  const meaning = new Meaning({ nowMs, ...(plan === undefined ? {} : { since: plan.since }) });
  let isRead = false;
  try {
    if (await wantsTls(reached.url, reached.answer)) {
      book.report("status", "check/https-expected", { host: reached.url.host }, source);
    } else isRead = judgeStatus(reached.answer, source, book);
    if (isRead) await readBody(reached, new DocumentReader(source, options, meaning, book), options, book);
  } finally {
    await reached.close();
  }
  if (plan === undefined) book.facts("start-date", { isNotAsked: true });
  // An empty answer is asked for again, too: a startDate may be what left all of it out.
  else if (isRead && (meaning.conversations > 0 || !book.hasErrors))
    await checkStartDate(plan, url, meaning, options, book);
}
