import { isIP } from "node:net";
import { urlOf } from "../../json/url.ts";
import { maskedNonUrl } from "../../trust/secret-names.ts";
import { isLocalName } from "./addresses.ts";
import type { StepBook } from "./step-book.ts";

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Reads the URL and reports what is odd about it. User, password and fragment are left out of what comes back.
 *
 * @returns Undefined where there is nothing to fetch.
 */
export function readUrl(text: string, show: (url: URL) => string, book: StepBook): URL | undefined {
  book.facts("url", {});
  const url = urlOf(text);
  if (url === undefined) {
    // What cannot be read may hold a password all the same.
    book.report("url", "check/url-invalid", { found: maskedNonUrl(text) }, "<URL>");
    return undefined;
  }
  const { protocol, username, password, hash, hostname } = url;
  url.username = "";
  url.password = "";
  url.hash = "";
  const source = show(url);
  if (protocol !== "https:" && protocol !== "http:") {
    book.report("url", "check/url-scheme", { scheme: protocol }, source);
    return undefined;
  }
  book.facts("url", { scheme: protocol.slice(0, -1), host: url.host });
  if (username !== "" || password !== "") book.report("url", "check/url-credentials", {}, source);
  if (hash !== "") book.report("url", "check/url-fragment", {}, source);
  if (/[\s\\]/.test(text)) book.report("url", "check/url-rewritten", { read: source }, source);
  if (protocol === "http:") book.report("url", "check/url-http", {}, source);
  reportHost(hostname, spelledHost(text), source, book);
  reportStartDate(url, source, book);
  return url;
}

/** The host as it was written, which the URL parser turns into its normal form. */
function spelledHost(text: string): string {
  return /^\s*[a-z]+:[\\/]*(?:[^/\\?#]*@)?(\[[^\]]*\]|[^/\\?#:]*)/i.exec(text)?.[1]?.toLowerCase() ?? "";
}

function reportHost(hostname: string, spelled: string, source: string, book: StepBook): void {
  if (isIP(hostname) === 4 && spelled !== hostname) {
    book.report("url", "check/odd-address", { found: spelled, meant: hostname }, source);
  }
  if (isLocalName(hostname)) book.report("url", "check/local-name", { host: hostname }, source);
}

function reportStartDate(url: URL, source: string, book: StepBook): void {
  const values = url.searchParams.getAll("startDate");
  if (values.length === 0 || (values.length === 1 && isDay(values[0]!))) return;
  book.report("start-date", "check/start-date-format", { found: values.join(", ") }, source);
}

/** Whether a text is a day of the calendar as YYYY-MM-DD. */
export function isDay(text: string): boolean {
  return DAY.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text;
}
