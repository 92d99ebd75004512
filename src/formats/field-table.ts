import type { FieldRule } from "./types.ts";

interface Node<T> {
  readonly next: Map<string, Node<T>>;
  any?: Node<T>;
  readonly here: T[];
  readonly subtree: T[];
}

/** One place that a pattern names: `index` is what its `*` stood for, `rest` what its `**` did. */
export interface Match<T> {
  readonly entry: T;
  readonly indexes: readonly string[];
  readonly rest: readonly string[];
}

/** Finds the entries whose pattern fits a pointer, in time that does not depend on how many there are. */
export class PatternMap<T> {
  private readonly root: Node<T> = emptyNode();

  add(pattern: string, entry: T): void {
    let node = this.root;
    for (const part of partsOf(pattern)) {
      if (part === "**") {
        node.subtree.push(entry);
        return;
      }
      let child: Node<T> | undefined = part === "*" ? node.any : node.next.get(part);
      if (child === undefined) {
        child = emptyNode();
        if (part === "*") node.any = child;
        else node.next.set(part, child);
      }
      node = child;
    }
    node.here.push(entry);
  }

  /** @param parts  The pointer's steps, still escaped (`splitPointer`). */
  match(parts: readonly string[]): Match<T>[] {
    const found: Match<T>[] = [];
    collect(this.root, parts, 0, [], found);
    return found;
  }
}

function emptyNode<T>(): Node<T> {
  return { next: new Map(), here: [], subtree: [] };
}

function collect<T>(
  node: Node<T>,
  parts: readonly string[],
  at: number,
  indexes: readonly string[],
  found: Match<T>[],
): void {
  for (const entry of node.subtree) found.push({ entry, indexes, rest: parts.slice(at) });
  if (at === parts.length) {
    for (const entry of node.here) found.push({ entry, indexes, rest: [] });
    return;
  }
  const part = parts[at]!;
  const child = node.next.get(part);
  if (child !== undefined) collect(child, parts, at + 1, indexes, found);
  if (node.any !== undefined && isIndex(part)) collect(node.any, parts, at + 1, [...indexes, part], found);
}

function isIndex(part: string): boolean {
  return part === "*" || /^\d+$/.test(part);
}

function partsOf(pattern: string): string[] {
  return pattern === "" ? [] : pattern.slice(1).split("/");
}

/** The escaped steps of a pointer. */
export const splitPointer = partsOf;

/** A pattern with its `*` and `**` filled in. A `*` with nothing left to fill it stays. */
export function fill(pattern: string, indexes: readonly string[], rest: readonly string[]): string {
  let star = pattern.indexOf("/*");
  if (star < 0) return pattern;
  let filled = "";
  let from = 0;
  let used = 0;
  for (; star >= 0; star = pattern.indexOf("/*", star + 1)) {
    const end = star + 2;
    if (end === pattern.length || pattern[end] === "/") {
      filled += `${pattern.slice(from, star)}/${indexes[used++] ?? "*"}`;
      from = end;
    } else if (pattern[end] === "*" && end + 1 === pattern.length) {
      filled += pattern.slice(from, star);
      for (const part of rest) filled += `/${part}`;
      from = pattern.length;
    }
  }
  return filled + pattern.slice(from);
}

/** A format's rules, ready to be looked up from the wire when reading and from the model when writing. */
export interface FieldTable {
  readonly fromWire: PatternMap<FieldRule>;
  readonly fromModel: PatternMap<FieldRule>;
  /** Rows that hold only where a conversation says so, the same two ways. */
  readonly conditionalFromWire: PatternMap<FieldRule>;
  readonly conditionalFromModel: PatternMap<FieldRule>;
}

const tables = new WeakMap<readonly FieldRule[], FieldTable>();

/** The table of a format's `fields`; made once for each. */
export function fieldTable(rules: readonly FieldRule[]): FieldTable {
  const known = tables.get(rules);
  if (known !== undefined) return known;
  const table: FieldTable = {
    fromWire: new PatternMap(),
    fromModel: new PatternMap(),
    conditionalFromWire: new PatternMap(),
    conditionalFromModel: new PatternMap(),
  };
  for (const rule of rules) {
    const [fromWire, fromModel] = rule.conditional
      ? [table.conditionalFromWire, table.conditionalFromModel]
      : [table.fromWire, table.fromModel];
    if (rule.on !== "write") fromWire.add(rule.wire, rule);
    if (rule.on !== "read") fromModel.add(rule.model, rule);
  }
  tables.set(rules, table);
  return table;
}
