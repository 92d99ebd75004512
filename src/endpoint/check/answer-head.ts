import { BodyFault, type InspectedAnswer } from "../../transport/inspect/types.ts";
import type { StepBook } from "./step-book.ts";

const NONE = {} as const;

/** The value of the first header of a name, trimmed; "" where there is none. */
export function header(answer: InspectedAnswer, name: string): string {
  return answer.headers.find(([one]) => one.toLowerCase() === name)?.[1].trim() ?? "";
}

/**
 * Judges the status of an answer that is no redirect.
 *
 * @returns Whether its body is worth reading as the document.
 */
export function judgeStatus(answer: InspectedAnswer, source: string, book: StepBook): boolean {
  const { status } = answer;
  const retryAfter = header(answer, "retry-after");
  const step = "status";
  if (isBotProtection(answer)) {
    book.report(step, "check/bot-protection", { status }, source);
    return false;
  }
  switch (status) {
    case 200:
      return true;
    case 204:
    case 205:
      book.report(step, "check/no-content", { status }, source);
      return false;
    case 206:
      book.report(step, "check/partial-content", NONE, source);
      return false;
    case 401:
      book.report(step, "check/unauthorized", { scheme: authenticateScheme(answer) }, source);
      return false;
    case 403:
      book.report(step, "check/forbidden", NONE, source);
      return false;
    case 404:
      book.report(step, "check/not-found", NONE, source);
      return false;
    case 405:
      book.report(step, "check/method-not-allowed", NONE, source);
      return false;
    case 406:
      book.report(step, "check/not-acceptable", NONE, source);
      return false;
    case 410:
      book.report(step, "check/gone", NONE, source);
      return false;
    case 429:
      book.report(step, "check/rate-limited", { retryAfter }, source);
      return false;
    case 502:
    case 504:
      book.report(step, "check/bad-gateway", { status }, source);
      return false;
    case 503:
      book.report(step, "check/unavailable", { retryAfter }, source);
      return false;
    default:
      return judgeOther(status, source, book);
  }
}

function judgeOther(status: number, source: string, book: StepBook): boolean {
  if (status > 200 && status < 300) {
    book.report("status", "check/unusual-success", { status }, source);
    return true;
  }
  if (status >= 400 && status < 500) book.report("status", "check/client-error", { status }, source);
  else if (status >= 500 && status < 600) book.report("status", "check/server-error", { status }, source);
  else book.report("status", "check/unusual-status", { status }, source);
  return false;
}

/** What nginx, Apache and Go's server answer to plain HTTP at a port for TLS, each with status 400. */
const WANTS_TLS =
  /plain HTTP request was sent to HTTPS port|speaking plain HTTP to an SSL-enabled|HTTP request to an HTTPS server/i;
const LOOKED_AT = 4096;

/** Whether a server says that it speaks TLS. Reads the beginning of the body where that can be. */
export async function wantsTls(url: URL, answer: InspectedAnswer): Promise<boolean> {
  if (url.protocol !== "http:" || answer.status !== 400) return false;
  let text = "";
  try {
    for await (const chunk of answer.body) {
      text += Buffer.from(chunk).toString("latin1");
      if (text.length >= LOOKED_AT) break;
    }
  } catch (error) {
    if (!(error instanceof BodyFault)) throw error;
  }
  return WANTS_TLS.test(text);
}

/** Headers by which the wide-spread protections say that they, and not the endpoint, answer (documented by each). */
function isBotProtection(answer: InspectedAnswer): boolean {
  const waf = header(answer, "x-amzn-waf-action");
  return (
    header(answer, "cf-mitigated") === "challenge" ||
    waf === "challenge" ||
    waf === "captcha" ||
    (answer.status === 403 && header(answer, "x-datadome") !== "")
  );
}

/** `Basic` of `Basic realm="staff"`. */
function authenticateScheme(answer: InspectedAnswer): string {
  return /^[A-Za-z][A-Za-z0-9-]*/.exec(header(answer, "www-authenticate"))?.[0] ?? "";
}

/** Judges what the answer says about its body. */
export function judgeContentType(answer: InspectedAnswer, source: string, book: StepBook): void {
  const contentType = header(answer, "content-type");
  const contentEncoding = header(answer, "content-encoding");
  const step = "content-type";
  book.facts(step, { contentType, ...(contentEncoding === "" ? {} : { contentEncoding }) });
  if (contentType === "") {
    book.report(step, "check/no-content-type", NONE, source);
    return;
  }
  const [type = "", ...parameters] = contentType.split(";").map((part) => part.trim());
  if (!/^(?:application|text)\/(?:[\w.-]+\+)?json$/i.test(type)) {
    book.report(step, "check/wrong-content-type", { found: type }, source);
  }
  const charset = parameters
    .map((parameter) => /^charset\s*=\s*"?([^"]*)"?$/i.exec(parameter)?.[1])
    .find((one) => one !== undefined);
  if (charset !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(charset)) {
    book.report(step, "check/wrong-charset", { found: charset }, source);
  }
}
