import type { ReplayInput } from "../../plan/input-counts.ts";
import type { HttpRequest } from "../../transport/types.ts";
import { safeJson, safeText } from "../safe.ts";
import { type Masker, maskedBody, maskedHeaders } from "./masked.ts";
import { inputLines } from "./summary.ts";
import { withoutFiles } from "./without-files.ts";
import { duration, shownSource } from "./words.ts";

/** A first request of the plan, or why its message would fail. */
export interface PlannedRequest {
  readonly sequence: number;
  readonly source: string;
  readonly line: number;
  readonly request: HttpRequest | { readonly reason: string };
}

/** What a dry run says: everything is planned and rendered, nothing is sent. */
export interface ReplayPlan {
  readonly target: string;
  readonly planned: number;
  readonly input: ReplayInput;
  /** Messages by format, and by event within it; "" where it is not known or there is none. */
  readonly formats: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Messages whose templates lack a value, so that they would fail. */
  readonly unrenderable: number;
  readonly deliveredBefore: number;
  readonly failedBefore: number;
  readonly bodyBytes: number;
  /** At least so long, for the rate or the payloads' own times; undefined where only the endpoint decides. */
  readonly expectedMs?: number;
  /** What the expectation rests on: `at 50/s`. */
  readonly pace: string;
  readonly token?: HttpRequest;
  readonly first: readonly PlannedRequest[];
}

const LONGEST_BODY = 2000;

/** The plan for people. */
export function planText(plan: ReplayPlan, masker: Masker): string {
  const { planned, deliveredBefore, failedBefore, expectedMs, pace, target } = plan;
  const left = planned - deliveredBefore - failedBefore;
  const lines = [
    "dry run: nothing is sent",
    `target ${safeText(target)}`,
    `planned ${planned} = already delivered ${deliveredBefore} + given up before ${failedBefore} + to send ${left}`,
    ...inputLines(plan.input, planned),
    ...formatLines(plan.formats),
    ...(plan.unrenderable === 0
      ? []
      : [`would fail ${plan.unrenderable}: a value that a template names is missing or cannot stand there`]),
    expectedMs === undefined
      ? `expected duration: as fast as the endpoint answers, ${pace}`
      : `expected duration: at least ${duration(expectedMs)}, ${pace}`,
    ...(plan.token === undefined ? [] : ["", "token request:", ...requestLines(plan.token, masker)]),
    ...plan.first.flatMap((one) => ["", ...firstLines(one, masker)]),
  ];
  return `${lines.join("\n")}\n`;
}

function formatLines(formats: ReplayPlan["formats"]): string[] {
  return [...formats].flatMap(([format, events]) => {
    const sum = [...events.values()].reduce((total, count) => total + count, 0);
    const name = format === "" ? "format not known" : format;
    const inner = [...events].filter(([event]) => event !== "");
    return [
      `  ${sum}  ${safeText(name)}`,
      ...inner.map(([event, count]) => `    ${count}  ${safeText(event)}`),
    ];
  });
}

function firstLines({ sequence, source, line, request }: PlannedRequest, masker: Masker): string[] {
  const title = `message ${sequence} (${shownSource(source)}:${line})`;
  if ("reason" in request) return [`${title} would fail: ${safeText(masker.redact(request.reason))}`];
  return [`${title}:`, ...requestLines(request, masker)];
}

function requestLines({ method, url, headers, body }: HttpRequest, masker: Masker): string[] {
  const { text, encoding } = maskedBody(body, masker);
  const short = withoutFiles(text);
  const shown = short.length > LONGEST_BODY ? `${short.slice(0, LONGEST_BODY)}…` : short;
  return [
    `${method} ${safeText(masker.redact(url))}`,
    ...maskedHeaders(headers, masker).map(({ name, value }) => `${safeText(name)}: ${safeText(value)}`),
    "",
    ...(encoding === undefined
      ? shown.split("\n").map(safeText)
      : [`(${body.length} bytes that are no text)`]),
  ].map((line) => (line === "" ? "" : `  ${line}`));
}

/** The plan for machines: one JSON document. */
export function planJson(plan: ReplayPlan, masker: Masker, toolVersion: string): string {
  const { input, formats, token, first, ...rest } = plan;
  const data = {
    version: toolVersion,
    plan: {
      ...rest,
      toSend: plan.planned - plan.deliveredBefore - plan.failedBefore,
      formats: Object.fromEntries([...formats].map(([name, events]) => [name, Object.fromEntries(events)])),
      records: {
        read: input.read,
        leftOut: Object.fromEntries(input.leftOut),
        rejected: Object.fromEntries(input.rejected),
      },
      ...(token === undefined ? {} : { token: requestData(token, masker) }),
      first: first.map(({ request, ...place }) =>
        "reason" in request
          ? { ...place, reason: masker.redact(request.reason) }
          : { ...place, ...requestData(request, masker) },
      ),
    },
  };
  return `${safeJson(data)}\n`;
}

function requestData({ method, url, headers, body }: HttpRequest, masker: Masker) {
  return {
    method,
    url: masker.redact(url),
    headers: maskedHeaders(headers, masker),
    body: maskedBody(body, masker),
  };
}
