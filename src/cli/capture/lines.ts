import { clip, escapeControls } from "../../diagnostics/quote.ts";
import type { CaptureEvent, StoredRequest } from "../../endpoint/capture/events.ts";
import { reasonOf } from "../exit-codes.ts";

const LONGEST_URL = 200;

/** An event as a line for people; what the other side wrote is clipped and cannot steer a terminal. */
export function textLine(event: CaptureEvent, time: Date): string {
  return `${time.toISOString()} ${escapeControls(words(event))}\n`;
}

/** Problems are for standard error: what is stored is the result. */
export function isProblem({ event }: CaptureEvent): boolean {
  return PROBLEMS.has(event);
}

const PROBLEMS: ReadonlySet<CaptureEvent["event"]> = new Set([
  "mended",
  "not-compressed",
  "storing-failed",
  "recovered",
  "not-forwarded",
  "error",
]);

function words(event: CaptureEvent): string {
  switch (event.event) {
    case "stored":
      return storedWords(event.request);
    case "refused":
      return `refused ${event.status} ${event.code}${event.remote === undefined ? "" : ` from ${event.remote}`}: ${event.message}`;
    case "mended":
      return `the file ended in a half-written record, never acknowledged: ${event.cutBytes} bytes are cut off`;
    case "rotated":
      return `closed ${event.file}`;
    case "compressed":
      return `compressed ${event.file}`;
    case "not-compressed":
      return `could not compress ${event.file}: ${reasonOf(event.reason)}; the next start tries again`;
    case "storing-failed":
      return `${event.reason.message}; requests are refused until that works again`;
    case "recovered":
      return "requests are stored again";
    case "forwarded":
      return `passed on: ${event.status} after ${counted(event.attempts, "attempt")}`;
    case "not-forwarded":
      return `not passed on${event.attempts === 0 ? "" : ` after ${counted(event.attempts, "attempt")}`}: ${event.reason}; it is stored, chatx replay can send it`;
    case "error":
      return `a request failed: ${errorName(event.error)}`;
  }
}

function storedWords(request: StoredRequest): string {
  const { method, url, bodyBytes, verdict, formats = [], findings = 0, partial, duplicate } = request;
  const parts = [`stored ${method} ${clip(url, LONGEST_URL)}`, counted(bodyBytes, "byte")];
  if (verdict !== undefined) {
    const format = formats.length === 0 ? "of no known format" : formats.join(" and ");
    parts.push(format, findings === 0 ? verdict : `${verdict} with ${counted(findings, "finding")}`);
  }
  if (partial) parts.push("too much to be looked at as a whole");
  if (duplicate !== undefined)
    parts.push(duplicate === "body" ? "same bytes as before" : "same webhook-id as before");
  return parts.join(", ");
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Messages of errors that nobody foresaw may hold payload text; their kind does not. */
function errorName(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === "string" ? reasonOf(error) : error.name;
}

/** An event as one line of JSON that is safe on a terminal, too. */
export function jsonLine(event: CaptureEvent, time: Date): string {
  return jsonObjectLine({ time: time.toISOString(), ...jsonOf(event) });
}

/** What JSON leaves as it is and a terminal may obey is escaped. */
export function jsonObjectLine(value: unknown): string {
  return `${escapeControls(JSON.stringify(value))}\n`;
}

function jsonOf(event: CaptureEvent): Record<string, unknown> {
  switch (event.event) {
    case "stored": {
      const { receivedAt, ...request } = event.request;
      return { event: "stored", receivedAt: receivedAt.toISOString(), ...request };
    }
    case "storing-failed":
      return { event: "storing-failed", reason: event.reason.message };
    case "not-compressed":
      return { event: "not-compressed", file: event.file, reason: reasonOf(event.reason) };
    case "error":
      return { event: "error", reason: errorName(event.error) };
    default:
      return { ...event };
  }
}
