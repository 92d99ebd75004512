import { readFile } from "node:fs/promises";
import { decodeUtf8 } from "../../json/text.ts";
import { msOf } from "../../model/time.ts";
import { type PlanSettings, sendableMethod } from "../../plan/settings.ts";
import { type Expectation, expectationFrom } from "../../replay/expect.ts";
import { type Rate, rateFrom } from "../../replay/rate.ts";
import { DEFAULT_RETRY } from "../../replay/retry.ts";
import type { RunOptions } from "../../replay/run-options.ts";
import { maxFailuresFrom } from "../../replay/summary.ts";
import { NOT_VALUE } from "../../template/headers.ts";
import type { ReportBytes } from "../../template/report-export.ts";
import { type InputLimits, type InputOptions, inputOptions } from "../each-record.ts";
import { reasonOf, UsageError } from "../exit-codes.ts";
import {
  choiceOption,
  countOption,
  formatOption,
  momentOption,
  shardOption,
  sizeOption,
  sourceFormatOption,
  zoneOption,
} from "../options.ts";
import { durationOption, longerThanZero, speedOption, variablesOption } from "./units.ts";

/** As commander gives them. */
export interface ReplayFlags extends InputOptions {
  readonly url?: string;
  readonly profile?: string;
  readonly reportBytes: string;
  readonly pdfFont?: readonly string[];
  readonly header?: readonly string[];
  readonly body?: string;
  readonly contentType?: string;
  readonly method?: string;
  readonly to?: string;
  readonly from: string;
  readonly concurrency: string;
  readonly rate?: string;
  readonly retries: string;
  readonly timeout: string;
  readonly maxElapsed: string;
  readonly retryBase: string;
  readonly retryCap: string;
  readonly order: string;
  readonly onFailure: string;
  readonly speed: string;
  readonly maxGap?: string;
  readonly limit?: string;
  readonly since?: string;
  readonly until?: string;
  readonly shard?: string;
  readonly expect?: readonly string[];
  readonly journal?: string;
  readonly resume?: boolean;
  readonly deadLetter?: string;
  readonly maxFailures?: string;
  readonly maxAnswerBytes: string;
  readonly tokenUrl?: string;
  readonly tokenMethod?: string;
  readonly tokenHeader?: readonly string[];
  readonly tokenBody?: string;
  readonly tokenContentType?: string;
  readonly sign?: string;
  readonly signSecret?: string;
  readonly signHeader?: string;
  readonly signEncoding?: string;
  readonly signPrefix?: string;
  readonly cacert?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly insecure?: boolean;
  readonly var?: readonly string[];
  readonly timeZone?: string;
  readonly dryRun?: boolean;
  readonly reporter?: readonly string[];
  readonly har?: string;
  readonly saveResponses?: string;
}

/** All options of a replay that are checked without touching network or outputs. */
export interface ReplaySettings {
  readonly limits: InputLimits;
  readonly plan: PlanSettings;
  readonly run: RunOptions & { readonly concurrency: number; readonly timeoutMs: number };
  readonly rate?: Rate;
  readonly vars: Readonly<Record<string, string>>;
  readonly reportBytes: ReportBytes;
}

/** @throws {UsageError} For the first option that is not understood. */
export function replaySettings(flags: ReplayFlags): ReplaySettings {
  checkTogether(flags);
  const rate = rateOption(flags.rate);
  return {
    limits: inputOptions(flags),
    plan: planSettings(flags),
    run: runSettings(flags),
    ...(rate === undefined ? {} : { rate }),
    vars: variablesOption(flags.var ?? []),
    reportBytes: choiceOption(flags.reportBytes, "--report-bytes", ["pdf", "encoded"]),
  };
}

/** Options that mean nothing without another one: saying so is better than doing nothing. */
function checkTogether(flags: ReplayFlags): void {
  const needs = (isGiven: boolean, option: string, other: string) => {
    if (isGiven) throw new UsageError(`${option} needs ${other}`);
  };
  needs(flags.resume === true && flags.journal === undefined, "--resume", "--journal FILE");
  if (flags.tokenUrl === undefined && flags.profile === undefined) {
    needs(flags.tokenHeader !== undefined, "--token-header", "--token-url");
    needs(flags.tokenBody !== undefined, "--token-body", "--token-url");
  }
  if (flags.sign === undefined) {
    needs(flags.signSecret !== undefined, "--sign-secret", "--sign");
    needs(flags.signHeader !== undefined, "--sign-header", "--sign hmac-sha256");
  }
  if (flags.contentType !== undefined && flags.header?.some((header) => /^content-type\s*:/i.test(header))) {
    throw new UsageError("--content-type and a Content-Type in --header exclude each other");
  }
}

