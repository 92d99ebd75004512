import { nearestName } from "../diagnostics/nearest.ts";
import type { Path } from "./parse.ts";

/** What a name leads to: a value, more names below it, or both. */
export interface NameNode {
  readonly members?: ReadonlyMap<string, NameNode>;
  /** Elements of a list: `[0]`. */
  readonly items?: NameNode;
  /** What any member that is not listed leads to; its existence shows only when a record is at hand. */
  readonly other?: NameNode;
  /** Everything below exists as far as anybody can say before there is a record. */
  readonly isOpen?: boolean;
  /** False for a name that only has names below it. */
  readonly hasValue?: boolean;
  readonly isSecret?: boolean;
  /** Which of the names that are not listed lead to secrets. */
  readonly isSecretOther?: ((name: string) => boolean) | undefined;
  /** Names below belong to the user (`--var`, environment): a default makes up for one that is not there. */
  readonly isOptional?: boolean;
  /** Why nothing below can be used here, in words that follow the name: "has no value in a token request". */
  readonly unavailable?: string;
}

export type NameVerdict =
  | { readonly isKnown: true; readonly isSecret: boolean; readonly isHeader: boolean }
  | { readonly isKnown: false; readonly nearest?: string; readonly unavailable?: string };

/** The names that a template may use. */
export class Names {
  private readonly root: NameNode;

  constructor(roots: ReadonlyMap<string, NameNode>) {
    this.root = { members: roots, hasValue: false };
  }

  /** @param hasFallback  Whether the template gives a default. */
  check(path: Path, hasFallback: boolean): NameVerdict {
    let node = this.root;
    let isSecret = false;
    let isHeader = false;
    for (let depth = 0; depth < path.length; depth++) {
      if (node.isOpen) return { isKnown: true, isSecret, isHeader: false };
      const next = stepInto(node, path[depth]!);
      if (next === undefined) {
        if (node.isOptional && hasFallback) return { isKnown: true, isSecret, isHeader: false };
        return { isKnown: false, ...nearestBelow(node, path, depth) };
      }
      if (next.unavailable !== undefined) return { isKnown: false, unavailable: next.unavailable };
      isHeader = next === node.other;
      if (isHeader) isSecret ||= node.isSecretOther?.(String(path[depth])) ?? false;
      node = next;
      isSecret ||= next.isSecret ?? false;
    }
    if (node.hasValue === false) {
      const first = node.members?.keys().next().value;
      return {
        isKnown: false,
        ...(first === undefined ? {} : { nearest: `${spell(path)}.${first}` }),
      };
    }
    return { isKnown: true, isSecret, isHeader };
  }
}

function stepInto(node: NameNode, step: string | number): NameNode | undefined {
  return typeof step === "number" ? node.items : (node.members?.get(step) ?? node.other);
}

/** The nearest spelling of the step that leads nowhere, else the same name further down. */
function nearestBelow(node: NameNode, path: Path, depth: number): { nearest?: string } {
  const wrong = path[depth];
  if (typeof wrong !== "string" || node.members === undefined) return {};
  const near = nearestName(wrong, node.members.keys());
  const steps = near === undefined ? stepsTo(node, wrong) : [near];
  if (steps === undefined) return {};
  return { nearest: spell([...path.slice(0, depth), ...steps, ...path.slice(depth + 1)]) };
}

/** Where a member of this name stands below a node, lists left out. */
function stepsTo(node: NameNode, name: string): string[] | undefined {
  for (const [member, next] of node.members ?? []) {
    if (member === name) return [member];
    const below = stepsTo(next, name);
    if (below !== undefined) return [member, ...below];
  }
  return undefined;
}

function spell(path: Path): string {
  return path
    .map((step, at) => (typeof step === "number" ? `[${step}]` : at === 0 ? step : `.${step}`))
    .join("");
}
