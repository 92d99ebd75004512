import { readdirSync, readFileSync } from "node:fs";
import { collectDiagnostics, type Diagnostic } from "../../../src/diagnostics/diagnostic.ts";
import { checkDocument } from "../../../src/formats/check.ts";
import type { Edge, FieldRule, FormatAdapter, ReadContext, ReadResult } from "../../../src/formats/types.ts";
import { parseJson } from "../../../src/json/parse.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import { timeZone } from "../../../src/model/time.ts";
import { type Claims, claimsOf, type Direction } from "../../support/perturb.ts";

const FIXTURES = new URL("../../../fixtures/", import.meta.url);

export function fixture(path: string): JsonObject {
  const result = parseJson(readFileSync(new URL(path, FIXTURES), "utf8"));
  if (!result.ok) throw new Error(`${path} is no JSON`);
  return result.value as JsonObject;
}

export function fixtureNames(folder: string): string[] {
  return readdirSync(new URL(folder, FIXTURES)).filter((name) => name.endsWith(".json"));
}

/** A finding as one line: code, pointer and facts. */
export function lines(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ code, pointer, args }) => `${code} ${pointer} ${JSON.stringify(args)}`);
}

export function check(adapter: FormatAdapter, document: JsonObject): { holds: boolean; findings: string[] } {
  const { report, diagnostics } = collectDiagnostics();
  const holds = checkDocument(adapter, document, report);
  return { holds, findings: lines(diagnostics) };
}

export function read(
  adapter: FormatAdapter,
  document: JsonObject,
  options: Partial<ReadContext> = {},
): { result: ReadResult; findings: string[] } {
  const { report, diagnostics } = collectDiagnostics();
  const result = adapter.read(document, { report, zone: timeZone("UTC"), zoneIsGiven: true, ...options });
  return { result, findings: lines(diagnostics) };
}

/** The conversation of a document that must have one. */
export function conversationOf(
  adapter: FormatAdapter,
  document: JsonObject,
  options: Partial<ReadContext> = {},
) {
  const { result } = read(adapter, document, options);
  if (result.kind !== "conversation") throw new Error(`read as ${result.kind}`);
  return result.conversation;
}

/**
 * What the table and the edges say of a leaf. An edge from one message to another (a time that was taken over)
 * stands for no row of its own: a row's two `*` are the same index.
 */
export function claims(
  rules: readonly FieldRule[],
  edges: readonly Edge[],
  direction: Direction,
  pointer: string,
): Claims {
  const isAcross = ({ from, to }: Edge) => indexOf(from) !== undefined && indexOf(from) !== indexOf(to);
  const found = claimsOf(
    rules,
    edges.filter((edge) => !isAcross(edge)),
    direction,
    pointer,
  );
  const across = edges.filter((edge) => isAcross(edge) && edge.from === pointer).map((edge) => edge.to);
  return { carried: found.carried, derived: [...found.derived, ...across] };
}

function indexOf(pointer: string): string | undefined {
  return /\/(\d+)\//.exec(pointer)?.[1];
}
