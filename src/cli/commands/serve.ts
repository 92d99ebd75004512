import type { Finding } from "../../diagnostics/finding.ts";
import { SpoolError } from "../../endpoint/serve/recall/spool.ts";
import { SupportServer } from "../../endpoint/serve/support-server.ts";
import type { InputError } from "../../input/input-error.ts";
import { ExitCode, OutputError } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import type { Progress } from "../progress.ts";
import { type PreparedServe, prepareServe, type ServeFlags } from "../serve/options.ts";
import { Teller } from "../serve/teller.ts";
import { asServer, opening, stopped } from "../server-options.ts";

/** `chatx serve`: reads the inputs, says that it is ready, and serves until a signal. */
export async function runServe(
  inputs: readonly string[],
  rawFlags: Record<string, unknown>,
  io: Io,
): Promise<number> {
  const flags = rawFlags as unknown as ServeFlags;
  return await asServer(() => serve(prepareServe(inputs, flags, io), flags, io));
}

async function serve(prepared: PreparedServe, flags: ServeFlags, io: Io): Promise<number> {
  const teller = await Teller.open(prepared, flags, io);
  const server = await opening(prepared.server, () =>
    SupportServer.open(supportOptions(prepared, teller, io)),
  );
  const { graceMs } = prepared.server;
  try {
    if (!(await isReadBefore(io.signal, server.readInputs()))) {
      await teller.end();
      return ExitCode.done;
    }
    if (!isServedAnyway(prepared, flags, server)) {
      teller.nothing();
      return ExitCode.input;
    }
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
    teller.readAll();
    await server.close(0);
  }
}

/** Whether the inputs came to their end before a signal; standard input may never. */
async function isReadBefore(signal: AbortSignal, reading: Promise<void>): Promise<boolean> {
  const read = reading.then(
    () => true,
    (error: unknown) => {
      if (signal.aborted) return false;
      throw error;
    },
  );
  return await Promise.race([read, stopped(signal).then(() => false)]);
}

/** Where there is no conversation nothing is served, unless one may still come or does not matter. */
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
      onSourceChanged: (error: Error) => teller.answerFailed(error),
    },
    collection: {
      inputs,
      maxRecordBytes,
      maxInflatedBytes,
      isWatching: watchIntervalMs !== undefined,
      signal: io.signal,
      drain: () => teller.drain(),
      onSource: (source: Parameters<Progress["start"]>[0]) => teller.progress.start(source),
      onChunk: (bytes: number, records: number) => teller.advance(bytes, records),
      onEmpty: (source: string) => teller.empty(source),
      onUnreadable: (error: InputError) => teller.unreadable(error),
      onNote: (note: string) => teller.note(note),
    },
    settings,
    spoolFolder,
    onFindings: (findings: readonly Finding[]) => teller.findings(findings),
  };
}
