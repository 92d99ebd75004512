import { urlOf } from "../../json/url.ts";
import { type LookUp, systemLookUp } from "../../transport/inspect/dial.ts";
import type { InspectedAnswer } from "../../transport/inspect/types.ts";
import { maskedNonUrl } from "../../trust/secret-names.ts";
import type { StepBook } from "./step-book.ts";
import type { CheckOptions } from "./types.ts";
import { visit } from "./visit.ts";

const MOST_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** An answer at the end of all redirects. */
export interface Reached {
  readonly url: URL;
  readonly answer: InspectedAnswer;
  /** From the first look-up to the head of this answer. */
  readonly startedAt: number;
  close(): Promise<void>;
}

/**
 * Asks for a URL and follows its redirects, each of which is reported: at most five, never from https to http, and away from
 * the host of the URL only to public addresses. The user's own headers stay with the origin of the URL.
 *
 * @returns Undefined where there is no answer in the end; why is in the book.
 */
export async function reach(start: URL, given: CheckOptions, book: StepBook): Promise<Reached | undefined> {
  const options = { ...given, lookUp: remembering(given.lookUp ?? systemLookUp) };
  const startedAt = performance.now();
  const seen = new Set([start.href]);
  const hops: { status: number; to: string }[] = [];
  let url = start;
  for (;;) {
    const inspection = await visit(
      {
        url,
        headers: url.origin === start.origin ? options.headers : [],
        timeoutMs: Math.max(1, options.timeoutMs - (performance.now() - startedAt)),
        isPublicOnly: url.hostname !== start.hostname,
      },
      options,
      book,
    );
    const { answer } = inspection ?? {};
    if (inspection === undefined || answer === undefined) return undefined;
    if (!REDIRECTS.has(answer.status)) {
      book.facts("redirects", { hops });
      return { url, answer, startedAt, close: inspection.close };
    }
    await inspection.close();
    const next = target(url, answer, options, book);
    if (next === undefined) return undefined;
    const to = options.show(next);
    hops.push({ status: answer.status, to });
    book.facts("redirects", { hops: [...hops] });
    const source = options.show(url);
    book.report("redirects", "check/redirect", { status: answer.status, to }, source);
    if (isRefused(url, next, seen, hops.length, to, source, book)) return undefined;
    reportLostQuery(url, next, source, book);
    seen.add(next.href);
    url = next;
  }
}

/** Looks each name up once: one that changes its answer on the way could lead to where nobody may be led. */
function remembering(lookUp: LookUp): LookUp {
  const known = new Map<string, ReturnType<LookUp>>();
  return (host) => {
    const addresses = known.get(host) ?? lookUp(host);
    known.set(host, addresses);
    return addresses;
  };
}

/** Where an answer redirects to, without user, password and fragment. */
function target(url: URL, answer: InspectedAnswer, options: CheckOptions, book: StepBook): URL | undefined {
  const source = options.show(url);
  const location = answer.headers.find(([name]) => name.toLowerCase() === "location")?.[1];
  if (location === undefined || location === "") {
    book.report("redirects", "check/redirect-without-location", { status: answer.status }, source);
    return undefined;
  }
  const next = urlOf(location, url.href);
  if (next === undefined || !/^https?:$/.test(next.protocol)) {
    book.report("redirects", "check/redirect-bad-location", { location: maskedNonUrl(location) }, source);
    return undefined;
  }
  next.username = "";
  next.password = "";
  next.hash = "";
  return next;
}

function isRefused(
  from: URL,
  next: URL,
  seen: ReadonlySet<string>,
  hops: number,
  to: string,
  source: string,
  book: StepBook,
): boolean {
  if (from.protocol === "https:" && next.protocol === "http:") {
    book.report("redirects", "check/redirect-to-http", { to }, source);
  } else if (seen.has(next.href)) {
    book.report("redirects", "check/redirect-loop", { to }, source);
  } else if (hops > MOST_REDIRECTS) {
    book.report("redirects", "check/redirect-limit", { limit: MOST_REDIRECTS }, source);
  } else return false;
  return true;
}

/** Names of parameters that stood in the URL and are gone. */
function reportLostQuery(from: URL, next: URL, source: string, book: StepBook): void {
  const lost = [...new Set(from.searchParams.keys())].filter((name) => !next.searchParams.has(name));
  if (lost.length > 0) book.report("redirects", "check/query-lost", { query: lost.join(", ") }, source);
}
