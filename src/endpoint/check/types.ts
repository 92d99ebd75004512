import type { Severity } from "../../diagnostics/diagnostic.ts";
import type { Finding } from "../../diagnostics/finding.ts";
import type { Instant } from "../../model/time.ts";
import type { Dial, LookUp } from "../../transport/inspect/dial.ts";
import type { TlsSettings } from "../../trust/tls-options.ts";

/** In the order in which they are taken. */
export const stepNames = [
  "url",
  "name",
  "connection",
  "tls",
  "redirects",
  "status",
  "content-type",
  "body",
  "json",
  "schema",
  "meaning",
  "start-date",
] as const;

export type StepName = (typeof stepNames)[number];

/** What each step found out, as far as it came. Texts are raw: some are the endpoint's own. */
export interface CheckFacts {
  readonly url: { readonly scheme?: string; readonly host?: string };
  readonly name: { readonly addresses?: readonly string[]; readonly ms?: number };
  readonly connection: { readonly address?: string; readonly port?: number; readonly ms?: number };
  readonly tls: {
    readonly protocol?: string;
    readonly subject?: string;
    readonly issuer?: string;
    /** ISO 8601. */
    readonly validTo?: string;
    readonly ms?: number;
    /** The URL needs none. */
    readonly isNotUsed?: boolean;
  };
  readonly redirects: { readonly hops?: readonly { readonly status: number; readonly to: string }[] };
  readonly status: {
    readonly status?: number;
    readonly httpVersion?: string;
    readonly interim?: readonly number[];
    readonly firstByteMs?: number;
  };
  readonly "content-type": { readonly contentType?: string; readonly contentEncoding?: string };
  readonly body: {
    /** Over the wire. */
    readonly bytes?: number;
    /** After unpacking, where it was compressed. */
    readonly unpackedBytes?: number;
    readonly ms?: number;
  };
  readonly json: { readonly root?: "document" | "list" | "lines" | "other" };
  readonly schema: { readonly conversations?: number; readonly invalid?: number };
  readonly meaning: {
    readonly messages?: number;
    readonly oldest?: Instant;
    readonly newest?: Instant;
    readonly order?: "newest first" | "oldest first" | "none";
  };
  readonly "start-date": {
    readonly date?: string;
    /** Conversations in the answers. */
    readonly with?: number;
    readonly without?: number;
    /** Of those without, older than the date; 0 proves nothing. */
    readonly older?: number;
    /** Neither the URL nor an option names a date. */
    readonly isNotAsked?: boolean;
  };
}

export type StepOutcome = "ok" | "warning" | "error" | "skipped";

export interface Step<N extends StepName = StepName> {
  readonly name: N;
  /** By the worst of its findings; infos do not count. skipped: not reached, or not called for. */
  readonly outcome: StepOutcome;
  readonly facts: CheckFacts[N];
}

/** What a check came to. */
export interface CheckResult {
  /** As it may be shown. */
  readonly url: string;
  readonly checkedAtMs: number;
  /** All steps, in order. */
  readonly steps: readonly Step[];
  /** In the order of the steps, and within one in that of the document; at most as many as asked for. */
  readonly findings: readonly (Finding & { readonly step: StepName })[];
  /** All findings, the ones left out among them. */
  readonly counts: Readonly<Record<Severity, number>>;
  readonly hiddenFindings: number;
  /**
   * wrong: it answers, but not as Ferndesk needs it. down: it cannot be reached, fails, or refuses us. no-url: there is
   * nothing that could be asked.
   */
  readonly verdict: "ok" | "wrong" | "down" | "no-url";
}

export interface CheckOptions {
  /** A day, YYYY-MM-DD, to ask for on top of what the URL says. */
  readonly startDate?: string;
  /** Beyond our own; sent to the origin of the URL only. */
  readonly headers: readonly (readonly [string, string])[];
  readonly userAgent: string;
  readonly tls: TlsSettings;
  /** From the look-up to the last byte; milliseconds. */
  readonly timeoutMs: number;
  /** An answer that takes longer is a warning. */
  readonly slowMs: number;
  readonly maxBodyBytes: number;
  /** Findings kept, of one code no more than a tenth of them; Infinity for all. */
  readonly maxFindings: number;
  /** Warnings are errors. */
  readonly strict: boolean;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** How a URL may be shown, secrets masked. User and password are gone already. */
  readonly show: (url: URL) => string;
  readonly lookUp?: LookUp;
  readonly dial?: Dial;
}
