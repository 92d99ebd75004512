import type { HttpRequest, SendResult, Transport } from "../transport/types.ts";
import { type RetryPolicy, verdictOf, waitMs } from "./retry.ts";
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
 * attempt, the same statuses and faults tried again, the same waits.
 *
 * @returns The last result.
 * @throws The signal's reason, also when the request was under way: nobody waits for it any more.
 */
export async function sendPatiently(
  sender: PatientSender,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<SendResult> {
  const { transport, clock, pace, policy, timeoutMs, maxBodyBytes } = sender;
  const startedAt = clock.now();
  for (let attempt = 1; ; attempt++) {
    await pace.turn(signal);
    const result = await transport.send(request, { timeoutMs, maxBodyBytes, signal });
    signal.throwIfAborted();
    const verdict = verdictOf(result, { expectations: [], url: request.url, wallMs: clock.wallMs() });
    if (verdict.kind !== "retry" || attempt > policy.retries) return result;
    const delayMs = waitMs(policy, attempt, clock.random(), verdict.askedMs);
    if (clock.now() + delayMs - startedAt > policy.maxElapsedMs) return result;
    await clock.wait(delayMs, signal);
  }
}
