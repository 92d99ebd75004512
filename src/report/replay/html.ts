import { createHash } from "node:crypto";
import type { MessageOutcome } from "../../replay/types.ts";
import { safeText } from "../safe.ts";
import { latencyChart, timeChart } from "./html-charts.ts";
import { STYLE } from "./html-style.ts";
import { inputLines } from "./summary.ts";
import type { ReplayReport, ReplayReporter } from "./types.ts";
import { duration, percentiles, perSecond, placeOfRecord, shownReason, stoppedLine } from "./words.ts";
import { escapeXml } from "./xml.ts";

/** Messages that the page lists one by one; the reasons count all. */
const MOST_ROWS = 500;

/**
 * One page that stands alone: no script, nothing from elsewhere, and a policy that allows neither. Everything that comes
 * from payloads, names or answers is text in it.
 */
export function htmlReplayReporter(toolVersion: string): ReplayReporter {
  const rows: string[] = [];
  let bad = 0;
  return {
    start: () => "",
    outcome(outcome) {
      if (outcome.state === "delivered") return "";
      bad++;
      if (rows.length < MOST_ROWS) rows.push(messageRow(outcome));
      return "";
    },
    end: (report) => page(report, toolVersion, rows, bad - rows.length),
  };
}

function page(report: ReplayReport, toolVersion: string, rows: readonly string[], hidden: number): string {
  const { summary, target, startedAtWallMs, statistics } = report;
  const hash = createHash("sha256").update(STYLE).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const started = new Date(startedAtWallMs).toISOString();
  const isGood = summary.delivered === summary.planned && summary.stopped === undefined;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeXml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>chatx replay: ${summary.delivered} of ${summary.planned} delivered</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Replay to ${shown(target)}</h1>
<p class="note">Started <time datetime="${started}">${started}</time>, took ${duration(summary.elapsedMs)}; chatx ${shown(toolVersion)}</p>
<p class="verdict ${isGood ? "good" : "bad"}">${isGood ? "Everything was delivered." : `${summary.delivered} of ${summary.planned} messages were delivered.`}</p>
${[...(summary.stopped === undefined ? [] : [stoppedLine(summary.stopped)]), ...report.advice, ...inputLines(report.input, summary.planned)].map((line) => `<p>${shown(line)}</p>`).join("\n")}
${numbers(report)}
${section("Reasons", reasonsTable(report))}
${section("Answers", statusTable(report))}
${section("How long answers took", latencyPart(report))}
${section("Requests over time", timeChart(statistics.timeLine))}
${section("Messages that were not delivered", messagesTable(rows, hidden))}
</body>
</html>
`;
}

/** Text from anywhere as text of the page, with what could hide or turn it around made visible. */
function shown(text: string): string {
  return escapeXml(safeText(text));
}

function section(title: string, inner: string): string {
  return inner === "" ? "" : `<section>\n<h2>${title}</h2>\n${inner}\n</section>`;
}

function numbers({ summary }: ReplayReport): string {
  const { planned, delivered, deliveredBefore, failed, unknown, held, pending, attempts } = summary;
  const facts: (readonly [string, string | number])[] = [
    ["planned", planned],
    ["delivered", delivered],
    ...(deliveredBefore > 0 ? [["by earlier runs", deliveredBefore] as const] : []),
    ["failed", failed],
    ["unknown", unknown],
    ["held", held],
    ["pending", pending],
    ["requests", attempts],
    ["rate", perSecond(attempts, summary.elapsedMs)],
  ];
  return `<dl>\n${facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join("\n")}\n</dl>`;
}

function reasonsTable({ statistics }: ReplayReport): string {
  const rows = statistics
    .reasons()
    .map(
      ({ state, code, reason, count, first }) =>
        `<tr><td class="number">${count}</td><td class="word">${state}</td><td>${shown(reason === "" ? code : shownReason(reason))}</td><td>${escapeXml(placeOfRecord(first))}</td></tr>`,
    );
  return table(["#messages", "state", "reason", "first"], rows);
}

function statusTable({ summary }: ReplayReport): string {
  const { statuses, faults, attempts } = summary;
  const all = [...[...statuses].sort(([a], [b]) => a - b), ...[...faults].sort(([, a], [, b]) => b - a)].map(
    ([what, count]) => [String(what), count] as const,
  );
  const rows = all.map(
    ([what, count]) =>
      `<tr><td>${shown(what)}</td><td class="number">${count}</td><td class="number">${share(count, attempts)}</td></tr>`,
  );
  return table(["status or fault", "#requests", "#share"], rows);
}

function share(count: number, all: number): string {
  return `${((100 * count) / Math.max(1, all)).toFixed(1)} %`;
}

function latencyPart({ statistics }: ReplayReport): string {
  const { latencies } = statistics;
  const times = percentiles(latencies, [0.5, 0.9, 0.99]);
  if (times === undefined) return "";
  return `<p>${times}, slowest ${duration(latencies.greatestMs)}</p>\n${latencyChart(latencies)}`;
}

function messageRow(outcome: MessageOutcome): string {
  const { message, state, attempts, status, code = "", reason } = outcome;
  const why = reason === undefined || reason === "" ? shown(code) : shown(shownReason(reason));
  return `<tr><td class="number">${message.sequence}</td><td class="word">${state}</td><td>${escapeXml(placeOfRecord(message))}</td><td class="number">${attempts}</td><td class="number">${status ?? ""}</td><td>${why}</td></tr>`;
}

function messagesTable(rows: readonly string[], hidden: number): string {
  const more = hidden > 0 ? `\n<p class="note">and ${hidden} more</p>` : "";
  const text = table(["#message", "state", "place", "#attempts", "#status", "reason"], rows);
  return text === "" ? "" : text + more;
}

/** A heading that starts with `#` is that of numbers. */
function table(headings: readonly string[], rows: readonly string[]): string {
  if (rows.length === 0) return "";
  const head = headings.map((heading) =>
    heading.startsWith("#") ? `<th class="number">${heading.slice(1)}</th>` : `<th>${heading}</th>`,
  );
  return `<table>\n<thead><tr>${head.join("")}</tr></thead>\n<tbody>\n${rows.join("\n")}\n</tbody>\n</table>`;
}
