import type { Edge, FieldRule } from "../../src/formats/types.ts";
import { pointerOf, step, stepsOf } from "../../src/json/pointer.ts";
import { ExactNumber, isArray, isObject, type Json, setMember } from "../../src/json/value.ts";
import { parseTime } from "../../src/model/time.ts";

/**
 * Finding out by trying which leaf of an output depends on which leaf of an input: change one leaf, run the
 * function again, see what moved, compare with what a field table and its edges claim.
 */

/** A scalar and the pointer it stands at. Containers are no leaves, not even empty ones. */
export type Leaf = readonly [pointer: string, value: Json];

/** All scalars of a value, in document order; null is one of them. */
export function leaves(value: unknown, pointer = ""): Leaf[] {
  const json = value as Json | undefined;
  if (json === undefined) return [];
  if (isArray(json)) return json.flatMap((item, index) => leaves(item, pointer + step(index)));
  if (isObject(json)) return Object.keys(json).flatMap((key) => leaves(json[key], pointer + step(key)));
  return [[pointer, json]];
}

/** The pointers at which two values differ: leaves that changed, came or went. */
export function changedPointers(before: unknown, after: unknown): Set<string> {
  const old = new Map(leaves(before));
  const now = new Map(leaves(after));
  const changed = new Set<string>();
  for (const [pointer, value] of old)
    if (!now.has(pointer) || !same(value, now.get(pointer)!)) changed.add(pointer);
  for (const pointer of now.keys()) if (!old.has(pointer)) changed.add(pointer);
  return changed;
}

function same(a: Json, b: Json): boolean {
  if (a instanceof ExactNumber || b instanceof ExactNumber) {
    return a instanceof ExactNumber && b instanceof ExactNumber && a.text === b.text;
  }
  return Object.is(a, b);
}

/** A copy in which one leaf has another value; the rest is shared. The pointer must exist. */
export function withLeaf<T>(document: T, pointer: string, value: Json): T {
  return replace(document as Json, stepsOf(pointer), value) as T;
}

function replace(node: Json, steps: readonly string[], value: Json): Json {
  const [first, ...rest] = steps;
  if (first === undefined) return value;
  if (isArray(node))
    return node.map((item, index) => (String(index) === first ? replace(item, rest, value) : item));
  if (!isObject(node) || !Object.hasOwn(node, first)) throw new Error(`no such leaf: ${pointerOf(steps)}`);
  const copy: Record<string, Json> = {};
  for (const key of Object.keys(node))
    setMember(copy, key, key === first ? replace(node[key]!, rest, value) : node[key]!);
  return copy;
}

/**
 * Other values of the same type: a flipped boolean, other digits, a time one minute away on either side, a text
 * with one more word. None for null, which is the absence of a fact.
 */
export function changedValues(value: Json, shiftMs = MINUTE): Json[] {
  if (typeof value === "boolean") return [!value];
  if (typeof value === "number") return isEpochMs(value) ? [value + shiftMs, value - shiftMs] : [value + 1];
  if (value instanceof ExactNumber) return [new ExactNumber(otherDigits(value.text))];
  if (typeof value !== "string") return [];
  const parsed = parseTime(value);
  if (parsed?.kind !== "instant") return [`${value} x`];
  return [shiftMs, -shiftMs].map((shift) => shiftedTime(parsed.instant, shift));
}

const MINUTE = 60_000;

/** Between 1980 and 2286, as milliseconds: no count and no id of the fixtures is that large and exact. */
function isEpochMs(value: number): boolean {
  return value > 315_532_800_000 && value < 9_999_999_999_999;
}

function otherDigits(text: string): string {
  return text.replace(/[0-9]/, (digit) => (digit === "9" ? "8" : String(Number(digit) + 1)));
}

function shiftedTime(instant: string, shiftMs: number): string {
  const [, seconds = "", fraction = ""] = /^(.{19})(?:\.(\d+))?Z$/.exec(instant) ?? [];
  const whole = Date.parse(`${seconds}.${fraction.padEnd(3, "0").slice(0, 3)}Z`);
  return new Date(whole + shiftMs).toISOString().replace("Z", `${fraction.slice(3)}Z`);
}

export interface PerturbOptions<T> {
  /** For leaves that take only some values: pattern -> the values to try. */
  readonly alternatives?: ReadonlyMap<string, readonly Json[]>;
  /** Changed documents for which this is false are left out, such as those that break the schema. */
  readonly isValid?: (document: T) => boolean;
  /** How far times are moved, either way; a minute when left out. */
  readonly shiftMs?: number;
}

