import { encodeUtf8 } from "../json/text.ts";
import { digitsOf, isArray, isNumeric, isObject, type Json } from "../json/value.ts";
import { placed, ValueRefused } from "./place.ts";
import { SHORTEST_SECRET } from "./secret-forms.ts";
import type { Hole, OnSecret, Rendered, Variables } from "./types.ts";

/** Everything that a rendering may ask. */
export interface RenderContext {
  readonly variables: Variables;
  readonly onSecret?: OnSecret;
}

/** Runs a rendering; a refused value becomes data. */
export function rendered<T>(render: () => T): Rendered<T> {
  try {
    return { ok: true, value: render() };
  } catch (error) {
    if (error instanceof ValueRefused) return { ok: false, problem: error.problem };
    throw error;
  }
}

/**
 * The text for a hole.
 *
 * @throws {ValueRefused} Where the value is missing or cannot stand there.
 */
export function fill(hole: Hole, context: RenderContext): string {
  return placed(filledValue(hole, context), hole.place, hole.name);
}

/** The same in UTF-8; a root alone in a JSON value position comes as the bytes it was captured in. */
export function fillBytes(hole: Hole, context: RenderContext): Uint8Array {
  if (hole.place === "json-value" && hole.steps.length === 0) {
    const raw = context.variables.get(hole.root)?.raw?.();
    if (raw !== undefined) return raw;
  }
  return encodeUtf8(fill(hole, context));
}

function filledValue(hole: Hole, context: RenderContext): Json {
  const provider = context.variables.get(hole.root);
  const value = provider?.value(hole.steps);
  if ((value === undefined || value === null) && hole.fallback !== undefined) return hole.fallback;
  if (value === undefined)
    throw new ValueRefused("missing", hole.name, whyMissing(hole, provider?.whyNone?.()));
  // What a capture brought along is a secret by its header's name alone: a short one is none, and no reason to refuse.
  if (hole.isSecret && hole.root === "capture") tellInner(value, hole.name, context.onSecret);
  else if (hole.isSecret) tellSecrets(value, hole.name, context.onSecret);
  return value;
}

function whyMissing({ root, steps, name }: Hole, cause: string | undefined): string {
  if (cause !== undefined) return steps.length === 0 ? cause : `$${name} has no value: ${cause}`;
  if (root === "report") return `$${name} has no value: this payload is no conversation`;
  if (root !== "payload" && root !== "conversation") return `$${name} has no value`;
  if (steps.length > 0) return `$${name} is missing in this payload`;
  return root === "payload" ? "this payload is no JSON" : "this payload is no conversation";
}

function tellSecrets(value: Json, name: string, onSecret: OnSecret | undefined): void {
  if (typeof value === "string") {
    if (value.length < SHORTEST_SECRET) throw tooShort(name);
    onSecret?.(value, name);
  } else if (isNumeric(value)) {
    onSecret?.(digitsOf(value), name, true);
  } else if (isArray(value)) {
    for (const item of value) tellInner(item, name, onSecret);
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) tellInner(value[key]!, name, onSecret);
  }
}

/** Members of a whole token answer: its short ones ("ok") are no secrets, and no reason to refuse it. */
function tellInner(value: Json, name: string, onSecret: OnSecret | undefined): void {
  if (typeof value !== "string" || value.length >= SHORTEST_SECRET) tellSecrets(value, name, onSecret);
}

function tooShort(name: string): ValueRefused {
  return new ValueRefused(
    "secret-too-short",
    name,
    `the secret $${name} has fewer than ${SHORTEST_SECRET} characters, too few to be masked in reports`,
  );
}
