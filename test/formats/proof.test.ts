import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { collectDiagnostics } from "../../src/diagnostics/diagnostic.ts";
import { isProved } from "../../src/formats/proof.ts";
import { formats } from "../../src/formats/registry.ts";
import type { FormatAdapter } from "../../src/formats/types.ts";
import { reportUnknownFields } from "../../src/formats/unknown-fields.ts";
import { parseJson } from "../../src/json/parse.ts";
import { decodeUtf8 } from "../../src/json/text.ts";
import {
  ExactNumber,
  isArray,
  isObject,
  type Json,
  type JsonObject,
  plainView,
  setMember,
} from "../../src/json/value.ts";
import { fixturePaths, recordsOfFile } from "../support/fixtures.ts";

interface Sample {
  readonly path: string;
  readonly format: FormatAdapter;
  readonly document: JsonObject;
}

function samplesIn(kind: "valid" | "invalid"): Sample[] {
  return formats.flatMap((format) =>
    fixturePaths(`${format.id}/${kind}`).flatMap((path) =>
      recordsOfFile(path).flatMap(({ bytes, problem }) => {
        const result = problem === undefined ? parseJson(decodeUtf8(bytes) ?? "") : undefined;
        return result?.ok && isObject(result.value) ? [{ path, format, document: result.value }] : [];
      }),
    ),
  );
}

const valid = samplesIn("valid");
const samples = [...valid, ...samplesIn("invalid")];

/** What zod and the walk over unknown fields say: the judgement that a proof may stand in for. */
function isSoundByZod({ format, document }: Sample): boolean {
  const shape = format.shapeOf(document);
  const view = plainView(document) as JsonObject;
  const { report, diagnostics } = collectDiagnostics();
  reportUnknownFields(shape, view, report);
  return shape.safeParse(view).success && diagnostics.length === 0;
}

function isProvedSound({ format, document }: Sample): boolean {
  return isProved(format.shapeOf(document), document);
}

/** How many values a document has, itself and its containers among them. */
function sizeOf(value: Json): number {
  const inner = isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  return inner.reduce<number>((sum, item) => sum + sizeOf(item), 1);
}

/** A document in which the value at a position (in document order) is another; undefined takes it away. */
function changed(value: Json, at: number, change: (old: Json) => Json | undefined): Json | undefined {
  if (at === 0) return change(value);
  let next = at - 1;
  const items: [string, Json][] = [];
  for (const [key, item] of isArray(value) ? value.entries() : Object.entries(value as JsonObject)) {
    const size = sizeOf(item);
    const result = next >= 0 && next < size ? changed(item, next, change) : item;
    if (result !== undefined) items.push([String(key), result]);
    next -= size;
  }
  if (isArray(value)) return items.map(([, item]) => item);
  const object: Record<string, Json> = {};
  for (const [key, item] of items) setMember(object, key, item);
  return object;
}

const anyKey = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "toString", "id", "extra", "messages", "_type", "data"),
  fc.string({ maxLength: 5 }),
);

const anyScalar: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, false, 0, -1, 1.5, 1e20, 253_402_300_800_000, ""),
  fc.constantFrom<Json>("agent", "end", "chat_meta", "2024-02-30T00:00:00Z", "2024-02-22 15:48:43"),
  fc.constantFrom("9007199254740993", "1e400", "1.0").map((text) => new ExactNumber(text)),
  fc.string(),
  fc.integer(),
);

const anyValue: fc.Arbitrary<Json> = fc.oneof(
  anyScalar,
  fc.array(anyScalar, { maxLength: 2 }),
  fc.array(fc.tuple(anyKey, anyScalar), { maxLength: 2 }).map((members) => {
    const object: Record<string, Json> = {};
    for (const [key, value] of members) setMember(object, key, value);
    return object;
  }),
);

const anyChange: fc.Arbitrary<(old: Json) => Json | undefined> = fc.oneof(
  fc.constant(() => undefined),
  anyValue.map((value) => () => value),
  fc.tuple(anyKey, anyValue).map(([key, value]) => (old: Json) => {
    if (!isObject(old)) return value;
    const copy: Record<string, Json> = {};
    for (const name of Object.keys(old)) setMember(copy, name, old[name]!);
    setMember(copy, key, value);
    return copy;
  }),
);

const anyChanges = fc.array(fc.tuple(fc.nat(), anyChange), { minLength: 1, maxLength: 2 });

describe("the proof that a payload is sound", () => {
  test("is found for every fixture that zod and the walk over its fields find sound", () => {
    const missed = valid.filter((sample) => isSoundByZod(sample) && !isProvedSound(sample));
    // What has numbers of more digits than a double holds is left to zod, and so are keys that it has an eye on.
    // jtel's bodies are the customer's own: their one check is code, of which no proof can be made.
    const strange = missed.filter(
      ({ format, document }) => format.id !== "jtel" && plainView(document) === document,
    );
    expect(strange.map(({ path }) => path)).toEqual([
      "fixtures/smartsupp/valid/prototype-keys-in-variables.json",
    ]);
    expect(valid.filter(isProvedSound).length).toBeGreaterThan(60);
  });

  test("is found for no other payload, whatever is changed in one", () => {
    const tally = { proved: 0, unproved: 0 };
    fc.assert(
      fc.property(fc.constantFrom(...samples), anyChanges, ({ path, format, document }, changes) => {
        let value: Json | undefined = document;
        for (const [at, change] of changes) {
          if (value !== undefined) value = changed(value, at % sizeOf(value), change);
        }
        if (!isObject(value)) return;
        const sample = { path, format, document: value };
        const isFound = isProvedSound(sample);
        tally[isFound ? "proved" : "unproved"]++;
        if (isFound) expect(isSoundByZod(sample)).toBe(true);
      }),
      { numRuns: 4000 },
    );
    expect(tally.proved).toBeGreaterThan(400);
    expect(tally.unproved).toBeGreaterThan(1000);
  });

  test("is found for no payload of another format", () => {
    for (const { path, document } of valid) {
      for (const format of formats) {
        const sample = { path, format, document };
        if (isProvedSound(sample)) expect(isSoundByZod(sample)).toBe(true);
      }
    }
  });
});
