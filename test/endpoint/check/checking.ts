import { onTestFinished } from "vitest";
import { checkEndpoint } from "../../../src/endpoint/check/check.ts";
import type { CheckOptions, CheckResult } from "../../../src/endpoint/check/types.ts";
import {
  type FaultServer,
  type FaultServerOptions,
  type Script,
  startFaultServer,
} from "../../support/fault-server.ts";
import { testAuthority } from "../../support/test-ca.ts";

/** Checks a URL without the command, for what only a false clock, name server or network shows. */
export function checked(url: string, options: Partial<CheckOptions> = {}): Promise<CheckResult> {
  return checkEndpoint(url, {
    headers: [],
    userAgent: "test",
    tls: { ca: testAuthority(), rejectUnauthorized: true, minVersion: "TLSv1.2" },
    timeoutMs: 20_000,
    slowMs: 20_000,
    maxBodyBytes: 2 ** 28,
    maxFindings: Number.POSITIVE_INFINITY,
    strict: false,
    signal: new AbortController().signal,
    now: () => Date.now(),
    show: (url) => url.href,
    ...options,
  });
}

/** Codes in the order of the report. */
export function codesOf(result: CheckResult): string[] {
  return result.findings.map(({ code }) => code);
}

/** A fault server that is closed when the test ends. */
export async function serverFor(script: Script, options?: FaultServerOptions): Promise<FaultServer> {
  const server = await startFaultServer(script, options);
  onTestFinished(() => server.close());
  return server;
}
