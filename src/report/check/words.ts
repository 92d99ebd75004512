import { clip } from "../../diagnostics/quote.ts";
import type { CheckFacts, CheckResult, Step, StepName } from "../../endpoint/check/types.ts";
import { duration } from "../replay/words.ts";
import { safeText } from "../safe.ts";
import { counted } from "../words.ts";

/** How people call the steps. */
export const stepTitles: Readonly<Record<StepName, string>> = {
  url: "URL",
  name: "name",
  connection: "connection",
  tls: "TLS",
  redirects: "redirects",
  status: "status",
  "content-type": "content type",
  body: "body",
  json: "JSON",
  schema: "schema",
  meaning: "meaning",
  "start-date": "startDate",
};

const LONGEST_TEXT = 80;
const MOST_ADDRESSES = 4;

type Wording = { readonly [N in StepName]: (facts: CheckFacts[N]) => readonly (string | undefined)[] };

const wording: Wording = {
  url: ({ scheme, host }) => [scheme, host],
  name: ({ addresses, ms }) => [addresses && listed(addresses), inTime(ms)],
  connection: ({ address, port, ms }) => [address && `${bracketed(address)}:${port}`, inTime(ms)],
  tls: ({ protocol, subject, issuer, validTo, ms, isNotUsed }) => [
    isNotUsed ? "not used" : protocol,
    subject && `certificate of ${subject} from ${issuer}`,
    validTo && `until ${validTo}`,
    inTime(ms),
  ],
  redirects: ({ hops = [] }) =>
    hops.length === 0 ? ["none"] : hops.map(({ status, to }) => `${status} to ${to}`),
  status: ({ status, httpVersion, interim, firstByteMs }) => [
    status === undefined ? undefined : `${status}`,
    httpVersion && `HTTP/${httpVersion}`,
    interim && `after ${interim.join(", ")}`,
    firstByteMs === undefined ? undefined : `first byte after ${duration(firstByteMs)}`,
  ],
  "content-type": ({ contentType, contentEncoding }) => [contentType || "none", contentEncoding],
  body: ({ bytes, unpackedBytes, ms }) => [
    bytes === undefined ? undefined : grouped(bytes, "byte"),
    unpackedBytes === undefined ? undefined : `${grouped(unpackedBytes, "byte")} unpacked`,
    inTime(ms),
  ],
  json: ({ root }) => [root === undefined ? undefined : ROOTS[root]],
  schema: ({ conversations, invalid }) => [
    conversations === undefined ? undefined : grouped(conversations, "conversation"),
    invalid ? `${grouped(invalid)} of them invalid` : undefined,
  ],
  meaning: ({ messages, oldest, newest, order }) => [
    messages === undefined ? undefined : grouped(messages, "message"),
    oldest && newest && (oldest === newest ? oldest : `${oldest} to ${newest}`),
    order === "none" ? "in no order" : order,
  ],
  "start-date": (facts) => startDateWords(facts),
};

const ROOTS = {
  document: "one document",
  list: "a bare list",
  lines: "several texts",
  other: "one value",
} as const;

function startDateWords(facts: CheckFacts["start-date"]): (string | undefined)[] {
  const { date, with: asked, without, older, isNotAsked } = facts;
  if (isNotAsked) return ["not asked: the URL names none (--start-date does)"];
  return [
    date,
    asked === undefined ? undefined : `${grouped(asked, "conversation")} with it`,
    without === undefined ? undefined : `${grouped(without)} without`,
    older === 0 ? "none is older, so this proves nothing" : undefined,
  ];
}

/** What a step found out, on one line that is safe to print; "" for nothing. */
export function factsLine(step: Step): string {
  if (Object.keys(step.facts).length === 0) return "";
  const words = wording[step.name] as (facts: Step["facts"]) => readonly (string | undefined)[];
  return words(step.facts)
    .filter((part): part is string => part !== undefined && part !== "")
    .map((part) => safeText(clip(part, LONGEST_TEXT)))
    .join(", ");
}

/** `1 error, 2 warnings: Ferndesk cannot read this endpoint as it is` */
export function verdictLine(result: CheckResult): string {
  const { counts, verdict } = result;
  const { error, warning, info } = counts;
  const parts = [
    counted(error, "error"),
    counted(warning, "warning"),
    ...(info > 0 ? [counted(info, "info")] : []),
  ];
  return `${parts.join(", ")}: ${verdict === "ok" && isInner(result) ? INNER : VERDICTS[verdict]}`;
}

const INNER = "the answer will do, but Ferndesk cannot reach this address";

/** Whether the answer can be had only from inside. */
function isInner({ findings }: CheckResult): boolean {
  return findings.some(({ code }) => code === "check/private-address" || code === "check/local-name");
}

const VERDICTS = {
  ok: "Ferndesk should be able to read this endpoint",
  wrong: "Ferndesk cannot read this endpoint as it is",
  down: "nothing usable answers at this address",
  "no-url": "there is no address to ask",
} as const;

/** `and 5 more findings (raise --max-findings)`; undefined where none is hidden. */
export function hiddenFindingsLine({ hiddenFindings }: CheckResult): string | undefined {
  return hiddenFindings === 0
    ? undefined
    : `and ${counted(hiddenFindings, "more finding")} (raise --max-findings)`;
}

/** `1,234,567 bytes`; without a noun only the number. */
function grouped(count: number, noun?: string): string {
  const digits = String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
  return noun === undefined ? digits : `${digits} ${noun}${count === 1 ? "" : "s"}`;
}

function inTime(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : `in ${duration(ms)}`;
}

function listed(addresses: readonly string[]): string {
  const shown = addresses.slice(0, MOST_ADDRESSES).join(", ");
  const more = addresses.length - MOST_ADDRESSES;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
