import type { DiagnosticCode, Severity } from "../../diagnostics/diagnostic.ts";
import type { Finding } from "../../diagnostics/finding.ts";

/** Of one code at least so many are kept where so many are allowed in all. */
const LEAST_OF_A_CODE = 3;

/**
 * The findings that are shown when there are too many: of one code no more than a tenth, as the same fault in a thousand
 * conversations says nothing new, and errors in place of what is less.
 */
export class KeptFindings<F extends Pick<Finding, "code" | "severity">> {
  readonly #limit: number;
  readonly #limitOfCode: number;
  readonly #ofCode = new Map<DiagnosticCode, number>();
  readonly #list: F[] = [];
  #lesser = 0;

  /** @param limit  Infinity for all. */
  constructor(limit: number) {
    this.#limit = limit;
    this.#limitOfCode = Math.max(LEAST_OF_A_CODE, Math.ceil(limit / 10));
  }

  /** In the order they came. */
  get all(): readonly F[] {
    return this.#list;
  }

  hasRoomFor(code: DiagnosticCode, severity: Severity): boolean {
    if ((this.#ofCode.get(code) ?? 0) >= this.#limitOfCode) return false;
    return this.#list.length < this.#limit || (severity === "error" && this.#lesser > 0);
  }

  /** Keeps the finding if there is room for it. */
  add(finding: F): void {
    if (!this.hasRoomFor(finding.code, finding.severity)) return;
    if (this.#list.length >= this.#limit) this.#giveWay();
    this.#list.push(finding);
    this.#note(finding, 1);
  }

  /** The last that is no error goes. */
  #giveWay(): void {
    const at = this.#list.findLastIndex(({ severity }) => severity !== "error");
    const [gone] = this.#list.splice(at, 1);
    if (gone !== undefined) this.#note(gone, -1);
  }

  #note({ code, severity }: F, by: number): void {
    this.#ofCode.set(code, (this.#ofCode.get(code) ?? 0) + by);
    if (severity !== "error") this.#lesser += by;
  }
}
