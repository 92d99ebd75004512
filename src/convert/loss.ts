import { type FieldTable, fieldTable, fill, type PatternMap, splitPointer } from "../formats/field-table.ts";
import type { Edge, FieldRule, FormatAdapter, TargetFormat } from "../formats/types.ts";
import { pointerOf, stepsOf } from "../json/pointer.ts";
import { ExactNumber, isArray, isObject, type Json, type JsonObject } from "../json/value.ts";
import { type LeafNode, LeafTree } from "./leaf-tree.ts";
import type { EdgeMap, Written } from "./write.ts";

/** What became of one leaf, before it has a place. */
export interface Fate {
  readonly fate: "carried" | "derived" | "dropped";
  readonly to: readonly string[];
  readonly reason?: string;
}

/** What is known of the conversation that a document's leaves went into. */
export interface Trail {
  readonly written: Written;
  /** Derivations found while reading, by wire pointer. */
  readonly readEdges: EdgeMap;
  /**
   * Where a model leaf of this record is in the conversation that was written; undefined when another record's
   * value stands there. Absent when the record is the whole conversation.
   */
  readonly inMerged?: (modelPointer: string) => string | undefined;
}

/** How a wire pattern reaches an output pattern through the model. */
interface Chain {
  readonly model: string;
  readonly isCarried: boolean;
  readonly outputs: readonly { readonly wire: string; readonly isCarried: boolean }[];
}

/** What becomes of the leaves at a place in the shape of a source's documents is worked out once. */
interface Known {
  chains?: readonly Chain[];
  /** Undefined where it depends on the conversation. */
  fixed?: Fate["fate"] | "depends";
  /** Whether edges found while reading may start here. */
  hasEdges?: boolean;
  /** The fate of what is dropped here, worded once. */
  drop?: Fate;
  /** Whether the format reads a fact here, so that null says no more than that it is not known. */
  isFact?: boolean;
}

type Node = LeafNode<Known>;

const NOTHING: readonly string[] = [];
const NO_EDGES: readonly Edge[] = [];

/**
 * Follows the leaves of one format's documents into another's, by the two formats' field tables.
 * One instance serves all records of a pair of formats.
 */
export class LossTracer {
  private readonly source: FormatAdapter;
  private readonly target: TargetFormat;
  private readonly read: FieldTable;
  private readonly write: FieldTable;
  private readonly conditionalRead: PatternMap<FieldRule>;
  private readonly conditionalWrite: PatternMap<FieldRule>;
  private readonly tree = new LeafTree<Known>(() => ({}));

  constructor(source: FormatAdapter, target: TargetFormat) {
    this.source = source;
    this.target = target;
    this.read = fieldTable(source.fields);
    this.write = fieldTable(target.fields);
    this.conditionalRead = this.read.conditionalFromWire;
    this.conditionalWrite = this.write.conditionalFromModel;
  }

  /**
   * Calls `visit` with the field name, the pointer (made only when asked for) and the fate of every leaf.
   *
   * @param isAsked  Whether the output pointers (`to`) are wanted; without them most leaves take no time.
   */
  eachLeaf(
    document: JsonObject,
    trail: Trail,
    isAsked: boolean,
    visit: (field: string, pointer: () => string, fate: Fate) => void,
  ): void {
    let restated: ReadonlyMap<string, string> | undefined;
    /** What is dropped, unless nothing is lost by it. */
    const kept = (node: Node, value: Json, path: readonly (string | number)[], fate: Fate): Fate => {
      if (value === null && this.isFact(node)) return NOT_KNOWN;
      restated ??= this.source.restated?.(document) ?? NONE_RESTATED;
      const other = restated.size === 0 ? undefined : restated.get(pointerOf(path));
      return other === undefined ? fate : this.fateOfOther(other, trail, fate);
    };
    this.tree.eachLeaf(document, (node, value, path) => {
      const fate = isAsked ? this.resolve(node, path, trail) : this.quickFate(node, value, path, trail);
      const told = fate.fate === "dropped" ? kept(node, value, path, fate) : fate;
      visit(node.field, () => pointerOf(path), told);
    });
  }

