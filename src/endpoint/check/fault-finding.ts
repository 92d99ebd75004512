import type { CheckDiagnosticArgs } from "../../diagnostics/check-args.ts";
import type { DiagnosticArgs } from "../../diagnostics/diagnostic.ts";
import type { FaultCode } from "../../transport/faults.ts";
import type { CertificateFacts, InspectFault } from "../../transport/inspect/types.ts";
import type { StepName } from "./types.ts";

type CheckCode = keyof CheckDiagnosticArgs;

/** A finding before it has words. */
export type StepFinding = {
  [C in CheckCode]: { readonly step: StepName; readonly code: C; readonly args: DiagnosticArgs[C] };
}[CheckCode];

function found<C extends CheckCode>(step: StepName, code: C, args: DiagnosticArgs[C]): StepFinding {
  return { step, code, args } as unknown as StepFinding;
}

/** What a fault means to whoever runs the endpoint. */
export function findingOf(
  fault: InspectFault,
  url: URL,
  certificate: CertificateFacts | undefined,
  timeoutMs: number,
): StepFinding {
  switch (fault.stage) {
    case "name":
      return nameFinding(fault, url.hostname);
    case "connection":
      return connectionFinding(fault.code, hostWithPort(url));
    case "tls":
      return tlsFinding(fault, url, certificate);
    case "answer":
      return answerFinding(fault, hostWithPort(url), timeoutMs);
  }
}

function hostWithPort({ host, port, protocol }: URL): string {
  return port === "" ? `${host}:${protocol === "https:" ? 443 : 80}` : host;
}

function nameFinding({ code, detail }: InspectFault, host: string): StepFinding {
  if (detail === "timeout") return found("name", "check/name-timeout", { host });
  const isUnknown = code === "name-not-found";
  return found("name", isUnknown ? "check/name-not-found" : "check/name-lookup-failed", { host });
}

function connectionFinding(code: FaultCode, host: string): StepFinding {
  switch (code) {
    case "connection-refused":
      return found("connection", "check/connection-refused", { host });
    case "connect-timeout":
      return found("connection", "check/connect-timeout", { host });
    case "unreachable":
      return found("connection", "check/unreachable", { host });
    case "no-sockets":
      return found("connection", "check/no-sockets", {});
    default:
      return found("connection", "check/connection-failed", { host });
  }
}

function tlsFinding(
  { code, detail }: InspectFault,
  url: URL,
  certificate: CertificateFacts | undefined,
): StepFinding {
  const host = hostWithPort(url);
  if (detail === "timeout") return found("tls", "check/tls-timeout", { host });
  switch (code) {
    case "tls-old-protocol":
      return found("tls", "check/tls-old-protocol", {});
    case "tls-not-spoken":
      return found("tls", "check/tls-not-spoken", { host });
    case "tls-client-certificate":
      return found("tls", "check/tls-client-certificate", {});
    default:
      return certificate === undefined
        ? found("tls", "check/tls-failed", { host })
        : certificateFinding(code, detail, url.hostname, certificate);
  }
}

function certificateFinding(
  code: FaultCode,
  detail: string | undefined,
  host: string,
  { subject, issuer, names, validFromMs, validToMs, hasIssuer, namesIssuerUrl }: CertificateFacts,
): StepFinding {
  switch (code) {
    case "tls-expired":
      return found("tls", "check/tls-expired", { until: dayOf(validToMs) });
    case "tls-not-yet-valid":
      return found("tls", "check/tls-not-yet-valid", { from: dayOf(validFromMs) });
    case "tls-wrong-name":
      return found("tls", "check/tls-wrong-name", {
        host,
        names: names.replaceAll(/\b(DNS|IP Address):/g, ""),
      });
    case "tls-self-signed":
      return found("tls", "check/tls-self-signed", { subject });
    case "tls-unknown-root":
      // A certificate of a public authority says where that one's own is found. Sent alone, it is the chain that lacks.
      return detail === "leaf" && !hasIssuer && namesIssuerUrl
        ? found("tls", "check/tls-incomplete-chain", { issuer })
        : found("tls", "check/tls-unknown-root", { issuer });
    default:
      return found("tls", "check/tls-bad-certificate", {});
  }
}

function answerFinding({ code, detail = "" }: InspectFault, host: string, timeoutMs: number): StepFinding {
  switch (code) {
    case "answer-timeout":
      return found("status", "check/answer-timeout", { timeoutMs });
    case "reset":
      return found("status", "check/connection-reset", { host });
    case "closed":
      return found("status", "check/connection-closed", { host });
    case "malformed-answer":
      return detail === "tls"
        ? found("status", "check/https-expected", { host })
        : found("status", "check/not-http", { reason: parserWords(detail) });
    case "header-overflow":
      return found("status", "check/headers-too-large", {});
    case "tls-client-certificate":
      return found("tls", "check/tls-client-certificate", {});
    default:
      return found("status", "check/answer-failed", {});
  }
}

const LINE_END = "a line does not end as it must";

const PARSER_WORDS = new Map([
  ["HPE_INVALID_CONSTANT", "it does not begin with HTTP/"],
  ["HPE_INVALID_VERSION", "its version of HTTP is none that exists"],
  ["HPE_INVALID_STATUS", "its status is no number of three digits"],
  ["HPE_INVALID_CONTENT_LENGTH", "its Content-Length is no number"],
  ["HPE_UNEXPECTED_CONTENT_LENGTH", "it gives its length twice"],
  ["HPE_INVALID_TRANSFER_ENCODING", "its Transfer-Encoding is none that exists"],
  ["HPE_INVALID_HEADER_TOKEN", "a header has characters that none may have"],
  ["HPE_INVALID_CHUNK_SIZE", "the size of a chunk is no number"],
  ["HPE_LF_EXPECTED", LINE_END],
  ["HPE_CR_EXPECTED", LINE_END],
  ["HPE_STRICT", LINE_END],
]);

/** What the HTTP parser's own name for a fault means; "" for one that has no words. */
export function parserWords(detail: string): string {
  return PARSER_WORDS.get(detail) ?? "";
}

/** `2026-11-25` */
export function dayOf(epochMs: number): string {
  return Number.isFinite(epochMs) ? new Date(epochMs).toISOString().slice(0, 10) : "an unknown day";
}
