import type { CheckOptions } from "../../endpoint/check/types.ts";
import { isDay } from "../../endpoint/check/url.ts";
import { urlOf } from "../../json/url.ts";
import { Redactor, SecretTooShort } from "../../template/redact.ts";
import { proxiesFrom } from "../../transport/proxy.ts";
import { maskedUrl } from "../../trust/secret-names.ts";
import { SetupError } from "../../trust/setup-error.ts";
import { readTlsOptions } from "../../trust/tls-options.ts";
import { UsageError } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { countOption, sizeOption } from "../options.ts";
import { secretHeaderOptions } from "../replay/secrets.ts";
import { atMostOneDay } from "../replay/units.ts";
import { version } from "../version.ts";
import { headersFrom } from "./headers.ts";

export interface CheckFlags {
  readonly startDate?: string;
  readonly header?: readonly string[];
  readonly timeout: string;
  readonly slow: string;
  readonly maxBodyBytes: string;
  readonly cacert?: string;
  readonly watch?: string | true;
  readonly strict?: boolean;
  readonly maxFindings: string;
  readonly reporter?: readonly string[];
  readonly quiet?: boolean;
}

export interface PreparedCheck {
  readonly options: CheckOptions;
  /** Knows the secrets that were given. */
  readonly redactor: Redactor;
  readonly warnings: readonly string[];
}

/** @throws {UsageError | TemplateError} For options that cannot be used; nothing has been asked then. */
export function prepareCheck(url: string, flags: CheckFlags, io: Io): PreparedCheck {
  try {
    return prepare(url, flags, io);
  } catch (error) {
    if (error instanceof SetupError) throw new UsageError(error.message, error.hint);
    if (error instanceof SecretTooShort) throw new UsageError(error.message);
    throw error;
  }
}

function prepare(url: string, flags: CheckFlags, io: Io): PreparedCheck {
  const { startDate, cacert, strict = false, header = [] } = flags;
  if (startDate !== undefined && !isDay(startDate)) {
    throw new UsageError(`--start-date takes a day such as 2025-01-01; found "${startDate}"`);
  }
  const redactor = new Redactor();
  const secrets = secretHeaderOptions(header, redactor);
  const tls = readTlsOptions(cacert === undefined ? {} : { cacert }, io.env, false);
  const maxFindings = countOption(flags.maxFindings, "--max-findings");
  const options: CheckOptions = {
    ...(startDate === undefined ? {} : { startDate }),
    headers: headersFrom(header, io.env, redactor),
    userAgent: `chatx/${version} (check)`,
    tls: tls.settings,
    timeoutMs: atMostOneDay(flags.timeout, "--timeout"),
    slowMs: atMostOneDay(flags.slow, "--slow"),
    maxBodyBytes: sizeOption(flags.maxBodyBytes, "--max-body-bytes"),
    maxFindings: maxFindings === 0 ? Number.POSITIVE_INFINITY : maxFindings,
    strict,
    signal: io.signal,
    now: () => Date.now(),
    show: maskedUrl,
  };
  const warnings = [...secrets, ...tls.warnings, ...remarks(url, header.length > 0, io)];
  return { options, redactor, warnings };
}

function remarks(url: string, hasHeaders: boolean, io: Io): string[] {
  const remarks: string[] = [];
  if (hasHeaders) {
    remarks.push("--header: Ferndesk sends no headers of yours; what is found with them may not hold for it");
  }
  const parsed = urlOf(url);
  if (parsed !== undefined && proxiesFrom(io.env)(parsed) !== undefined) {
    remarks.push("the proxy of the environment is not used: Ferndesk calls the endpoint directly too");
  }
  return remarks;
}
