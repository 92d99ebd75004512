import type { HttpRequest, SendResult, Transport } from "../transport/types.ts";
import { MOST_STALE, type RetryPolicy, verdictOf, waitMs } from "./retry.ts";
import type { Clock, Pace } from "./types.ts";

export interface PatientSender {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly pace: Pace;
  readonly policy: RetryPolicy;
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
}

/**
 * Sends a request that is no message (a token call) by the rules of messages: one turn of the rate limit for each
 * attempt, before those of messages, as they wait for it; the same statuses and faults tried again, the same waits.
 *
 * @param hasTurn  The turn of the first attempt has been taken.
 * @returns The last result.
 * @throws The signal's reason, also when the request was under way: nobody waits for it any more.
 */
export async function sendPatiently(
  sender: PatientSender,
  request: HttpRequest,
  signal: AbortSignal,
  hasTurn = false,
): Promise<SendResult> {
  const { transport, clock, pace, policy, timeoutMs, maxBodyBytes } = sender;
  const startedAt = clock.now();
  let attempt = 1;
  let stale = 0;
  for (let isInTurn = hasTurn; ; isInTurn = false) {
    if (!isInTurn) await pace.turn(signal, true);
    const result = await transport.send(request, { timeoutMs, maxBodyBytes, signal });
    signal.throwIfAborted();
    const verdict = verdictOf(result, { expectations: [], url: request.url, wallMs: clock.wallMs() });
    if (verdict.kind !== "retry") return result;
    if (verdict.trouble === "stale" && ++stale <= MOST_STALE) continue;
    if (attempt > policy.retries) return result;
    const delayMs = waitMs(policy, attempt, clock.random(), verdict.askedMs);
    if (clock.now() + delayMs - startedAt > policy.maxElapsedMs) return result;
    await clock.wait(delayMs, signal);
    attempt++;
  }
}
