import type { CheckDiagnosticArgs } from "../../diagnostics/check-args.ts";
import type { DiagnosticArgs } from "../../diagnostics/diagnostic.ts";
import { BodyFault, type InspectedAnswer } from "../../transport/inspect/types.ts";
import type { StepBook } from "./step-book.ts";

const NONE = {} as const;

/** The value of the first header of a name, trimmed; "" where there is none. */
export function header(answer: InspectedAnswer, name: string): string {
  return answer.headers.find(([one]) => one.toLowerCase() === name)?.[1].trim() ?? "";
}

/** Statuses that say all by themselves. */
const TELLING = new Map<number, CodeWithoutFacts>([
  [206, "check/partial-content"],
  [403, "check/forbidden"],
  [404, "check/not-found"],
  [405, "check/method-not-allowed"],
  [406, "check/not-acceptable"],
  [410, "check/gone"],
]);

type CodeWithoutFacts = {
  [C in keyof CheckDiagnosticArgs]: Record<never, never> extends CheckDiagnosticArgs[C] ? C : never;
}[keyof CheckDiagnosticArgs];

/**
 * Judges the status of an answer that is no redirect.
 *
 * @returns Whether its body is worth reading as the document.
 */
export function judgeStatus(answer: InspectedAnswer, source: string, book: StepBook): boolean {
  const { status } = answer;
  const report = <C extends keyof CheckDiagnosticArgs>(code: C, args: CheckDiagnosticArgs[C]) =>
    book.report("status", code, args as DiagnosticArgs[C], source);
  const retryAfter = header(answer, "retry-after");
  const telling = TELLING.get(status);
  if (isBotProtection(answer)) report("check/bot-protection", { status });
  else if (telling !== undefined) report(telling, NONE);
  else if (status === 204 || status === 205) report("check/no-content", { status });
  else if (status === 401) report("check/unauthorized", { scheme: authenticateScheme(answer) });
  else if (status === 429) report("check/rate-limited", { retryAfter });
  else if (status === 502 || status === 504) report("check/bad-gateway", { status });
  else if (status === 503) report("check/unavailable", { retryAfter });
  else if (status >= 400 && status < 500) report("check/client-error", { status });
  else if (status >= 500 && status < 600) report("check/server-error", { status });
  else if (status < 200 || status >= 300) report("check/unusual-status", { status });
  else {
    if (status !== 200) report("check/unusual-success", { status });
    return true;
  }
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
