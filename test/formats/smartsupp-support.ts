import { readdirSync, readFileSync } from "node:fs";
import { collectDiagnostics, type Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { checkDocument } from "../../src/formats/check.ts";
import type { FormatAdapter, ReadResult, WriteResult } from "../../src/formats/types.ts";
import { parseJson } from "../../src/json/parse.ts";
import type { JsonObject } from "../../src/json/value.ts";
import type { Conversation } from "../../src/model/conversation.ts";
import { timeZone } from "../../src/model/time.ts";

const FIXTURES = new URL("../../fixtures/", import.meta.url);

export function fixtureNames(folder: string): string[] {
  return readdirSync(new URL(`${folder}/`, FIXTURES)).sort();
}

export function parseFixture(path: string) {
  return parseJson(readFileSync(new URL(path, FIXTURES), "utf8"));
}

export function fixture(path: string): JsonObject {
  const result = parseFixture(path);
  if (!result.ok) throw new Error(`${path} is no JSON`);
  return result.value as JsonObject;
}

/** Code and place of each finding, as one line. */
export function places(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ code, pointer }) => `${code} ${pointer}`);
}

export function check(adapter: FormatAdapter, document: JsonObject) {
  const { report, diagnostics } = collectDiagnostics();
  const holds = checkDocument(adapter, document, report);
  return { holds, diagnostics };
}

export function read(
  adapter: FormatAdapter,
  document: JsonObject,
): { result: ReadResult; diagnostics: Diagnostic[] } {
  const { report, diagnostics } = collectDiagnostics();
  const result = adapter.read(document, { report, zone: timeZone("UTC"), zoneIsGiven: true });
  return { result, diagnostics };
}

type ConversationRead = Extract<ReadResult, { kind: "conversation" }>;

/** The result of reading a document that must hold a conversation. */
export function readConversation(adapter: FormatAdapter, document: JsonObject): ConversationRead {
  const { result } = read(adapter, document);
  if (result.kind !== "conversation") throw new Error(`read as ${result.kind}`);
  return result;
}

export function conversationOf(adapter: FormatAdapter, document: JsonObject): Conversation {
  return readConversation(adapter, document).conversation;
}

export function write(
  adapter: FormatAdapter,
  conversation: Conversation,
): { result: WriteResult; diagnostics: Diagnostic[] } {
  const { report, diagnostics } = collectDiagnostics();
  const result = adapter.write!(conversation, { report, agentRole: "agent", systemMessages: "drop" });
  return { result, diagnostics };
}
