import { Runner } from "../../src/replay/run.ts";
import type { RunOptions, RunParts } from "../../src/replay/run-options.ts";
import type {
  Clock,
  Journal,
  MessageOutcome,
  PlannedMessage,
  ReplaySummary,
} from "../../src/replay/types.ts";
import type { HttpRequest, SendOptions, SendResult, Transport } from "../../src/transport/types.ts";

/** Time that passes only when everybody waits; a test of hours takes milliseconds and always goes the same way. */
export class FakeClock implements Clock {
  private ms = 0;
  private wall = Date.UTC(2026, 0, 31, 8);
  private timers: { readonly at: number; readonly fire: () => void }[] = [];
  private seed: number;
  readonly waits: number[] = [];

  constructor(seed = 1) {
    this.seed = seed;
  }

  now(): number {
    return this.ms;
  }

  wallMs(): number {
    return this.wall + this.ms;
  }

  /** The wall clock is set; the monotonic one does not notice. */
  setWall(byMs: number): void {
    this.wall += byMs;
  }

  /** mulberry32 */
  random(): number {
    this.seed = (this.seed + 0x6d2b79f5) | 0;
    let t = Math.imul(this.seed ^ (this.seed >>> 15), 1 | this.seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  wait(delayMs: number, signal?: AbortSignal): Promise<void> {
    if (Number.isNaN(delayMs)) return Promise.reject(new TypeError("a delay must be a number"));
    this.waits.push(delayMs);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const timer = { at: this.ms + Math.max(0, delayMs), fire: () => resolve() };
      this.timers.push(timer);
      signal?.addEventListener("abort", () => {
        this.timers = this.timers.filter((one) => one !== timer);
        reject(signal.reason);
      });
    });
  }

  /** Lets time pass until the promise has settled. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = () => {
      isSettled = true;
    };
    promise.then(settle, settle);
    for (;;) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (isSettled) return promise;
      const next = this.timers.reduce<number>(
        (least, { at }) => Math.min(least, at),
        Number.POSITIVE_INFINITY,
      );
      if (next === Number.POSITIVE_INFINITY) throw new Error("everybody waits for nothing");
      this.ms = next;
      const due = this.timers.filter(({ at }) => at <= next);
      this.timers = this.timers.filter(({ at }) => at > next);
      for (const { fire } of due) fire();
    }
  }
}

export interface Sent {
  readonly name: string;
  /** Of this message, from 1. */
  readonly attempt: number;
  readonly at: number;
  readonly request: HttpRequest;
  readonly options: SendOptions;
}

interface Scripted {
  readonly result: SendResult;
  /** Default 1 ms. */
  readonly latencyMs?: number;
}

export type Script = (sent: Sent) => Scripted | SendResult;

/** Answers by a script, and remembers what it was sent. */
export class FakeTransport implements Transport {
  readonly sent: Sent[] = [];
  readonly ends: { readonly name: string; readonly at: number }[] = [];
  open = 0;
  mostOpen = 0;
  private readonly attempts = new Map<string, number>();
  private readonly clock: FakeClock;
  private readonly script: Script;

  constructor(clock: FakeClock, script: Script) {
    this.clock = clock;
    this.script = script;
  }

  async send(request: HttpRequest, options: SendOptions): Promise<SendResult> {
    const name = new TextDecoder().decode(request.body);
    const attempt = (this.attempts.get(name) ?? 0) + 1;
    this.attempts.set(name, attempt);
    const sent = { name, attempt, at: this.clock.now(), request, options };
    this.sent.push(sent);
    this.mostOpen = Math.max(this.mostOpen, ++this.open);
    const scripted = this.script(sent);
    const { result, latencyMs = 1 } = "kind" in scripted ? { result: scripted } : scripted;
    const isCut = await this.clock.wait(latencyMs, options.signal).then(
      () => false,
      () => true,
    );
    this.open--;
    this.ends.push({ name, at: this.clock.now() });
    return isCut ? fault("unknown", "aborted") : result;
  }

  async close(): Promise<void> {}

  names(): string[] {
    return this.sent.map(({ name }) => name);
  }

