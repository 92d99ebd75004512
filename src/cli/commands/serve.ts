import { escapeControls } from "../../diagnostics/quote.ts";
import { SpoolError } from "../../endpoint/serve/recall/spool.ts";
import { SupportServer } from "../../endpoint/serve/support-server.ts";
import type { InputError } from "../../input/input-error.ts";
import { ExitCode, OutputError } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { Progress } from "../progress.ts";
import { Reports } from "../reports.ts";
import { type PreparedServe, prepareServe, type ServeFlags } from "../serve/options.ts";
import { asServer, opening, stopped } from "../server-options.ts";

/** `chatx serve`: reads the inputs, says that it is ready, and serves until a signal. */
export async function runServe(
  inputs: readonly string[],
  rawFlags: Record<string, unknown>,
  io: Io,
): Promise<number> {
  const flags = rawFlags as unknown as ServeFlags;
  // What a record leaves behind is gone with the next: the young generation need not grow with the input.
  process.getBuiltinModule("node:v8").setFlagsFromString("--semi-space-growth-factor=1");
  return await asServer(() => serve(prepareServe(inputs, flags, io), flags, io));
}

async function serve(prepared: PreparedServe, flags: ServeFlags, io: Io): Promise<number> {
  const teller = await Teller.open(prepared, flags, io);
  const server = await opening(prepared.server, () =>
    SupportServer.open(supportOptions(prepared, teller, io)),
  );
  const { graceMs } = prepared.server;
  try {
    await server.readInputs();
    if (teller.isUnreadable && !isServedAnyway(prepared, flags, server)) return ExitCode.input;
    await teller.ready(server, prepared);
    const watching =
      prepared.watchIntervalMs === undefined
        ? undefined
        : server.watch(prepared.watchIntervalMs, io.signal, (error) => teller.scanFailed(error));
    const closed = stopped(io.signal).then(() => server.close(graceMs));
    // The time for stopping in good order counts from when the answers under way have ended.
    io.underWay.add(() => closed);
    await closed;
    await watching;
    await teller.end();
    return ExitCode.done;
  } catch (error) {
    if (error instanceof SpoolError) throw new OutputError(prepared.spoolFolder, error.cause);
    throw error;
  } finally {
    teller.progress.stop();
    await server.close(0);
  }
}

/** Where an input is missing nothing is served, unless it may still come or does not matter. */
function isServedAnyway(prepared: PreparedServe, flags: ServeFlags, server: SupportServer): boolean {
  return prepared.watchIntervalMs !== undefined || flags.allowEmpty === true || server.conversations > 0;
}

function supportOptions(prepared: PreparedServe, teller: Teller, io: Io) {
  const { server, settings, settingsName, limit, path, token } = prepared;
  const { host, port, limits, allowedHosts } = server;
  const { inputs, maxRecordBytes, maxInflatedBytes, watchIntervalMs, spoolFolder } = prepared;
  return {
    http: { host, port, limits, allowedHosts, onError: (error: unknown) => teller.failed(error) },
    endpoint: {
      path,
      limit,
      zone: settings.zone,
      token,
      settings: settingsName,
      onSourceChanged: (error: Error) => teller.say(`an answer failed: ${error.message}`),
    },
    collection: {
      inputs,
      maxRecordBytes,
      maxInflatedBytes,
      isWatching: watchIntervalMs !== undefined,
      signal: io.signal,
      drain: () => teller.drain(),
      onSource: (source: Parameters<Progress["start"]>[0]) => teller.progress.start(source),
      onChunk: (bytes: number, records: number) => teller.progress.advance(bytes, records),
      onEmpty: (source: string) => teller.empty(source),
      onUnreadable: (error: InputError) => teller.unreadable(error),
      onNote: (note: string) => teller.note(note),
    },
    settings,
    spoolFolder,
    onFindings: (findings: Parameters<Reports["findings"]>[0]) => teller.findings(findings),
  };
}

/** Says what happens. Only the ready line is a result; everything else goes to standard error. */
class Teller {
  isUnreadable = false;
  /** Of reading the inputs; later ones are too short to show. */
  readonly progress: Progress;
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

  say(text: string): void {
    this.#io.stderr.push(`chatx: ${escapeControls(text)}\n`);
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

  empty(source: string): void {
    if (!this.#flags.allowEmpty && !this.#isWatching) this.#reports.source(source, "input/empty", {});
  }

  findings(findings: Parameters<Reports["findings"]>[0]): void {
    const { quiet } = this.#flags;
    const isTold = quiet ? "error" : "info";
    this.#reports.findings(
      findings.filter(({ severity }) => (quiet ? severity === isTold : severity !== isTold)),
    );
  }

  async drain(): Promise<void> {
    await this.#io.stderr.flush();
  }

  /** The one line that a script waits for. The token is not shown: it would end in logs. */
  async ready(server: SupportServer, { path, token }: PreparedServe): Promise<void> {
    this.progress.stop();
    const { read, indexed, skipped, rejected } = server.counts;
    this.note(`records read ${read} = indexed ${indexed} + skipped ${skipped} + rejected ${rejected}`);
    await this.#io.stderr.flush();
    const address = `${server.url}${token === undefined ? "" : "/$TOKEN"}${path}`;
    const count = `${server.conversations} conversation${server.conversations === 1 ? "" : "s"}`;
    this.#io.stdout.push(`chatx serve: listening on ${address} (${count})\n`);
    await this.#io.stdout.flush();
  }

  /** Messages of errors that nobody foresaw may hold payload text; their kind does not. */
  failed(error: unknown): void {
    const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
    this.say(`a request failed: ${code ?? (error instanceof Error ? error.name : "unknown error")}`);
    void this.drain();
  }

  scanFailed(error: unknown): void {
    if (error instanceof SpoolError) this.say(error.message);
    else this.failed(error);
  }

  async end(): Promise<void> {
    const { reason } = this.#io.signal;
    this.note(reason instanceof Error ? reason.message : "stopped");
    await this.#io.stderr.flush();
  }
}
