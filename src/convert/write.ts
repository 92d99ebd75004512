import type { Report } from "../diagnostics/diagnostic.ts";
import { fieldTable, splitPointer } from "../formats/field-table.ts";
import type { Edge, TargetFormat } from "../formats/types.ts";
import { step, stepsOf } from "../json/pointer.ts";
import { isArray, isObject, type Json, type JsonObject, setMember } from "../json/value.ts";
import type { Conversation } from "../model/conversation.ts";
import type { ConvertSettings } from "./types.ts";

/** A conversation in the target's shape, with what the loss report needs to know about it. */
export interface Written {
  readonly value: JsonObject;
  /** Index of each model message in the written list; -1 for one left out. */
  readonly messageIndex: readonly number[];
  /** Derivations found while writing, by model pointer. */
  readonly edges: EdgeMap;
  /** Leaves without a place in the model that were put back: wire pointer -> output pointer. */
  readonly kept: ReadonlyMap<string, string>;
}

/** The document that was read, and where its messages stand in the conversation (for one folded out of several). */
export interface Original {
  readonly document: JsonObject;
  readonly indexOf?: (index: number) => number | undefined;
}

/** @param original  Given when it is of the target's own format: what the model lacks is put back. */
export function writeConversation(
  conversation: Conversation,
  settings: ConvertSettings,
  report: Report,
  original?: Original,
): Written {
  const { to, agentRole, systemMessages } = settings;
  const result = to.write!(conversation, { report, agentRole, systemMessages });
  const kept = new Map<string, string>();
  const value =
    original === undefined || to.unmapped !== undefined
      ? result.value
      : keepUnmapped(to, original, result.value, result.messageIndex, kept);
  return { value, messageIndex: result.messageIndex, edges: edgeMap(result.edges), kept };
}

/** Edges by the leaf they start from. */
export type EdgeMap = ReadonlyMap<string, readonly Edge[]>;

export function edgeMap(edges: readonly Edge[] = []): EdgeMap {
  const map = new Map<string, Edge[]>();
  for (const edge of edges) {
    const known = map.get(edge.from);
    if (known === undefined) map.set(edge.from, [edge]);
    else known.push(edge);
  }
  return map;
}

/**
 * The written value with the original's leaves that the field table does not name. What the writer wrote stands;
 * members of a message that is left out go with it.
 */
function keepUnmapped(
  format: TargetFormat,
  original: Original,
  written: JsonObject,
  messageIndex: readonly number[],
  kept: Map<string, string>,
): JsonObject {
  const { fromWire } = fieldTable(format.fields);
  const list = format.messagesAt ?? "/";
  const { indexOf = (index: number) => index } = original;
  const placeOf = (index: number) => messageIndex[indexOf(index) ?? -1] ?? -1;
  const result = structuredCopy(written) as Record<string, Json>;
  forEachLeaf(original.document, "", (pointer, value, lists) => {
    if (fromWire.match(splitPointer(pointer)).length > 0) return;
    const to = remap(pointer, list, placeOf);
    if (to !== undefined && putAt(result, stepsOf(to), value, lists)) kept.set(pointer, to);
  });
  return kept.size === 0 ? written : result;
}

function remap(pointer: string, list: string, placeOf: (index: number) => number): string | undefined {
  if (!pointer.startsWith(`${list}/`)) return pointer;
  const [index = "", ...rest] = pointer.slice(list.length + 1).split("/");
  const out = placeOf(Number(index));
  return out === -1 ? undefined : [`${list}/${out}`, ...rest].join("/");
}

/** Calls `visit` for every leaf; `lists[d]` says whether the container of step `d` is a list. */
function forEachLeaf(
  value: Json,
  pointer: string,
  visit: (pointer: string, value: Json, lists: readonly boolean[]) => void,
  lists: boolean[] = [],
): void {
  const isList = isArray(value);
  const members = isList ? [...value.entries()] : isObject(value) ? Object.entries(value) : [];
  if (members.length === 0) visit(pointer, value, lists);
  lists.push(isList);
  for (const [key, inner] of members) forEachLeaf(inner, pointer + step(key), visit, lists);
  lists.pop();
}

/** Puts a leaf where nothing stands yet, with the objects and lists on the way to it. */
function putAt(
  target: Record<string, Json>,
  steps: readonly string[],
  value: Json,
  lists: readonly boolean[],
): boolean {
  let at: Json = target;
  for (const [depth, part] of steps.entries()) {
    const isLast = depth === steps.length - 1;
    const fresh: Json = isLast ? value : lists[depth + 1] ? [] : {};
    if (isArray(at)) {
      const list = at as Json[];
      const index = Number(part);
      if (index > list.length || (isLast && index < list.length)) return false;
      if (index === list.length) list.push(fresh);
      at = list[index]!;
    } else if (isObject(at)) {
      if (!Object.hasOwn(at, part)) setMember(at as Record<string, Json>, part, fresh);
      else if (isLast) return false;
      at = at[part]!;
    } else return false;
  }
  return true;
}

/** A copy whose objects and lists may be changed. */
function structuredCopy(value: Json): Json {
  if (isArray(value)) return value.map(structuredCopy);
  if (!isObject(value)) return value;
  const copy: Record<string, Json> = {};
  for (const key of Object.keys(value)) setMember(copy, key, structuredCopy(value[key]!));
  return copy;
}