/** One changed leaf and the documents it may be changed to. */
export interface Perturbation<T> {
  readonly pointer: string;
  readonly value: Json;
  readonly documents: readonly T[];
}

/** Every leaf of a document with its valid changes; leaves that have none (null, a constant) are left out. */
export function perturbations<T>(document: T, options: PerturbOptions<T> = {}): Perturbation<T>[] {
  const { alternatives = new Map(), isValid = () => true, shiftMs } = options;
  return leaves(document).flatMap(([pointer, value]) => {
    const named = [...alternatives].find(([pattern]) => bind(pattern, pointer) !== undefined)?.[1];
    const values = (named ?? changedValues(value, shiftMs)).filter((other: Json) => !same(other, value));
    const documents = values.map((other: Json) => withLeaf(document, pointer, other)).filter(isValid);
    return documents.length === 0 ? [] : [{ pointer, value, documents }];
  });
}

/** The pointers of an output that move when the leaf is changed, over all its changes. */
export function observedMoves<T>(
  document: T,
  change: Perturbation<T>,
  run: (document: T) => unknown,
): Set<string> {
  const before = run(document);
  return new Set(change.documents.flatMap((other) => [...changedPointers(before, run(other))]));
}

/** What a pointer's steps say for the `*` and `**` of a pattern; undefined where the pattern does not match. */
export function bind(pattern: string, pointer: string): string[] | undefined {
  const wanted = stepsOf(pattern);
  const found = stepsOf(pointer);
  const bound: string[] = [];
  for (const [index, part] of wanted.entries()) {
    if (part === "**") return [...bound, pointerOf(found.slice(index))];
    const actual = found[index];
    if (actual === undefined) return undefined;
    if (part === "*" && /^\d+$/.test(actual)) bound.push(actual);
    else if (part !== actual) return undefined;
  }
  return wanted.length === found.length ? bound : undefined;
}

/** The pattern with its `*` and `**` filled in, in order; a `*` for which nothing is bound stays and means every index. */
export function fill(pattern: string, bound: readonly string[]): string {
  const left = [...bound];
  return stepsOf(pattern)
    .map((part) => {
      if (part === "**") return left.shift() ?? "/**";
      return part === "*" ? `/${left.shift() ?? "*"}` : step(part);
    })
    .join("");
}

/** reading: from wire leaves to model leaves. writing: the other way. */
export type Direction = "read" | "write";

/** What the table says of one input leaf: patterns of output leaves, by how they follow from it. */
export interface Claims {
  /** These must move. */
  readonly carried: readonly string[];
  /** These may move: the leaf has a part in them, but not every change of it shows. */
  readonly derived: readonly string[];
}

/**
 * Looks one input leaf up in the table. Conditional rows count only where an edge stands for them, and an edge
 * without a row is an error: what a conversation does has to be announced in the table.
 */
export function claimsOf(
  rules: readonly FieldRule[],
  edges: readonly Edge[],
  direction: Direction,
  pointer: string,
): Claims {
  const claims = { carried: [] as string[], derived: [] as string[] };
  const mine = new Set(edges.filter((edge) => edge.from === pointer).map((edge) => edge.to));
  const announced = new Set<string>();
  for (const rule of rules.filter((one) => one.on === undefined || one.on === direction)) {
    const [from, to] = direction === "read" ? [rule.wire, rule.model] : [rule.model, rule.wire];
    const bound = bind(from, pointer);
    if (bound === undefined) continue;
    const target = fill(to, bound);
    if (rule.conditional !== true) claims[rule.how].push(target);
    for (const edge of mine) {
      if (bind(target, edge) === undefined) continue;
      announced.add(edge);
      if (rule.conditional === true) claims[rule.how].push(edge);
    }
  }
  for (const edge of mine)
    if (!announced.has(edge)) throw new Error(`no row for the edge ${pointer} -> ${edge}`);
  return claims;
}

/** Where claims and observations part, in words; empty where they agree. */
export function disagreements(pointer: string, claims: Claims, moved: ReadonlySet<string>): string[] {
  const all = [...claims.carried, ...claims.derived];
  const unclaimed = [...moved].filter(
    (target) => !all.some((pattern) => bind(pattern, target) !== undefined),
  );
  const unmoved = claims.carried.filter(
    (pattern) => ![...moved].some((target) => bind(pattern, target) !== undefined),
  );
  return [
    ...unclaimed.map((target) => `${pointer} moves ${target}, which the table does not say`),
    ...unmoved.map((pattern) => `${pointer} does not move ${pattern}, though the table says so`),
  ];
}
