import { createHash } from "node:crypto";
import { diagnosticCodes, severityOf } from "../diagnostics/catalogue.ts";
import type { DiagnosticCode, Severity } from "../diagnostics/diagnostic.ts";
import type { Finding } from "../diagnostics/finding.ts";
import { urlOf } from "../json/url.ts";
import { safeJson } from "./safe.ts";
import type { Reporter } from "./types.ts";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const LEVELS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "note" };
const ruleIndex = new Map(diagnosticCodes.map((code, index) => [code, index]));

/** SARIF 2.1.0 (OASIS), one run. The rules come first, so the results need not be held. */
export function sarifReporter(toolVersion: string): Reporter<object> {
  let separator = "\n";
  return {
    start() {
      const driver = { name: "chatx", version: toolVersion, rules: diagnosticCodes.map(ruleOf) };
      const run = `{"tool":${safeJson({ driver })},"columnKind":"utf16CodeUnits","results":[`;
      return `{"$schema":${safeJson(SCHEMA)},"version":"2.1.0","runs":[${run}`;
    },
    finding(finding) {
      const text = separator + safeJson(resultOf(finding));
      separator = ",\n";
      return text;
    },
    end: (summary) => `\n],"properties":${safeJson({ summary })}}]}\n`,
  };
}

/** The code is the description: `schema/unknown-field` is "schema: unknown field". */
function ruleOf(code: DiagnosticCode) {
  const text = code.replace("/", ": ").replaceAll("-", " ");
  return { id: code, shortDescription: { text }, defaultConfiguration: { level: LEVELS[severityOf(code)] } };
}

function resultOf(finding: Finding) {
  const { hint, record, container, format, offset } = finding;
  return {
    ruleId: finding.code,
    ruleIndex: ruleIndex.get(finding.code),
    level: LEVELS[finding.severity],
    message: {
      text: messageText(hint === undefined ? finding.message : `${finding.message}\nhint: ${hint}`),
    },
    locations: [locationOf(finding)],
    partialFingerprints: { "chatxFinding/v1": fingerprint(finding) },
    // Not the region's byteOffset: with it a region must name its length in bytes too (SARIF, 3.30.1).
    properties: { record, byteOffset: offset, container, format },
  };
}

function locationOf(finding: Finding) {
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(finding.source) },
      region: finding.line < 1 ? undefined : regionOf(finding),
    },
    logicalLocations: finding.pointer === "" ? undefined : [{ fullyQualifiedName: finding.pointer }],
  };
}

function regionOf({ line, column, endLine, endColumn }: Finding) {
  return { startLine: line, startColumn: column, endLine, endColumn };
}

/**
 * A plain text message in SARIF's own notation (3.11.5): braces are doubled. Viewers make `[text](target)` a link,
 * which payload text must not be able to do.
 */
function messageText(message: string): string {
  return message.replace(/[{}]/g, "$&$&").replaceAll("](", "] (");
}

/**
 * Equal for the same finding in the next run, also when lines above it come or go: neither line nor record number
 * has a part in it.
 */
function fingerprint({ code, source, container, pointer, args }: Finding): string {
  const facts = JSON.stringify([code, source, container ?? null, pointer, args]);
  return createHash("sha256").update(facts).digest("hex").slice(0, 32);
}

/** A URI reference (RFC 3986): a URL is itself, relative paths stay relative, absolute ones become file URIs, "<stdin>" is `stdin`. */
export function uriOf(source: string): string {
  if (source === "<stdin>") return "stdin";
  const url = /^https?:\/\//.test(source) ? urlOf(source) : undefined;
  if (url !== undefined) return url.href;
  const isWindowsPath = /^[A-Za-z]:[\\/]/.test(source);
  if (isWindowsPath)
    return `file:///${source.slice(0, 2)}${encodePath(source.slice(2).replaceAll("\\", "/"))}`;
  // Otherwise two slashes at the start would name a host.
  return source.startsWith("/") ? `file:///${encodePath(source.replace(/^\/+/, ""))}` : encodePath(source);
}

function encodePath(path: string): string {
  const whole = path.replace(
    /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    "\ufffd",
  );
  return whole.split("/").map(encodeURIComponent).join("/");
}
