import type { AllowedHosts, ServerLimits } from "../endpoint/http/types.ts";
import { FileError } from "../files/file-error.ts";
import { SetupError } from "../trust/setup-error.ts";
import { reasonOf, UsageError } from "./exit-codes.ts";
import { countOption } from "./options.ts";
import { atMostOneDay } from "./replay/units.ts";

/** What the servers share on the command line, as commander gives it. */
export interface ServerFlags {
  readonly host: string;
  readonly port: string;
  readonly allowHost?: readonly string[];
  readonly headersTimeout: string;
  readonly requestTimeout: string;
  readonly idleTimeout: string;
  readonly maxConnections: string;
  readonly grace: string;
}

export interface ServerSettings {
  readonly host: string;
  readonly port: number;
  readonly limits: ServerLimits;
  readonly allowedHosts: AllowedHosts;
  readonly graceMs: number;
}

/** Beyond what the options say: see `DEFAULT_LIMITS`. */
type FixedLimits = Pick<ServerLimits, "headerBytes" | "headerCount" | "urlBytes" | "stallTimeoutMs">;

/**
 * @param guard  The options that keep strangers out, for messages; `isGuarded` says whether one is given. Only then may a
 *   server listen where others reach it, and only without one does it matter what name a request calls it by.
 * @throws {UsageError}
 */
export function serverSettings(
  flags: ServerFlags,
  fixed: FixedLimits,
  { guard, isGuarded }: { readonly guard: string; readonly isGuarded: boolean },
): ServerSettings {
  const port = countOption(flags.port, "--port");
  if (port > 65_535) throw new UsageError(`--port takes a number up to 65535; found "${flags.port}"`);
  const maxConnections = countOption(flags.maxConnections, "--max-connections");
  if (maxConnections < 1) throw new UsageError("--max-connections takes a number above zero");
  const host = flags.host.toLowerCase();
  if (!isLoopback(host) && !isGuarded) {
    throw new UsageError(
      `--host ${flags.host} can be reached from other machines, and everybody there could use it`,
      `add ${guard}, or leave --host out`,
    );
  }
  return {
    host: host.replace(/^\[(.*)\]$/, "$1"),
    port,
    limits: {
      ...fixed,
      headersTimeoutMs: atMostOneDay(flags.headersTimeout, "--headers-timeout"),
      requestTimeoutMs: atMostOneDay(flags.requestTimeout, "--request-timeout"),
      idleTimeoutMs: atMostOneDay(flags.idleTimeout, "--idle-timeout"),
      maxConnections,
    },
    allowedHosts: isGuarded ? "any" : [...LOOPBACK_NAMES, host, ...allowed(flags)],
    graceMs: atMostOneDay(flags.grace, "--grace"),
  };
}

function allowed({ allowHost = [] }: ServerFlags): string[] {
  for (const name of allowHost) {
    if (!/^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)$/i.test(name)) {
      throw new UsageError(`--allow-host takes a host name without a port; found "${name}"`);
    }
  }
  return allowHost.map((name) => name.toLowerCase());
}

const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"];

function isLoopback(host: string): boolean {
  return LOOPBACK_NAMES.includes(host) || host === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** Runs what opens a server; what only its user can mend becomes a `UsageError`. */
export async function opening<T>({ host, port }: ServerSettings, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    throw listenProblem(error, host, port) ?? error;
  }
}

function listenProblem(error: unknown, host: string, port: number): UsageError | undefined {
  if (!(error instanceof Error) || error instanceof FileError || !("syscall" in error)) return undefined;
  const { syscall, code } = error as NodeJS.ErrnoException;
  if (syscall !== "listen" && syscall !== "getaddrinfo" && syscall !== "bind") return undefined;
  const what = `cannot listen on ${host.includes(":") ? `[${host}]` : host}:${port}`;
  if (code === "EADDRINUSE") {
    return new UsageError(`${what}: the port is in use`, "choose another --port; 0 takes a free one");
  }
  if (code === "EACCES") return new UsageError(`${what}: permission denied`, "choose a --port above 1023");
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return new UsageError(`${what}: this machine has no such address`, "see --host");
  }
  return new UsageError(`${what}: ${reasonOf(error)}`);
}

/** Runs a server command; wrong options and files that cannot be used end it with a clear line. */
export async function asServer<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof SetupError) throw new UsageError(error.message, error.hint);
    throw error;
  }
}

/** Resolves when a signal has asked us to stop. */
export function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