  attemptsOf(name: string): Sent[] {
    return this.sent.filter((sent) => sent.name === name);
  }
}

export function answer(
  status: number,
  headers: readonly (readonly [string, string])[] = [],
  body: string | Uint8Array = "",
): SendResult {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return { kind: "answer", status, headers, body: bytes, isBodyClipped: false, durationMs: 1 };
}

export function fault(
  certainty: "not-sent" | "unknown",
  code = certainty === "not-sent" ? "connection-refused" : "reset",
  isPermanent = false,
): SendResult {
  return { kind: "fault", certainty, isPermanent, code, message: `it failed: ${code}`, durationMs: 1 };
}

/** A journal in memory. `writeMs`: how long a group commit takes. */
export class FakeJournal implements Journal {
  readonly outcomes: MessageOutcome[] = [];
  readonly finals = new Map<string, "delivered" | "failed">();
  failAt: number | undefined;
  private readonly clock: FakeClock | undefined;

  constructor(clock?: FakeClock) {
    this.clock = clock;
  }

  finalState(message: Pick<PlannedMessage, "identity">): "delivered" | "failed" | undefined {
    return this.finals.get(message.identity);
  }

  async record(outcome: MessageOutcome): Promise<void> {
    if (this.clock !== undefined) await this.clock.wait(1);
    if (this.outcomes.length === this.failAt) throw new Error("ENOSPC");
    this.outcomes.push(outcome);
    if (outcome.state === "delivered" || outcome.state === "failed") {
      this.finals.set(outcome.message.identity, outcome.state);
    }
  }

  async close(): Promise<void> {}

  states(): Record<string, string> {
    return Object.fromEntries(this.outcomes.map(({ message, state }) => [message.identity, state]));
  }
}

/** A message whose body and identity are its name. */
export function message(name: string, more: Partial<PlannedMessage> = {}): PlannedMessage {
  return {
    sequence: sequence++,
    identity: name,
    source: "chats.jsonl",
    record: 1,
    line: 1,
    request: () => ({
      ok: true,
      request: {
        method: "POST",
        url: "https://hooks.example.com/in?key=secret",
        headers: [],
        body: new TextEncoder().encode(name),
      },
    }),
    ...more,
  };
}

let sequence = 1;

export function messages(count: number, more: Partial<PlannedMessage> = {}): PlannedMessage[] {
  return Array.from({ length: count }, (_, index) => message(`m${index + 1}`, more));
}

export interface Replay {
  readonly clock: FakeClock;
  readonly transport: FakeTransport;
  readonly journal: FakeJournal;
  readonly runner: Runner;
  readonly summary: ReplaySummary;
}

export interface ReplaySetup extends Partial<Omit<RunParts, "transport" | "clock">> {
  readonly seed?: number;
  readonly clock?: FakeClock;
  readonly options?: RunOptions;
  /** Called with the runner before anything is submitted. */
  readonly onStart?: (runner: Runner, clock: FakeClock) => void;
}

/** Submits all messages as room is made, and lets time pass until the run has ended. */
export async function replay(
  list: readonly PlannedMessage[],
  script: Script,
  { seed, clock = new FakeClock(seed), options, onStart, journal, ...parts }: ReplaySetup = {},
): Promise<Replay> {
  const transport = new FakeTransport(clock, script);
  const used = (journal ?? new FakeJournal()) as FakeJournal;
  const runner = new Runner({ transport, journal: used, clock, ...parts }, options);
  onStart?.(runner, clock);
  const run = async () => {
    for (const one of list) await runner.submit(one);
    return runner.finish();
  };
  const summary = await clock.until(run());
  return { clock, transport, journal: used, runner, summary };
}

/** What must hold after every run. */
export function sum({ delivered, failed, unknown, held, pending }: ReplaySummary): number {
  return delivered + failed + unknown + held + pending;
}

/** The most of these times in any window, windows closed at one end. */
export function mostPerWindow(times: readonly number[], windowMs = 1000): number {
  const sorted = [...times].sort((a, b) => a - b);
  let most = 0;
  for (let first = 0, last = 0; last < sorted.length; last++) {
    while (sorted[last]! - sorted[first]! >= windowMs) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
