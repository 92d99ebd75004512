import { tmpdir } from "node:os";
import type { ConvertSettings } from "../../convert/types.ts";
import { PathToken } from "../../endpoint/http/path-token.ts";
import { DEFAULT_LIMITS } from "../../endpoint/http/types.ts";
import { HEALTH_PATH } from "../../endpoint/serve/support-endpoint.ts";
import { ferndesk } from "../../formats/ferndesk/index.ts";
import { readSecret } from "../../trust/secret.ts";
import { UsageError } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import {
  choiceOption,
  countOption,
  recordSizeOption,
  sizeOption,
  sourceFormatOption,
  zoneOption,
} from "../options.ts";
import { atMostOneDay } from "../replay/units.ts";
import { type ServerFlags, type ServerSettings, serverSettings } from "../server-options.ts";
import { urlFromTemplate } from "../url-option.ts";
import { version } from "../version.ts";

export interface ServeFlags extends ServerFlags {
  readonly from: string;
  readonly watch?: boolean;
  readonly watchInterval?: string;
  readonly limit: string;
  readonly path: string;
  readonly token?: string;
  readonly timeZone?: string;
  readonly urlTemplate?: string;
  readonly agentRole: string;
  readonly systemMessages: string;
  readonly fold?: boolean;
  readonly allowEmpty?: boolean;
  readonly maxRecordBytes: string;
  readonly maxInflatedBytes: string;
  readonly maxFindings: string;
  readonly quiet?: boolean;
}

export interface PreparedServe {
  readonly server: ServerSettings;
  readonly settings: ConvertSettings;
  /** Everything that the bytes of an answer depend on but the files. */
  readonly settingsName: string;
  readonly inputs: readonly string[];
  readonly limit: number;
  readonly path: string;
  readonly token: PathToken | undefined;
  /** Undefined: files are read once. */
  readonly watchIntervalMs: number | undefined;
  readonly maxRecordBytes: number;
  readonly maxInflatedBytes: number;
  readonly maxFindings: number;
  readonly spoolFolder: string;
  readonly warnings: readonly string[];
}

/**
 * Reads and checks all options, before anything is opened.
 *
 * @throws {UsageError | SetupError}
 */
export function prepareServe(inputs: readonly string[], flags: ServeFlags, io: Io): PreparedServe {
  const secret = flags.token === undefined ? undefined : readSecret(flags.token, "--token", io.env);
  const token = secret === undefined ? undefined : new PathToken(secret.secret);
  const wanted = inputs.length === 0 ? ["-"] : inputs;
  if (wanted.includes("-") && io.stdinIsTerminal) {
    throw new UsageError("standard input is a terminal", "name a file or a folder, or pipe the payloads in");
  }
  return {
    server: serverSettings(flags, DEFAULT_LIMITS, { guard: "--token", isGuarded: token !== undefined }),
    settings: settingsOf(flags),
    settingsName: settingsName(flags),
    inputs: wanted,
    limit: limitOption(flags.limit),
    path: pathOption(flags.path),
    token,
    watchIntervalMs: watchInterval(flags),
    maxRecordBytes: recordSizeOption(flags.maxRecordBytes),
    maxInflatedBytes: sizeOption(flags.maxInflatedBytes, "--max-inflated-bytes"),
    maxFindings: countOption(flags.maxFindings, "--max-findings"),
    spoolFolder: tmpdir(),
    warnings: secret?.warnings ?? [],
  };
}

function settingsOf(flags: ServeFlags): ConvertSettings {
  const from = sourceFormatOption(flags.from, "--from");
  return {
    to: ferndesk,
    ...(from === undefined ? {} : { from }),
    zone: zoneOption(flags.timeZone ?? "UTC"),
    zoneIsGiven: flags.timeZone !== undefined,
    agentRole: choiceOption(flags.agentRole, "--agent-role", ["agent", "support_agent"]),
    systemMessages: choiceOption(flags.systemMessages, "--system-messages", ["drop", "agent"]),
    strict: false,
    fold: flags.fold ?? false,
    urlFor: flags.urlTemplate === undefined ? undefined : urlFromTemplate(flags.urlTemplate),
  };
}

function settingsName(flags: ServeFlags): string {
  const { from, timeZone = "", urlTemplate = "", agentRole, systemMessages, fold = false } = flags;
  return JSON.stringify([version, from, timeZone, urlTemplate, agentRole, systemMessages, fold]);
}

const WATCH_INTERVAL = "1s";

/** @returns Undefined: files are read once. */
function watchInterval({ watch = false, watchInterval: text }: ServeFlags): number | undefined {
  if (text !== undefined && !watch) throw new UsageError("--watch-interval needs --watch");
  return watch ? atMostOneDay(text ?? WATCH_INTERVAL, "--watch-interval") : undefined;
}

function limitOption(text: string): number {
  const limit = countOption(text, "--limit");
  if (limit < 1) throw new UsageError("--limit takes a number above zero");
  return limit;
}

/** Only what a URL spells one way: what a request asks for is compared as it comes. */
function pathOption(text: string): string {
  const isPlain = /^(?:\/[A-Za-z0-9._~-]+)+$/.test(text) && !/\/\.{1,2}(?:\/|$)/.test(text);
  if (!isPlain || text === HEALTH_PATH) {
    throw new UsageError(
      `--path takes a path such as /support-endpoint.json; found "${text}"`,
      `letters, digits, ".", "_", "~" and "-" between slashes; ${HEALTH_PATH} is taken`,
    );
  }
  return text;
}