  /** Null and a missing member are the same to every reader: a fact that is not known. */
  private isFact(node: Node): boolean {
    const { pattern } = node;
    node.known.isFact ??= this.source.fields.some(
      ({ wire, on }) => on !== "write" && (wire === pattern || wire === `${pattern}/**`),
    );
    return node.known.isFact;
  }

  /** The fate of a leaf that says once more what `other` says: lost only if that is lost. */
  private fateOfOther(other: string, trail: Trail, lost: Fate): Fate {
    const path = pathOf(other);
    const node = this.tree.at(path);
    const { fate, to } = this.resolve(node, path, trail);
    return fate === "carried" ? { fate, to, reason: `says the same as ${other}` } : lost;
  }

  /** The fate without its output pointers where the shape alone decides it. */
  private quickFate(node: Node, value: Json, path: readonly (string | number)[], trail: Trail): Fate {
    node.known.fixed ??= this.fixedFate(node);
    const isWhole = trail.inMerged === undefined && (trail.readEdges.size === 0 || !node.known.hasEdges);
    if (isWhole && node.known.fixed === "dropped") {
      node.known.drop ??= this.dropped(node);
      return node.known.drop;
    }
    // Null and what is empty may be carried to a member that is left out when it has nothing to say.
    const isScalar = typeof value !== "object" || value instanceof ExactNumber;
    if (isWhole && isScalar && node.known.fixed === "carried" && !this.isLeftOut(node, path, trail))
      return CARRIED;
    return this.resolve(node, path, trail);
  }

  /** The fate that holds for every document, where there is one. */
  private fixedFate(node: Node): Fate["fate"] | "depends" {
    node.known.chains ??= this.chainsOf(node.pattern);
    node.known.hasEdges = this.conditionalRead.match(splitPointer(node.pattern)).length > 0;
    if (
      node.known.chains.some((chain) => chain.isCarried && chain.outputs.some((output) => output.isCarried))
    ) {
      return "carried";
    }
    const mayDepend =
      node.known.chains.some((chain) => chain.outputs.length > 0) ||
      this.isKept(node) ||
      node.known.chains.some((chain) => this.conditionalWrite.match(splitPointer(chain.model)).length > 0) ||
      node.known.chains.some((chain) => chain.model === "/messages/*/sender");
    return mayDepend ? "depends" : "dropped";
  }

  private chainsOf(pattern: string): Chain[] {
    return this.read.fromWire.match(splitPointer(pattern)).map(({ entry, indexes, rest }) => {
      const model = fill(entry.model, indexes, rest);
      const outputs = this.write.fromModel.match(splitPointer(model)).map((match) => ({
        wire: fill(match.entry.wire, match.indexes, match.rest),
        isCarried: match.entry.how === "carried",
      }));
      return { model, isCarried: entry.how === "carried", outputs };
    });
  }

  /** Leaves that the model has no place for are put back when the same format is written. */
  private isKept(node: Node): boolean {
    const isOwn = this.source.id === this.target.id && this.source.unmapped === undefined;
    return isOwn && (node.known.chains?.length ?? 0) === 0;
  }

  private isLeftOut(node: Node, path: readonly (string | number)[], trail: Trail): boolean {
    if (!node.known.chains!.some((chain) => chain.model.startsWith("/messages/*"))) return false;
    const index = path.find((part) => typeof part === "number");
    return index !== undefined && trail.written.messageIndex[index] === -1;
  }