function planSettings(flags: ReplayFlags): PlanSettings {
  const zone = zoneOption(flags.timeZone ?? "UTC");
  const from = sourceFormatOption(flags.from, "--from");
  const { method, since, until, shard, limit, to } = flags;
  return {
    order: choiceOption(flags.order, "--order", ["conversation", "input", "none"]),
    zone,
    zoneIsGiven: flags.timeZone !== undefined,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to: formatOption(to, "--to", "writable") }),
    ...(method === undefined ? {} : { method: methodOption(method, "--method") }),
    ...(limit === undefined ? {} : { limit: countOption(limit, "--limit") }),
    ...(since === undefined ? {} : { sinceMs: msOf(momentOption(since, "--since", zone)) }),
    ...(until === undefined ? {} : { untilMs: msOf(momentOption(until, "--until", zone)) }),
    ...(shard === undefined ? {} : { shard: shardOption(shard) }),
  };
}

function runSettings(flags: ReplayFlags): ReplaySettings["run"] {
  const factor = speedOption(flags.speed);
  if (factor === undefined && flags.maxGap !== undefined) {
    throw new UsageError("--max-gap needs --speed with a factor such as 1x: without one nothing waits");
  }
  const maxFailures = flags.maxFailures === undefined ? undefined : maxFailuresFrom(flags.maxFailures);
  if (flags.maxFailures !== undefined && maxFailures === undefined) {
    throw new UsageError(
      `--max-failures takes a number or a share such as 10 or 5%; found "${flags.maxFailures}"`,
    );
  }
  const concurrency = countOption(flags.concurrency, "--concurrency");
  if (concurrency < 1) throw new UsageError("--concurrency takes a number from 1 on");
  return {
    concurrency,
    timeoutMs: longerThanZero(flags.timeout, "--timeout"),
    retry: {
      ...DEFAULT_RETRY,
      retries: countOption(flags.retries, "--retries"),
      baseMs: durationOption(flags.retryBase, "--retry-base"),
      capMs: durationOption(flags.retryCap, "--retry-cap"),
      maxElapsedMs: longerThanZero(flags.maxElapsed, "--max-elapsed"),
    },
    maxBodyBytes: sizeOption(flags.maxAnswerBytes, "--max-answer-bytes"),
    expectations: (flags.expect ?? []).map(expectOption),
    onFailure: choiceOption(flags.onFailure, "--on-failure", ["hold", "continue"]),
    ...(maxFailures === undefined ? {} : { maxFailures }),
    ...(factor === undefined
      ? {}
      : { speed: { factor, maxGapMs: durationOption(flags.maxGap ?? "60s", "--max-gap") } }),
  };
}

function expectOption(text: string): Expectation {
  const expectation = expectationFrom(text);
  if (expectation !== undefined) return expectation;
  throw new UsageError(
    `--expect takes a status from 200 to 299, or /json/pointer=value; found "${text}"`,
    "an answer that is not 2xx is never a delivery",
  );
}

function rateOption(text: string | undefined): Rate | undefined {
  const rate = text === undefined ? undefined : rateFrom(text);
  if (text !== undefined && rate === undefined) {
    throw new UsageError(
      `--rate takes a number a second, minute or hour such as 50/s, 600/m or 1000/h; found "${text}"`,
    );
  }
  return rate;
}

export function methodOption(text: string, option: string): string {
  const method = sendableMethod(text);
  if (method !== undefined) return method;
  throw new UsageError(`${option} takes a method such as POST, PUT or PATCH; found "${text}"`);
}

/** A content type as a header can hold it. */
export function contentTypeOption(text: string, option: string): string {
  const at = text.search(NOT_VALUE);
  if (at < 0) return text;
  const unit = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, "0");
  throw new UsageError(
    `${option} has U+${unit} in it: a header holds neither controls nor characters beyond Latin-1`,
  );
}

/**
 * A template given as text, or as `@FILE`.
 *
 * @returns The text, strictly UTF-8, and what to call it in its faults.
 */
export async function templateOption(
  value: string,
  option: string,
): Promise<{ readonly text: string; readonly name: string }> {
  if (!value.startsWith("@")) return { text: value, name: `the value of ${option}` };
  const path = value.slice(1);
  if (path === "") throw new UsageError(`${option} @FILE names no file`);
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new UsageError(`cannot read ${path} of ${option}: ${reasonOf(error)}`);
  });
  const text = decodeUtf8(bytes);
  if (text === undefined) throw new UsageError(`${path} of ${option} is not UTF-8`);
  return { text, name: path };
}
