import type { Report } from "../diagnostics/diagnostic.ts";
import { nearestName } from "../diagnostics/nearest.ts";
import { step } from "../json/pointer.ts";
import { isArray, isObject, type Json } from "../json/value.ts";
import type { Schema } from "./wire.ts";

/** The parts of a zod schema that this walk looks at; zod keeps them under `_zod.def`. */
interface Def {
  readonly type: string;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly element?: Schema;
  readonly innerType?: Schema;
  readonly options?: readonly Schema[];
}

/**
 * Reports every member that the schema does not name, with the nearest name that it does. Members of open
 * objects (`z.record`, `z.unknown`) are the customer's own and never unknown.
 */
export function reportUnknownFields(schema: Schema, document: Json, report: Report): void {
  walk(schema, document, "", report);
}

function walk(schema: Schema, value: Json, pointer: string, report: Report): void {
  const def = defOf(schema);
  if (isArray(value) && def.type === "array" && def.element !== undefined) {
    const element = def.element;
    value.forEach((item, index) => {
      if (typeof item === "object" && item !== null) walk(element, item, `${pointer}/${index}`, report);
    });
  } else if (isObject(value) && def.type === "object" && def.shape !== undefined) {
    for (const key of Object.keys(value)) {
      const inner = Object.hasOwn(def.shape, key) ? def.shape[key] : undefined;
      if (inner === undefined) reportUnknown(key, def.shape, value, pointer + step(key), report);
      else if (typeof value[key] === "object" && value[key] !== null) {
        walk(inner, value[key], pointer + step(key), report);
      }
    }
  }
}

function reportUnknown(
  field: string,
  shape: Readonly<Record<string, Schema>>,
  value: Readonly<Record<string, Json>>,
  pointer: string,
  report: Report,
): void {
  // A name that is there already cannot be what the misspelt one was meant to be.
  const missing = Object.keys(shape).filter((name) => !Object.hasOwn(value, name));
  const nearest = nearestName(field, missing);
  report("schema/unknown-field", pointer, { field, ...(nearest === undefined ? {} : { nearest }) }, "key");
}

/** Looks through optional, nullable and the like; of a union takes the option that has members. */
function defOf(schema: Schema): Def {
  const def = schema._zod.def as unknown as Def;
  if (def.innerType !== undefined) return defOf(def.innerType);
  if (def.options === undefined) return def;
  const withMembers = def.options
    .map(defOf)
    .find((option) => option.type === "object" || option.type === "array");
  return withMembers ?? def;
}
