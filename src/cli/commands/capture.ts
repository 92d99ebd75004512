import { escapeControls } from "../../diagnostics/quote.ts";
import { type CaptureOptions, openCapture } from "../../endpoint/capture/capture.ts";
import type { CaptureEvent } from "../../endpoint/capture/events.ts";
import type { OpenServer } from "../../endpoint/http/types.ts";
import { FileError } from "../../files/file-error.ts";
import { urlOf } from "../../json/url.ts";
import { proxiesFrom } from "../../transport/proxy.ts";
import { openTransport } from "../../transport/undici-transport.ts";
import { readTlsOptions } from "../../trust/tls-options.ts";
import { LineFeed } from "../capture/feed.ts";
import { leadsTo } from "../capture/leads-to.ts";
import { isProblem, jsonLine, jsonObjectLine, textLine } from "../capture/lines.ts";
import { type CaptureFlags, type PreparedCapture, prepareCapture } from "../capture/options.ts";
import { ExitCode, UsageError } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { asServer, opening, stopped } from "../server-options.ts";

/** `chatx capture`: runs until a signal, and ends in good order. */
export async function runCapture(rawFlags: Record<string, unknown>, io: Io): Promise<number> {
  const flags = rawFlags as unknown as CaptureFlags;
  try {
    return await asServer(() => capture(flags, io));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    io.stderr.push(`chatx: ${escapeControls(error.message)}\n`);
    if (error.hint !== undefined) io.stderr.push(`  hint: ${escapeControls(error.hint)}\n`);
    return error.exitCode;
  }
}

async function capture(flags: CaptureFlags, io: Io): Promise<number> {
  const prepared = prepareCapture(flags, io.env);
  const teller = new Teller(flags, io);
  const forward = await forwardFrom(flags, prepared, io, (text) => teller.warn(text));
  for (const warning of prepared.warnings) teller.warn(warning);
  const options: CaptureOptions = {
    ...prepared.capture,
    now: () => new Date(),
    onEvent: (event) => teller.tell(event),
    ...(forward === undefined ? {} : { forward }),
  };
  const server = await opening(prepared.server, () => openCapture(options));
  teller.ready(server, options.token !== undefined);
  const { graceMs } = prepared.server;
  const closed = stopped(io.signal).then(() => server.close(graceMs));
  // The time for stopping in good order counts from when the requests under way have ended.
  io.underWay.add(() => closed);
  await closed;
  await teller.end();
  return ExitCode.done;
}

async function forwardFrom(
  { forward, cacert }: CaptureFlags,
  prepared: PreparedCapture,
  io: Io,
  warn: (text: string) => void,
): Promise<CaptureOptions["forward"]> {
  if (forward === undefined) {
    if (cacert !== undefined) throw new UsageError("--cacert goes with --forward only");
    return undefined;
  }
  const url = urlOf(forward);
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new UsageError("--forward takes an http:// or https:// URL");
  }
  if (url.username !== "" || url.password !== "") {
    throw new UsageError("--forward takes no user and password: they would end in logs");
  }
  const { host, port } = prepared.server;
  if (await leadsTo(url, host, port)) {
    throw new UsageError("--forward names this server itself", "name another machine, or another --port");
  }
  url.hash = "";
  const tls = readTlsOptions({ ...(cacert === undefined ? {} : { cacert }) }, io.env, false);
  for (const warning of tls.warnings) warn(warning);
  const transport = await openTransport({ connections: 4, tls: tls.settings, proxyFor: proxiesFrom(io.env) });
  return { url: url.href, transport };
}

/** Says what happens, and counts it. */
class Teller {
  readonly #flags: CaptureFlags;
  readonly #out: LineFeed;
  readonly #err: LineFeed;
  readonly #signal: AbortSignal;
  readonly #counts = { stored: 0, duplicates: 0, refused: 0 };

  constructor(flags: CaptureFlags, io: Io) {
    this.#flags = flags;
    this.#out = new LineFeed(io.stdout);
    this.#err = new LineFeed(io.stderr);
    this.#signal = io.signal;
  }

  warn(text: string): void {
    if (!this.#flags.quiet) this.#err.push(`chatx: warning: ${escapeControls(text)}\n`);
  }

  /** The one line that a script waits for. The token is not shown: it would end in logs. */
  ready({ url }: OpenServer, hasToken: boolean): void {
    const address = hasToken ? `${url}/$TOKEN/` : `${url}/`;
    this.#out.push(
      this.#flags.json
        ? jsonObjectLine({ event: "listening", url: address })
        : `chatx capture: listening on ${address}\n`,
    );
  }

  tell(event: CaptureEvent): void {
    if (event.event === "stored") {
      this.#counts.stored++;
      if (event.request.duplicate !== undefined) this.#counts.duplicates++;
    }
    if (event.event === "refused") this.#counts.refused++;
    const time = event.event === "stored" ? event.request.receivedAt : new Date();
    const isWanted = !this.#flags.quiet || isProblem(event);
    if (this.#flags.json) {
      if (isWanted) this.#out.push(jsonLine(event, time));
    } else if (isProblem(event)) this.#err.push(`chatx: ${textLine(event, time)}`);
    else if (isWanted) this.#out.push(textLine(event, time));
  }

  async end(): Promise<void> {
    const { stored, duplicates, refused } = this.#counts;
    const why = this.#signal.reason instanceof Error ? this.#signal.reason.message : "stopped";
    if (!this.#flags.quiet) {
      const left = this.#out.left === 0 ? "" : `; ${this.#out.left} lines could not be shown in time`;
      const repeats = duplicates === 0 ? "" : ` (${duplicates} of them repeats)`;
      this.#err.push(`chatx: ${why}: stored ${stored}${repeats}, refused ${refused}${left}\n`);
    }
    await this.#out.end();
    await this.#err.end();
  }
}
