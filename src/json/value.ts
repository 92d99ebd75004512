/**
 * A JSON value as chatx holds it: what `JSON.parse` gives, plus `ExactNumber` for a number whose digits a
 * double cannot keep. Values are read-only: no room changes a document it was handed.
 */
export type Json = null | boolean | number | string | ExactNumber | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/**
 * A number that must be written back as it was read: an id above 2^53, `1.0`, `-0`, `1e400`.
 * `text` is a valid JSON number token; `value` is the nearest double (it may be infinite).
 */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get value(): number {
    return Number(this.text);
  }
}

/** A number token as a value: a plain number where printing it gives the same digits, else an ExactNumber. */
export function numberFrom(text: string): number | ExactNumber {
  const value = Number(text);
  return String(value) === text ? value : new ExactNumber(text);
}

export function isNumeric(value: Json | undefined): value is number | ExactNumber {
  return typeof value === "number" || value instanceof ExactNumber;
}

/** The digits of a number as they were read (`9007199254740993` stays so). */
export function digitsOf(value: number | ExactNumber): string {
  return typeof value === "number" ? String(value) : value.text;
}

/** The nearest double of a number. */
export function doubleOf(value: number | ExactNumber): number {
  return typeof value === "number" ? value : value.value;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
  );
}

export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The word for a value's type in messages: null, boolean, number, string, array, object. */
export function typeName(value: Json | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (isArray(value)) return "array";
  if (value instanceof ExactNumber) return "number";
  return typeof value;
}

/** Own member of an object, never one of its prototype; undefined where there is none. */
export function member(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/**
 * Sets an own member. `__proto__` becomes plain data instead of a prototype.
 * Only for objects that are still being built.
 */
export function setMember(target: Record<string, Json>, key: string, value: Json): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}

/** A number token without a fraction, be it written as `1.0`, `1e3` or `10e-1`. */
function isWhole(text: string): boolean {
  const [, digits = "", fraction = "", exponent = "0"] =
    /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const significant = (digits + fraction).replace(/0+$/, "");
  const zeros = digits.length + fraction.length - significant.length;
  return significant === "" || fraction.length - Number(exponent) - zeros <= 0;
}

/** A double for a schema to check: whole only where the digits are. */
function plainNumber({ text, value }: ExactNumber): number {
  return !Number.isInteger(value) || isWhole(text) ? value : SOME_FRACTION;
}

/** Stands for a number whose fraction the nearest double has lost. */
const SOME_FRACTION = 0.5;

/**
 * The document with every ExactNumber as a double, for a schema that knows only plain numbers: the nearest one, or where
 * that is whole and the digits are not, some fraction. Only to be checked, not to be read.
 * Returns the same object where there is none to replace.
 */
export function plainView(value: Json): Json {
  if (value instanceof ExactNumber) return plainNumber(value);
  if (isArray(value)) {
    const items = value.map(plainView);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (!isObject(value)) return value;
  let copy: Record<string, Json> | undefined;
  for (const key of Object.keys(value)) {
    const before = value[key]!;
    const after = plainView(before);
    if (after === before) continue;
    if (copy === undefined) {
      copy = {};
      for (const other of Object.keys(value)) setMember(copy, other, value[other]!);
    }
    setMember(copy, key, after);
  }
  return copy ?? value;
}
