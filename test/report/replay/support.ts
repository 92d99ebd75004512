import type { Exchange, MessageOutcome, MessageState, PlannedMessage } from "../../../src/replay/types.ts";
import { ReplayStatistics } from "../../../src/report/replay/statistics.ts";
import type { ReplayReport, ReplayReporter } from "../../../src/report/replay/types.ts";
import type { SendResult } from "../../../src/transport/types.ts";

export function message(sequence: number, source = "captures/a.jsonl"): PlannedMessage {
  const request = { method: "POST", url: "http://127.0.0.1/x", headers: [], body: new Uint8Array(0) };
  return {
    sequence,
    identity: String(sequence).padStart(32, "0"),
    source,
    record: sequence,
    line: sequence,
    request: () => ({ ok: true, request }),
  };
}

export function outcome(
  sequence: number,
  state: MessageState,
  more: Partial<MessageOutcome> = {},
): MessageOutcome {
  const attempts = state === "held" || state === "pending" ? 0 : 1;
  return { message: message(sequence), state, attempts, elapsedMs: 12.34, ...more };
}

export function answered(
  status: number,
  durationMs = 5,
  body = "",
  headers: [string, string][] = [],
): SendResult {
  return { kind: "answer", status, headers, body: Buffer.from(body), isBodyClipped: false, durationMs };
}

export function fault(code: string): SendResult {
  const base = { kind: "fault", certainty: "unknown", isPermanent: false, durationMs: 1 } as const;
  return { ...base, code, message: `it broke: ${code}` };
}

export function exchange(result: SendResult, more: Partial<Exchange["request"]> = {}): Exchange {
  const request = {
    method: "POST",
    url: "http://127.0.0.1/x",
    headers: [],
    body: Buffer.from("{}"),
    ...more,
  };
  return { message: message(1), attempt: 1, request, result, startedAtWallMs: Date.UTC(2026, 0, 31, 8) };
}

/** The report of these outcomes, each of which had one exchange with the status it names. */
export function reportOf(
  outcomes: readonly MessageOutcome[],
  more: Partial<ReplayReport> = {},
): ReplayReport {
  const statistics = new ReplayStatistics();
  const statuses = new Map<number, number>();
  const counts = { delivered: 0, failed: 0, unknown: 0, held: 0, pending: 0 };
  for (const [at, one] of outcomes.entries()) {
    counts[one.state]++;
    if (one.attempts > 0) {
      const status = one.status ?? 200;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      statistics.exchange(exchange(answered(status, 1 + at)), at * 100);
    }
    statistics.outcome(one);
  }
  return {
    input: { read: outcomes.length, leftOut: new Map(), rejected: new Map() },
    summary: {
      planned: outcomes.length,
      ...counts,
      deliveredBefore: 0,
      failedBefore: 0,
      attempts: [...statuses.values()].reduce((a, b) => a + b, 0),
      statuses,
      faults: new Map(),
      elapsedMs: 4000,
    },
    statistics,
    target: "https://staging.example.com",
    startedAtWallMs: Date.UTC(2026, 0, 31, 8),
    advice: [],
    ...more,
  };
}

export function written(
  reporter: ReplayReporter,
  outcomes: readonly MessageOutcome[],
  report?: ReplayReport,
): string {
  const texts = outcomes.map((one) => reporter.outcome(one));
  return reporter.start() + texts.join("") + reporter.end(report ?? reportOf(outcomes));
}

/** What a name, a reason or an answer may try. */
export const HOSTILE =
  '<script>alert(1)</script><img src=x onerror="alert(2)">\'"&amp;--><!-- ]]> javascript:alert(3) \u001b[2J\u009b31m \u202e\u0000 line\nbreak';
