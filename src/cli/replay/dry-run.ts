import { sampleToken } from "../../plan/sample-token.ts";
import { fingerprintOf } from "../../replay/journal/fingerprint.ts";
import { type FinalState, finalOf } from "../../replay/journal/format.ts";
import { peekJournal } from "../../replay/journal/journal.ts";
import { Timeline } from "../../replay/timeline.ts";
import type { PlannedMessage, TokenAnswer } from "../../replay/types.ts";
import { type PlannedRequest, planJson, planText, type ReplayPlan } from "../../report/replay/plan.ts";
import type { HttpRequest } from "../../transport/types.ts";
import { MASKED } from "../../trust/secret-names.ts";
import type { Signer } from "../../trust/types.ts";
import { ExitCode } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { version } from "../version.ts";
import { exchangeMasker } from "./exchange-masker.ts";
import type { FindingsToStderr } from "./findings.ts";
import { eachMessage, type MessageSource } from "./messages.ts";
import type { PreparedReplay } from "./prepare.ts";

export interface DryRunWanted {
  readonly journal?: string;
  readonly resume: boolean;
  readonly asJson: boolean;
}

/** How many requests are shown. */
const SHOWN = 3;

/** `--dry-run`: plans and renders everything, opens no connection, writes nothing but the plan on standard output. */
export async function dryRun(
  prepared: PreparedReplay,
  source: MessageSource,
  wanted: DryRunWanted,
  findings: FindingsToStderr,
  io: Io,
): Promise<number> {
  const { settings, renderer, token } = prepared;
  const earlier =
    wanted.journal === undefined
      ? undefined
      : await peekJournal({
          path: wanted.journal,
          mode: wanted.resume ? "resume" : "create",
          fingerprint: fingerprintOf(prepared.sameness),
        });
  const answer = token === undefined ? undefined : sampleToken(renderer.template);
  const tally = new PlanTally(answer, settings.run.speed, prepared.signer);
  const comparison = earlier?.comparison();
  const { input, outcome } = await eachMessage(source, io, {
    message: (message) => {
      comparison?.add(message);
      return tally.add(message, finalOf(earlier?.stateOf(message)));
    },
    findings: (found) => findings.show(found),
    sourceFinding: (name, code, args) => findings.ofSource(name, code, args),
    isDone: () => false,
  });
  comparison?.end();
  const tokenRequest = token?.request();
  const plan: ReplayPlan = {
    target: renderer.origin,
    input,
    ...tally.counts,
    formats: tally.formats,
    first: tally.first,
    ...expectation(tally, settings),
    ...(tokenRequest?.ok ? { token: tokenRequest.request } : {}),
  };
  const masker = exchangeMasker(prepared, { headers: [] });
  io.stdout.push(wanted.asJson ? planJson(plan, masker, version) : planText(plan, masker));
  const isFlawed = input.rejected.size > 0 || tally.counts.unrenderable > 0;
  return Math.max(outcome.exitCode, isFlawed ? ExitCode.invalid : ExitCode.done);
}

class PlanTally {
  readonly counts = { planned: 0, unrenderable: 0, deliveredBefore: 0, failedBefore: 0, bodyBytes: 0 };
  readonly formats = new Map<string, Map<string, number>>();
  readonly first: PlannedRequest[] = [];
  /** When the last message is due by the payloads' own times. */
  lastDueMs = 0;
  private readonly answer: TokenAnswer | undefined;
  private readonly timeline: Timeline | undefined;
  private readonly signer: Signer | undefined;

  constructor(
    answer: TokenAnswer | undefined,
    speed: PreparedReplay["settings"]["run"]["speed"],
    signer: Signer | undefined,
  ) {
    this.answer = answer;
    this.signer = signer;
    this.timeline = speed === undefined ? undefined : new Timeline(speed.factor, speed.maxGapMs);
  }

  /** @returns A promise where the message has something to prepare. */
  add(message: PlannedMessage, before: FinalState | undefined): Promise<void> | undefined {
    this.counts.planned++;
    this.countFormat(message);
    if (before !== undefined) {
      this.counts[`${before}Before`]++;
      this.timeline?.pass(message.sentAtMs);
      return undefined;
    }
    this.lastDueMs = this.timeline?.next(message.sentAtMs) ?? 0;
    if (message.prepare !== undefined) return message.prepare().then(() => this.render(message));
    this.render(message);
    return undefined;
  }

  private render(message: PlannedMessage): void {
    const rendered = message.request(this.answer);
    if (rendered.ok) this.counts.bodyBytes += rendered.request.body.length;
    else this.counts.unrenderable++;
    if (this.first.length >= SHOWN) return;
    const { sequence, source, line } = message;
    const request = rendered.ok ? this.signed(rendered.request, message) : { reason: rendered.reason };
    this.first.push({ sequence, source, line, request });
  }

  /** As it is sent, but that a signature and its time are those of the attempt: they are not known before. */
  private signed(request: HttpRequest, { identity }: PlannedMessage): HttpRequest {
    if (this.signer === undefined) return request;
    const signed = this.signer.sign(request, { identity }, 0);
    const kept = new Set(request.headers);
    const headers = signed.headers.map((header) => {
      const [name, value] = header;
      return kept.has(header) || value === identity ? header : ([name, MASKED] as const);
    });
    return { ...signed, headers };
  }

  private countFormat({ format = "", event = "" }: PlannedMessage): void {
    let events = this.formats.get(format);
    if (events === undefined) {
      events = new Map();
      this.formats.set(format, events);
    }
    // Event names come from payloads: there may be a new one in each.
    const key = events.has(event) || events.size < 100 ? event : "(others)";
    events.set(key, (events.get(key) ?? 0) + 1);
  }
}

function expectation(
  { counts, lastDueMs }: PlanTally,
  { rate, run }: PreparedReplay["settings"],
): Pick<ReplayPlan, "expectedMs" | "pace"> {
  const toSend = counts.planned - counts.deliveredBefore - counts.failedBefore - counts.unrenderable;
  const paces: string[] = [];
  let expectedMs = 0;
  if (rate !== undefined) {
    expectedMs = (toSend * rate.perMs) / rate.requests;
    paces.push(`at ${rate.requests} requests in ${rate.perMs / 1000} s`);
  }
  if (run.speed !== undefined) {
    expectedMs = Math.max(expectedMs, lastDueMs);
    paces.push(`at ${run.speed.factor} times the payloads' own speed`);
  }
  paces.push(`${run.concurrency} at a time`);
  return { pace: paces.join(", "), ...(paces.length > 1 ? { expectedMs } : {}) };
}
