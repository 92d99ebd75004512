import { isObject, type Json } from "../json/value.ts";
import type { Schema } from "./wire.ts";

/** Says yes only to a value that is sound; no says nothing. */
type Proof = (value: Json) => boolean;

/** The parts of zod's schemas and checks that a proof is made of. */
interface Def {
  readonly type: string;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly catchall?: Schema;
  readonly element?: Schema;
  readonly innerType?: Schema;
  readonly options?: readonly Schema[];
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly keyType?: Schema;
  readonly valueType?: Schema;
  readonly getter?: () => Schema;
  readonly checks?: readonly { readonly _zod: { readonly def: CheckDef } }[];
}

interface CheckDef {
  readonly check: string;
  readonly fn?: (value: unknown) => unknown;
  readonly format?: string;
  readonly pattern?: RegExp;
}

/**
 * Whether it is plain at a glance that the schema holds for a document and names all its members: then neither zod nor
 * the walk over unknown fields has anything to report. It takes a tenth of their time.
 *
 * Proofs are made of the schema itself. What they do not know of zod, and what they cannot tell (a number whose digits
 * a double cannot hold), they leave to it. A test holds the two against each other.
 */
export function isProved(schema: Schema, document: Json): boolean {
  let proof = proofs.get(schema);
  if (proof === undefined) {
    proof = proofOf(schema, false);
    proofs.set(schema, proof);
  }
  return proof(document);
}

const proofs = new WeakMap<Schema, Proof>();

const NEVER: Proof = () => false;
const ALWAYS: Proof = () => true;

/** @param isOpen  Whether members without a name are no finding here: the walk over them does not look into `lazy`. */
function proofOf(schema: Schema, isOpen: boolean): Proof {
  const def = schema._zod.def as unknown as Def;
  return withChecks(bareProof(def, isOpen), def.checks);
}

function bareProof(def: Def, isOpen: boolean): Proof {
  switch (def.type) {
    case "string":
      return (value) => typeof value === "string";
    case "number":
      return (value) => typeof value === "number" && Number.isFinite(value);
    case "boolean":
      return (value) => typeof value === "boolean";
    case "null":
      return (value) => value === null;
    case "unknown":
      return ALWAYS;
    case "literal":
      return oneOf(def.values!);
    case "enum":
      return oneOf(Object.values(def.entries!));
    case "nullable":
      return orNull(proofOf(def.innerType!, isOpen));
    case "optional":
      // A member that is there has a value: JSON has no undefined.
      return proofOf(def.innerType!, isOpen);
    case "lazy":
      return deferred(() => proofOf(def.getter!(), true));
    case "array":
      return arrayProof(proofOf(def.element!, isOpen));
    case "record":
      return typeOf(def.keyType) === "string" && typeOf(def.valueType) === "unknown" ? isPlainMap : NEVER;
    case "union":
      return unionProof(def.options!, isOpen);
    case "object":
      return typeOf(def.catchall) === "unknown" ? objectProof(def.shape!, isOpen) : NEVER;
    default:
      return NEVER;
  }
}

function typeOf(schema: Schema | undefined): string | undefined {
  return schema?._zod.def.type;
}

function withChecks(proof: Proof, checks: Def["checks"] = []): Proof {
  return checks.reduce<Proof>((before, { _zod: { def } }) => {
    const { fn, pattern } = def;
    if (def.check === "custom" && fn !== undefined) return (value) => before(value) && Boolean(fn(value));
    // A pattern that remembers where it stopped would give another answer the next time.
    if (def.format === "regex" && pattern !== undefined && !pattern.global && !pattern.sticky) {
      return (value) => before(value) && pattern.test(value as string);
    }
    return NEVER;
  }, proof);
}

function oneOf(values: readonly unknown[]): Proof {
  if (values.length === 1) return (value) => value === values[0];
  const known = new Set(values);
  return (value) => known.has(value);
}

function orNull(proof: Proof): Proof {
  return (value) => value === null || proof(value);
}

function deferred(make: () => Proof): Proof {
  let proof: Proof | undefined;
  return (value) => {
    proof ??= make();
    return proof(value);
  };
}

function arrayProof(element: Proof): Proof {
  return (value) => {
    if (!Array.isArray(value)) return false;
    for (const item of value) if (!element(item)) return false;
    return true;
  };
}

/** zod looks at `constructor` to tell a plain object; one that has a member of that name is left to it. */
function isPlainMap(value: Json): boolean {
  return isObject(value) && !Object.hasOwn(value, "constructor") && !Object.hasOwn(value, "__proto__");
}

/** The walk over unknown fields looks at the first option with members only, whichever holds: so does this. */
function unionProof(options: readonly Schema[], isOpen: boolean): Proof {
  const isScalar = (value: Json) => typeof value !== "object" || value === null;
  const withMembers = options.find((option) => HAS_MEMBERS.has(bareTypeOf(option)));
  const members = withMembers === undefined ? NEVER : proofOf(withMembers, isOpen);
  const scalars = options
    .filter((option) => !HAS_MEMBERS.has(bareTypeOf(option)))
    .map((option) => proofOf(option, isOpen));
  return (value) => (isScalar(value) ? scalars.some((proof) => proof(value)) : members(value));
}

const HAS_MEMBERS = new Set(["object", "array"]);

function bareTypeOf(schema: Schema): string {
  const { type, innerType } = schema._zod.def as unknown as Def;
  return innerType === undefined ? type : bareTypeOf(innerType);
}

function objectProof(shape: Readonly<Record<string, Schema>>, isOpen: boolean): Proof {
  const members = new Map(
    Object.entries(shape).map(([key, schema]) => {
      return [key, { proof: proofOf(schema, isOpen), isRequired: schema._zod.optin !== "optional" }];
    }),
  );
  const required = [...members.values()].filter(({ isRequired }) => isRequired).length;
  return (value) => {
    if (!isObject(value)) return false;
    let found = 0;
    for (const key in value) {
      const member = members.get(key);
      if (member === undefined) {
        if (!isOpen) return false;
        continue;
      }
      if (!member.proof(value[key]!)) return false;
      if (member.isRequired) found++;
    }
    return found === required;
  };
}
