import type { DiagnosticArgs, DiagnosticCode } from "../../diagnostics/diagnostic.ts";
import { FAULTS } from "../../transport/faults.ts";
import { inspect } from "../../transport/inspect/inspect.ts";
import type { Inspection } from "../../transport/inspect/types.ts";
import { addressKind } from "./addresses.ts";
import { dayOf, findingOf } from "./fault-finding.ts";
import type { StepBook } from "./step-book.ts";
import type { CheckOptions, StepName } from "./types.ts";

/** For the look-up, the connection and TLS, each. */
const CONNECT_TIMEOUT_MS = 10_000;
const DAY_MS = 86_400_000;
/** A certificate that ends within so many days is told about; authorities renew about 30 days before. */
const SOON_DAYS = 14;

/** One request to one address on the way. */
export interface Visit {
  readonly url: URL;
  readonly headers: readonly (readonly [string, string])[];
  /** Left of the time for all of it. */
  readonly timeoutMs: number;
  /** Set for the target of a redirect that leaves the host: an address that is not public is not called. */
  readonly isPublicOnly: boolean;
}

/**
 * Makes one request and reports what its name, connection, TLS and answer's head have to say.
 *
 * @returns What came of it, to be closed by the caller; undefined where there is no answer (then it is closed).
 */
export async function visit(
  wanted: Visit,
  options: CheckOptions,
  book: StepBook,
): Promise<Inspection | undefined> {
  const { url } = wanted;
  const source = options.show(url);
  const reporter = new VisitReporter(url, source, options, book);
  let isAccepted = true;
  const inspection = await inspect(
    url,
    headersOf(wanted, options),
    {
      timeoutMs: wanted.timeoutMs,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      tls: options.tls,
      signal: options.signal,
      ...(options.lookUp === undefined ? {} : { lookUp: options.lookUp }),
      ...(options.dial === undefined ? {} : { dial: options.dial }),
    },
    (addresses) => {
      isAccepted = reporter.addresses(addresses, wanted.isPublicOnly);
      return isAccepted;
    },
  );
  if (isAccepted) reporter.inspection(inspection);
  if (inspection.answer !== undefined) return inspection;
  await inspection.close();
  return undefined;
}

/** Ours, unless the user says otherwise. What Ferndesk sends is not known; these are what most programs send. */
function headersOf({ headers }: Visit, { userAgent }: CheckOptions): (readonly [string, string])[] {
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  const own: (readonly [string, string])[] = [
    ["user-agent", userAgent],
    ["accept", "*/*"],
    ["accept-encoding", "identity"],
  ];
  return [...own.filter(([name]) => !given.has(name)), ...headers];
}

class VisitReporter {
  readonly #url: URL;
  readonly #source: string;
  readonly #options: CheckOptions;
  readonly #book: StepBook;

  constructor(url: URL, source: string, options: CheckOptions, book: StepBook) {
    this.#url = url;
    this.#source = source;
    this.#options = options;
    this.#book = book;
  }

  /** @returns Whether they may be called. */
  addresses(addresses: readonly string[], isPublicOnly: boolean): boolean {
    const kinds = addresses.map((address) => ({ address, kind: addressKind(address) }));
    const inner = kinds.find(({ kind }) => kind !== "");
    if (inner === undefined) return true;
    const { address, kind } = inner;
    if (isPublicOnly) {
      this.#report("redirects", "check/redirect-to-private", { to: this.#source, kind });
      return false;
    }
    const isMixed = kinds.some((one) => one.kind === "");
    const code = isMixed ? "check/mixed-addresses" : "check/private-address";
    this.#report("name", code, { host: this.#url.hostname, address, kind });
    return true;
  }

  inspection(inspection: Inspection): void {
    const { addresses, nameMs, connection, tls, fault, answer } = inspection;
    const book = this.#book;
    if (addresses !== undefined) book.facts("name", { addresses, ...ms(nameMs) });
    if (connection !== undefined) {
      book.facts("connection", {
        address: connection.address,
        port: connection.port,
        ...ms(connection.durationMs),
      });
      for (const { address, code } of connection.failed) {
        this.#report("connection", "check/address-fails", { address, why: FAULTS[code].words });
      }
    }
    if (this.#url.protocol === "http:") {
      if (connection !== undefined) book.facts("tls", { isNotUsed: true });
    } else if (tls !== undefined) {
      const { subject, issuer, validToMs } = tls.certificate;
      book.facts("tls", {
        ...{ protocol: tls.protocol, subject, issuer, validTo: dayOf(validToMs) },
        ...ms(tls.durationMs),
      });
      if (fault?.stage !== "tls") this.#expiry(validToMs);
    }
    if (fault !== undefined) {
      const { step, code, args } = findingOf(fault, this.#url, tls?.certificate, this.#options.timeoutMs);
      this.#report(step, code, args);
    }
    if (answer !== undefined) {
      const { status, httpVersion, interim, firstByteMs } = answer;
      book.facts("status", {
        status,
        httpVersion,
        ...(interim.length === 0 ? {} : { interim }),
        firstByteMs: tenth(firstByteMs),
      });
      if (httpVersion !== "1.1") this.#report("status", "check/old-http", { version: httpVersion });
    }
  }

  #expiry(validToMs: number): void {
    const days = Math.floor((validToMs - this.#options.now()) / DAY_MS);
    if (days >= SOON_DAYS) return;
    this.#report("tls", "check/tls-expires-soon", { until: dayOf(validToMs), days: Math.max(0, days) });
  }

  #report<C extends DiagnosticCode>(step: StepName, code: C, args: DiagnosticArgs[C]): void {
    this.#book.report(step, code, args, this.#source);
  }
}

function ms(value: number | undefined): { ms?: number } {
  return value === undefined ? {} : { ms: tenth(value) };
}

export function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