  private resolve(node: Node, path: readonly (string | number)[], trail: Trail): Fate {
    const pointer = pointerOf(path);
    const indexes = path.filter((part) => typeof part === "number").map(String);
    const carried: string[] = [];
    const derived: string[] = [];
    let reason: string | undefined;
    if (this.isKept(node)) {
      const kept = trail.written.kept.get(pointer);
      if (kept !== undefined) carried.push(kept);
    }
    for (const chain of this.chainsFor(node, pointer, indexes, trail)) {
      const model = trail.inMerged === undefined ? chain.model : trail.inMerged(chain.model);
      if (model === undefined) {
        reason = "another record of the conversation tells it otherwise";
        continue;
      }
      const index = messageIndexOf(model);
      const out = index === undefined ? undefined : trail.written.messageIndex[index];
      const list = this.target.messagesAt;
      if (out === -1) {
        reason = "its message is left out";
        if (list !== undefined && model.endsWith("/sender")) derived.push(list);
        continue;
      }
      // Who sent a message decides which members it is written with.
      if (list !== undefined && out !== undefined && model.endsWith("/sender"))
        derived.push(`${list}/${out}`);
      for (const { entry, indexes: at, rest } of this.write.fromModel.match(splitPointer(model))) {
        const remapped = out === undefined ? at : [String(out), ...at.slice(1)];
        const to = fill(entry.wire, remapped, rest);
        if (!existsIn(trail.written.value, to)) continue;
        (chain.isCarried && entry.how === "carried" ? carried : derived).push(to);
      }
      for (const edge of trail.written.edges.get(model) ?? NO_EDGES) {
        const isCarried =
          edge.isCarried ?? announces(this.conditionalWrite, model, (rule) => rule.wire, edge.to);
        (chain.isCarried && isCarried ? carried : derived).push(edge.to);
      }
    }
    const to = [...new Set([...carried, ...derived])];
    if (carried.length > 0) return { fate: "carried", to };
    if (derived.length > 0) return { fate: "derived", to, ...(reason === undefined ? {} : { reason }) };
    return reason === undefined ? this.dropped(node) : { fate: "dropped", to: NOTHING, reason };
  }

  /** The model leaves that a wire leaf goes into: by the table, and by what was found while reading. */
  private chainsFor(node: Node, pointer: string, indexes: readonly string[], trail: Trail) {
    node.known.chains ??= this.chainsOf(node.pattern);
    const chains = node.known.chains.map((chain) => ({
      model: fill(chain.model, indexes, NOTHING),
      isCarried: chain.isCarried,
    }));
    const edges = (trail.readEdges.get(pointer) ?? NO_EDGES).map(({ to, isCarried }) => ({
      model: to,
      isCarried: isCarried ?? announces(this.conditionalRead, pointer, (rule) => rule.model, to),
    }));
    return [...chains, ...edges];
  }

  private dropped(node: Node): Fate {
    const rule = this.source.fields.find((one) => one.wire === node.pattern);
    const isKnown = (node.known.chains?.length ?? 0) > 0 || rule !== undefined;
    const reason =
      rule?.on === "write" && rule.note !== undefined
        ? rule.note
        : isKnown
          ? `${this.target.title} has no place for it`
          : (this.source.unmapped ?? "chatx has no meaning for it, so only its own format can keep it");
    return { fate: "dropped", to: NOTHING, reason };
  }
}

/** Whether a conditional rule says that the edge carries the value; without one it has a part in it only. */
function announces(
  rules: PatternMap<FieldRule>,
  from: string,
  patternOf: (rule: FieldRule) => string,
  to: string,
): boolean {
  return rules
    .match(splitPointer(from))
    .some(
      ({ entry, indexes, rest }) => entry.how === "carried" && fill(patternOf(entry), indexes, rest) === to,
    );
}

const CARRIED: Fate = { fate: "carried", to: NOTHING };

/** The fate of a null for which the target has no place: without it nothing is known either. */
const NOT_KNOWN: Fate = { ...CARRIED, reason: "null says no more than its absence" };

const NONE_RESTATED: ReadonlyMap<string, string> = new Map();

function messageIndexOf(model: string): number | undefined {
  const match = /^\/messages\/(\d+)(?:\/|$)/.exec(model);
  return match === null ? undefined : Number(match[1]);
}

/** The steps of a pointer, with numbers for array indexes. Of pointers that a format gives, not of payloads' keys. */
function pathOf(pointer: string): (string | number)[] {
  return stepsOf(pointer).map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** Whether an output pointer leads somewhere; one with `*` does when its list has an item. */
function existsIn(value: Json, pointer: string): boolean {
  let at: Json | undefined = value;
  for (const part of stepsOf(pointer)) {
    if (isArray(at)) at = part === "*" ? at[0] : at[Number(part)];
    else if (isObject(at) && Object.hasOwn(at, part)) at = at[part];
    else return false;
    if (at === undefined) return false;
  }
  return true;
}
