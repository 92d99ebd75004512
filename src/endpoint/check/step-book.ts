import { severityOf } from "../../diagnostics/catalogue.ts";
import type { DiagnosticArgs, DiagnosticCode, Severity } from "../../diagnostics/diagnostic.ts";
import { type Finding, wordsOf } from "../../diagnostics/finding.ts";
import { KeptFindings } from "./kept-findings.ts";
import { type CheckFacts, type CheckResult, type Step, type StepName, stepNames } from "./types.ts";

type Facts = { [N in StepName]?: CheckFacts[N] };
type Found = Finding & { readonly step: StepName };

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2 };
const NOWHERE = { offset: 0, line: 0, column: 0, endLine: 0, endColumn: 0 };

/** Steps whose errors mean that nothing usable answers. */
const OUT_OF_REACH: ReadonlySet<StepName> = new Set(["name", "connection", "tls"]);
/** Codes of later steps that mean the same, or that we are refused. */
const DOWN: ReadonlySet<DiagnosticCode> = new Set([
  "check/answer-timeout",
  "check/connection-reset",
  "check/connection-closed",
  "check/answer-failed",
  "check/unauthorized",
  "check/forbidden",
  "check/bot-protection",
  "check/server-error",
  "check/bad-gateway",
  "check/unavailable",
]);

/** Keeps what each step finds, counts all of it, and sums it up. */
export class StepBook {
  readonly #strict: boolean;
  readonly #facts: Facts = {};
  readonly #worst = new Map<StepName, number>();
  readonly #counts = { error: 0, warning: 0, info: 0 };
  readonly #kept: KeptFindings<Found>;
  readonly #said = new Set<string>();
  #isDown = false;
  #isNoUrl = false;

  constructor(options: { readonly strict: boolean; readonly maxFindings: number }) {
    this.#strict = options.strict;
    this.#kept = new KeptFindings(options.maxFindings);
  }

  /** The step was taken, and this is known of it; what was known before is replaced. */
  facts<N extends StepName>(step: N, facts: CheckFacts[N]): void {
    (this.#facts as Record<StepName, unknown>)[step] = facts;
  }

  /** A finding about the endpoint as a whole; the same at every stop of a chain of redirects is said once. */
  report<C extends DiagnosticCode>(step: StepName, code: C, args: DiagnosticArgs[C], source: string): void {
    const key = JSON.stringify([code, args]);
    if (this.#said.has(key)) return;
    this.#said.add(key);
    if (!this.count(step, code)) return;
    const words = wordsOf({ code, args } as Parameters<typeof wordsOf>[0], this.#strict);
    this.#kept.add({ ...words, ...NOWHERE, source, record: 0, pointer: "", step });
  }

  /** Counts a finding. @returns Whether there is room to keep it. */
  count(step: StepName, code: DiagnosticCode): boolean {
    const severity = severityOf(code, this.#strict);
    this.#counts[severity]++;
    this.#worst.set(step, Math.max(this.#worst.get(step) ?? 0, RANK[severity]));
    if (code === "check/url-invalid" || code === "check/url-scheme") this.#isNoUrl = true;
    // A warning that --strict makes an error does not keep anybody out.
    if (severityOf(code) === "error" && (OUT_OF_REACH.has(step) || DOWN.has(code))) this.#isDown = true;
    return this.#kept.hasRoomFor(code, severity);
  }

  /** Keeps a finding with a place if there is room; it is counted by `count`. */
  keep(step: StepName, finding: Finding): void {
    this.#kept.add({ ...finding, step });
  }

  /** The words of the first error, for a check within the check. */
  get firstError(): string | undefined {
    return this.#kept.all.find(({ severity }) => severity === "error")?.message;
  }

  get hasErrors(): boolean {
    return this.#counts.error > 0;
  }

  result(url: string, checkedAtMs: number): CheckResult {
    const { error, warning, info } = this.#counts;
    const findings = stepNames.flatMap((name) => this.#kept.all.filter(({ step }) => step === name));
    return {
      url,
      checkedAtMs,
      steps: stepNames.map((name) => this.#step(name)),
      findings,
      counts: this.#counts,
      hiddenFindings: error + warning + info - findings.length,
      verdict: this.#isNoUrl ? "no-url" : error === 0 ? "ok" : this.#isDown ? "down" : "wrong",
    };
  }

  #step(name: StepName): Step {
    const facts = this.#facts[name];
    const worst = this.#worst.get(name) ?? 0;
    const outcome = worst === 2 ? "error" : worst === 1 ? "warning" : facts === undefined ? "skipped" : "ok";
    return { name, outcome, facts: facts ?? {} };
  }
}
