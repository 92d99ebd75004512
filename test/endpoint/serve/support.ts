import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { Converter } from "../../../src/convert/converter.ts";
import type { ConvertSettings } from "../../../src/convert/types.ts";
import type { Finding } from "../../../src/diagnostics/finding.ts";
import { lookInside } from "../../../src/enclosures/look-inside.ts";
import { PathToken } from "../../../src/endpoint/http/path-token.ts";
import { DEFAULT_LIMITS } from "../../../src/endpoint/http/types.ts";
import { SupportServer } from "../../../src/endpoint/serve/support-server.ts";
import { ferndesk } from "../../../src/formats/ferndesk/index.ts";
import { inflateBody } from "../../../src/input/inflate.ts";
import { readRecords } from "../../../src/input/records.ts";
import { openSources } from "../../../src/input/sources.ts";
import { stringifyJson } from "../../../src/json/stringify.ts";
import { timeZone } from "../../../src/model/time.ts";

export const SETTINGS: ConvertSettings = {
  to: ferndesk,
  zone: timeZone("UTC"),
  zoneIsGiven: false,
  agentRole: "agent",
  systemMessages: "drop",
  strict: false,
  fold: false,
};

const MAX_RECORD_BYTES = 1 << 20;
const MAX_INFLATED_BYTES = 1 << 30;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A folder that is gone after the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "chatx-serve-test-"));
  cleanups.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export interface SupportSetup {
  readonly settings?: Partial<ConvertSettings>;
  readonly limit?: number;
  readonly isWatching?: boolean;
  readonly token?: string;
  readonly limits?: Partial<typeof DEFAULT_LIMITS>;
}

export interface Support {
  readonly server: SupportServer;
  /** Of the document. */
  readonly url: string;
  readonly findings: Finding[];
  readonly complaints: string[];
  readonly notes: string[];
  readonly errors: unknown[];
}

/** An endpoint over files, in this process, on a free port; closed after the test. Its inputs are not read yet. */
export async function openUnread(inputs: readonly string[], setup: SupportSetup = {}): Promise<Support> {
  const settings = { ...SETTINGS, ...setup.settings };
  const findings: Finding[] = [];
  const complaints: string[] = [];
  const notes: string[] = [];
  const errors: unknown[] = [];
  const server = await SupportServer.open({
    settings,
    spoolFolder: tmpdir(),
    onFindings: (found) => findings.push(...found),
    http: {
      host: "127.0.0.1",
      port: 0,
      limits: { ...DEFAULT_LIMITS, ...setup.limits },
      allowedHosts: ["localhost", "127.0.0.1"],
      onError: (error) => errors.push(error),
    },
    endpoint: {
      path: "/support-endpoint.json",
      limit: setup.limit ?? 3000,
      zone: settings.zone,
      token: setup.token === undefined ? undefined : new PathToken(setup.token),
      settings: JSON.stringify(setup.settings ?? {}),
      onSourceChanged: (error) => errors.push(error),
    },
    collection: {
      inputs,
      isWatching: setup.isWatching ?? false,
      maxRecordBytes: MAX_RECORD_BYTES,
      maxInflatedBytes: MAX_INFLATED_BYTES,
      signal: new AbortController().signal,
      drain: () => Promise.resolve(),
      onSource: () => undefined,
      onChunk: () => undefined,
      onEmpty: (source) => complaints.push(`${source} is empty`),
      onUnreadable: (error) => complaints.push(error.message),
      onNote: (note) => notes.push(note),
    },
  });
  cleanups.push(() => server.close(0));
  const url = `${server.url}/support-endpoint.json`;
  return { server, url, findings, complaints, notes, errors };
}

export async function openSupport(inputs: readonly string[], setup: SupportSetup = {}): Promise<Support> {
  const support = await openUnread(inputs, setup);
  await support.server.readInputs();
  return support;
}

export interface Conversation {
  readonly id: string;
  readonly lastMessageAt: string;
  readonly messages: readonly unknown[];
}

/** The conversations that an endpoint gives, in its order. */
export async function served(url: string, query = ""): Promise<Conversation[]> {
  const response = await fetch(`${url}${query}`);
  if (response.status !== 200) throw new Error(`status ${response.status}: ${await response.text()}`);
  const { conversations } = (await response.json()) as { conversations: Conversation[] };
  return conversations;
}

/** The lines that an endpoint gives: one conversation each, in its spelling. */
export async function servedLines(url: string): Promise<string[]> {
  const text = await (await fetch(url)).text();
  return text
    .split("\n")
    .filter((line) => line.startsWith('{"id"'))
    .map((line) => line.replace(/,$/, ""));
}

/** What `chatx convert --to ferndesk --jsonl` writes. */
export async function converted(
  inputs: readonly string[],
  settings: Partial<ConvertSettings> = {},
): Promise<string[]> {
  const lines: string[] = [];
  const converter = new Converter(
    { ...SETTINGS, ...settings },
    { converted: ({ value }) => lines.push(stringifyJson(value)), findings: () => undefined },
  );
  const options = { stdinIsTerminal: true, maxInflatedBytes: MAX_INFLATED_BYTES };
  for await (const source of openSources(inputs, options)) {
    const split = { maxRecordBytes: MAX_RECORD_BYTES, inflate: inflateBody };
    for await (const record of readRecords(source, split)) converter.record(await lookInside(record));
  }
  converter.finish();
  return lines;
}
