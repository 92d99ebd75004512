import { step } from "../json/pointer.ts";
import { isArray, isObject, type Json, type JsonObject } from "../json/value.ts";

/** A place in the shape of documents, with what is known of the leaves there. */
export interface LeafNode<T> {
  /** The place as a JSON Pointer with `*` for array indexes. */
  readonly pattern: string;
  /** The same as a name: `messages[].from`. */
  readonly field: string;
  readonly known: T;
  readonly children: Map<string, LeafNode<T>>;
  any?: LeafNode<T>;
}

/** Beyond this many names in one object they are the customer's own keys, and counted together. */
const MOST_CHILDREN = 1000;

/** The places that documents have leaves at, learned from the documents. */
export class LeafTree<T> {
  private readonly none: () => T;
  private readonly root: LeafNode<T>;

  /** @param none  Makes what is known of a place before anything is. */
  constructor(none: () => T) {
    this.none = none;
    this.root = this.node("", "");
  }

  /**
   * Calls `visit` for every scalar and everything empty, in document order. The path is that of the moment: it is
   * another one after the call.
   */
  eachLeaf(
    document: JsonObject,
    visit: (node: LeafNode<T>, value: Json, path: readonly (string | number)[]) => void,
  ): void {
    const path: (string | number)[] = [];
    const walk = (node: LeafNode<T>, value: Json): void => {
      if (isArray(value) && value.length > 0) {
        const child = this.child(node, 0);
        value.forEach((item, index) => {
          path.push(index);
          walk(child, item);
          path.pop();
        });
      } else if (isObject(value) && hasMembers(value)) {
        for (const key of Object.keys(value)) {
          path.push(key);
          walk(this.child(node, key), value[key]!);
          path.pop();
        }
      } else {
        visit(node, value, path);
      }
    };
    walk(this.root, document);
  }

  /** The node of a path. */
  at(path: readonly (string | number)[]): LeafNode<T> {
    return path.reduce<LeafNode<T>>((node, part) => this.child(node, part), this.root);
  }

  /** @param part  A key, or any index of a list. */
  private child(node: LeafNode<T>, part: string | number): LeafNode<T> {
    if (typeof part === "number") {
      node.any ??= this.node(`${node.pattern}/*`, `${node.field}[]`);
      return node.any;
    }
    const known = node.children.get(part);
    if (known !== undefined) return known;
    const isOpen = node.children.size >= MOST_CHILDREN;
    const name = isOpen ? "(others)" : part;
    const field = node.field === "" && !isOpen ? part : `${node.field}.${name}`;
    const child = this.node(node.pattern + step(part), field);
    if (!isOpen) node.children.set(part, child);
    return child;
  }

  private node(pattern: string, field: string): LeafNode<T> {
    return { pattern, field, known: this.none(), children: new Map() };
  }
}

function hasMembers(value: JsonObject): boolean {
  for (const _ in value) return true;
  return false;
}
