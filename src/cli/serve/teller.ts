import type { Finding } from "../../diagnostics/finding.ts";
import { escapeControls } from "../../diagnostics/quote.ts";
import { SpoolError } from "../../endpoint/serve/recall/spool.ts";
import type { SupportServer } from "../../endpoint/serve/support-server.ts";
import type { InputError } from "../../input/input-error.ts";
import type { Io } from "../io.ts";
import { Progress } from "../progress.ts";
import { Reports } from "../reports.ts";
import { YoungGeneration } from "../young-generation.ts";
import type { PreparedServe, ServeFlags } from "./options.ts";

/** Says what happens. Only the ready line is a result; everything else goes to standard error. */
export class Teller {
  isUnreadable = false;
  /** Of reading the inputs; what comes later is too short to show. */
  readonly progress: Progress;
  readonly #young = new YoungGeneration();
  #flushed: Promise<void> = Promise.resolve();
  readonly #io: Io;
  readonly #flags: ServeFlags;
  readonly #isWatching: boolean;
  readonly #reports: Reports;

  static async open(prepared: PreparedServe, flags: ServeFlags, io: Io): Promise<Teller> {
    // A server goes on when nobody reads its lines any more.
    io.stdout.makeOptional();
    const main = { writer: io.stderr, isTerminal: io.stderrIsTerminal, hasTotals: false };
    const reports = await Reports.open([{ name: "text" }], prepared.maxFindings, io, main);
    const teller = new Teller(prepared, flags, io, reports);
    for (const warning of prepared.warnings) teller.note(`warning: ${warning}`);
    return teller;
  }

  private constructor(prepared: PreparedServe, flags: ServeFlags, io: Io, reports: Reports) {
    this.progress = new Progress(io, flags.quiet ?? false);
    this.#io = io;
    this.#flags = flags;
    this.#isWatching = prepared.watchIntervalMs !== undefined;
    this.#reports = reports;
  }

  advance(bytes: number, records: number): void {
    this.#young.keepSmall();
    this.progress.advance(bytes, records);
  }

  readAll(): void {
    this.#young.release();
    this.progress.stop();
  }

  say(text: string, hint?: string): void {
    this.#io.stderr.push(`chatx: ${escapeControls(text)}\n`);
    if (hint !== undefined) this.#io.stderr.push(`  hint: ${hint}\n`);
    void this.drain();
  }

  answerFailed(error: Error): void {
    const hint = this.#isWatching ? undefined : "start again, or use --watch for files that change";
    this.say(`an answer failed: ${error.message}`, hint);
  }

  note(text: string): void {
    if (!this.#flags.quiet) this.say(text);
  }

  unreadable(error: InputError): void {
    const isNothing = error.kind === "nothing-matched";
    if (isNothing && this.#flags.allowEmpty) return;
    // With --watch an empty folder is where captures will come.
    if (!(isNothing && this.#isWatching)) this.isUnreadable = true;
    this.say(isNothing && this.#isWatching ? `${error.message}; it is looked for again` : error.message);
  }

  /** No conversation is there to be served. */
  nothing(): void {
    this.readAll();
    const hint = "--allow-empty serves all the same, and --watch waits for captures to come";
    if (!this.isUnreadable) this.say("there is nothing to serve: no input holds a conversation", hint);
  }

  empty(source: string): void {
    if (!this.#flags.allowEmpty && !this.#isWatching) this.#reports.source(source, "input/empty", {});
  }

  findings(findings: readonly Finding[]): void {
    const { quiet } = this.#flags;
    const isTold = quiet ? "error" : "info";
    this.#reports.findings(
      findings.filter(({ severity }) => (quiet ? severity === isTold : severity !== isTold)),
    );
  }

  /** One write after the other, as lines come from requests and from reading at the same time. */
  drain(): Promise<void> {
    // Nobody may be there to read them, and the server goes on.
    this.#flushed = this.#flushed.then(() => this.#io.stderr.flush()).catch(() => undefined);
    return this.#flushed;
  }

  /** The one line that a script waits for. The token is not shown: it would end in logs. */
  async ready(server: SupportServer, { path, token }: PreparedServe): Promise<void> {
    this.readAll();
    const { read, indexed, skipped, rejected } = server.counts;
    this.note(`records read ${read} = indexed ${indexed} + skipped ${skipped} + rejected ${rejected}`);
    await this.drain();
    const address = `${server.url}${token === undefined ? "" : "/$TOKEN"}${path}`;
    const count = `${server.conversations} conversation${server.conversations === 1 ? "" : "s"}`;
    this.#io.stdout.push(`chatx serve: listening on ${address} (${count})\n`);
    await this.#io.stdout.flush();
  }

  /** Messages of errors that nobody foresaw may hold payload text; their kind does not. */
  failed(error: unknown): void {
    const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
    this.say(`a request failed: ${code ?? (error instanceof Error ? error.name : "unknown error")}`);
  }

  scanFailed(error: unknown): void {
    if (error instanceof SpoolError) this.say(error.message);
    else this.failed(error);
  }

  async end(): Promise<void> {
    const { reason } = this.#io.signal;
    this.note(reason instanceof Error ? reason.message : "stopped");
    await this.drain();
  }
}
