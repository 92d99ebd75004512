import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { Converter } from "../../src/convert/converter.ts";
import type { ConvertSettings, LossEntry } from "../../src/convert/types.ts";
import { checkDocument } from "../../src/formats/check.ts";
import { formats } from "../../src/formats/registry.ts";
import type { FormatAdapter } from "../../src/formats/types.ts";
import { parseJson } from "../../src/json/parse.ts";
import { stepsOf } from "../../src/json/pointer.ts";
import { stringifyJson } from "../../src/json/stringify.ts";
import { decodeUtf8 } from "../../src/json/text.ts";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { timeZone } from "../../src/model/time.ts";
import { fixturePaths, recordsOf, recordsOfFile } from "../support/fixtures.ts";
import { bind, changedPointers, perturbations } from "../support/perturb.ts";

/**
 * The loss report is true when it says of every leaf just what trying shows: change the leaf, convert again, and
 * see what moves in the output.
 */

function settingsFor(from: FormatAdapter, to: FormatAdapter): ConvertSettings {
  return {
    to,
    from,
    zone: timeZone("UTC"),
    zoneIsGiven: true,
    agentRole: "agent",
    systemMessages: "drop",
    strict: false,
    fold: false,
  };
}

interface Outcome {
  readonly value?: JsonObject;
  readonly entries: readonly LossEntry[];
}

function convertOne(document: Json, from: FormatAdapter, to: FormatAdapter): Outcome {
  const entries: LossEntry[] = [];
  const value = writtenOf(document, from, to, (entry) => entries.push(entry));
  return { ...(value === undefined ? {} : { value }), entries };
}

/** What a document becomes. The report is only made for those who ask for it: it takes most of the time. */
function writtenOf(
  document: Json,
  from: FormatAdapter,
  to: FormatAdapter,
  loss?: (entry: LossEntry) => void,
): JsonObject | undefined {
  let value: JsonObject | undefined;
  const converter = new Converter(settingsFor(from, to), {
    converted: (conversation) => {
      value = conversation.value;
    },
    findings: () => undefined,
    ...(loss === undefined ? {} : { loss }),
  });
  for (const record of recordsOf(stringifyJson(document))) converter.record(record);
  converter.finish();
  return value;
}

/** Values that a leaf with a closed vocabulary may take instead; the sides only, for another kind is another message. */
const ALTERNATIVES: Readonly<Record<string, ReadonlyMap<string, readonly Json[]>>> = {
  ferndesk: new Map([["/messages/*/role", ["user", "agent"]]]),
  smartsupp: new Map([["/messages/*/type", ["visitor", "agent"]]]),
  "smartsupp-event": new Map([["/data/message/sub_type", ["contact", "agent"]]]),
  userlike: new Map([["/messages/*/type", ["co", "oc"]]]),
  "userlike-legacy": new Map([
    ["/messages/*/type", ["co", "oc"]],
    ["/messages_and_events/*/type", ["co", "oc"]],
    ["/duration", ["00:09:59"]],
  ]),
};

function documentsOf(format: FormatAdapter): { name: string; document: JsonObject }[] {
  return fixturePaths(`${format.id}/valid`).flatMap((path) =>
    recordsOfFile(path).map((record) => {
      const parsed = parseJson(decodeUtf8(record.bytes)!);
      if (!parsed.ok) throw new Error(`${path} is a valid fixture`);
      return { name: `${path} ${record.pointer}`, document: parsed.value as JsonObject };
    }),
  );
}

/** Where the report and the observation part, in words. */
function untruths(document: JsonObject, from: FormatAdapter, to: FormatAdapter): string[] {
  const before = convertOne(document, from, to);
  if (before.value === undefined) return [];
  const report = new Map(before.entries.map((entry) => [entry.pointer, entry]));
  const isValid = (other: JsonObject) => checkDocument(from, other, () => undefined);
  const alternatives = ALTERNATIVES[from.id]!;
  // Smartsupp's "system" is no id but says that nobody sent the message; another id there is another sender.
  // And an id that chatx itself made for a vendor is another vendor's when it is changed.
  const isOtherKind = (value: Json) => value === "system" || /^userlike-\d+$/.test(String(value));
  const leaves = perturbations(document, { alternatives, isValid, shiftMs: 1 }).filter(
    ({ value }) => !isOtherKind(value),
  );
  return leaves.flatMap(({ pointer, documents }) => {
    const entry = report.get(pointer);
    if (entry === undefined) return [`${pointer} is missing in the report`];
    if (isRestated(entry))
      return documents.flatMap((other) => untrueRestatement(before, other, pointer, from, to));
    const moved = new Set<string>();
    let goesAway = false;
    for (const other of documents) {
      const after = writtenOf(other, from, to);
      if (after === undefined) goesAway = true;
      else for (const one of changedPointers(before.value, after)) moved.add(one);
    }
    if (entry.fate === "dropped") return [...moved].map((one) => `${pointer} is dropped, but moves ${one}`);
    const covers = (claim: string, one: string) =>
      bind(claim, one) !== undefined || one.startsWith(`${claim}/`);
    const unclaimed = [...moved].filter((one) => !entry.to.some((claim) => covers(claim, one)));
    const isSeen = entry.to.some((claim) => [...moved].some((one) => covers(claim, one)));
    return [
      ...unclaimed.map((one) => `${pointer} moves ${one}, which the report does not say`),
      ...(entry.fate === "carried" && !isSeen && !goesAway
        ? [`${pointer} is carried to ${entry.to.join(", ")}, but nothing moves`]
        : []),
    ];
  });
}

function isRestated({ reason }: LossEntry): boolean {
  return reason?.startsWith("says the same as ") ?? false;
}

/**
 * A leaf that says once more what another says moves nothing; and as soon as it says something else, that is lost. (A
 * change that is still the same moment says the same.)
 */
function untrueRestatement(
  before: Outcome,
  other: JsonObject,
  pointer: string,
  from: FormatAdapter,
  to: FormatAdapter,
): string[] {
  const after = convertOne(other, from, to);
  const moved = [...changedPointers(before.value, after.value)];
  const entry = after.entries.find((one) => one.pointer === pointer);
  return [
    ...moved.map((one) => `${pointer} says the same as another, but moves ${one}`),
    ...(entry?.fate === "dropped" ? [] : [`${pointer} says something else, and is ${entry?.fate}`]),
  ];
}

/** Nulls that are called no loss, though without them the output would be another one. */
function lostNulls(document: JsonObject, from: FormatAdapter, to: FormatAdapter): string[] {
  const before = convertOne(document, from, to);
  const nulls = before.entries.filter(({ fate, to: places, pointer }) => {
    return fate === "carried" && places.length === 0 && valueAt(document, pointer) === null;
  });
  const isValid = (other: JsonObject) => checkDocument(from, other, () => undefined);
  return nulls.flatMap(({ pointer }) => {
    const without = withoutMember(document, stepsOf(pointer)) as JsonObject;
    // Where the schema wants the member, no document without it can tell.
    if (!isValid(without)) return [];
    nullsTried++;
    return isDeepStrictEqual(writtenOf(without, from, to), before.value)
      ? []
      : [`${pointer} is null, and missed`];
  });
}

let nullsTried = 0;

function valueAt(document: Json, pointer: string): Json | undefined {
  let value: Json | undefined = document;
  for (const part of stepsOf(pointer)) value = (value as Record<string, Json> | undefined)?.[part];
  return value;
}

function withoutMember(value: Json, [key, ...rest]: readonly string[]): Json {
  const copy = structuredClone(value) as Record<string, Json>;
  if (rest.length === 0) delete copy[key!];
  else copy[key!] = withoutMember(copy[key!]!, rest);
  return copy;
}

for (const from of formats) {
  for (const to of formats.filter((format) => format.write !== undefined)) {
    describe(`the loss report from ${from.id} to ${to.id}`, () => {
      // What goes into a report all goes to one place: a few documents show it as well as all.
      const documents = to.id === "jtel" ? documentsOf(from).slice(0, 2) : documentsOf(from);
      test.each(documents)("says of every leaf of $name what trying shows", ({ document }) => {
        expect(untruths(document, from, to)).toEqual([]);
        expect(lostNulls(document, from, to)).toEqual([]);
      });
    });
  }
}

test("nulls without a place were tried", () => {
  expect(nullsTried).toBeGreaterThan(300);
});

test("a Ferndesk document loses nothing on its way to Ferndesk, but a wrong lastMessageAt", () => {
  const ferndesk = formats.find(({ id }) => id === "ferndesk")!;
  const { document } = documentsOf(ferndesk).find(({ name }) => name.includes("two-conversations"))!;
  const fates = (entries: readonly LossEntry[]) => [...new Set(entries.map(({ fate }) => fate))];
  expect(fates(convertOne(document, ferndesk, ferndesk).entries)).toEqual(["carried"]);
  const wrong = convertOne({ ...document, lastMessageAt: "2020-01-01T00:00:00Z" }, ferndesk, ferndesk);
  expect(wrong.entries.filter(({ fate }) => fate !== "carried").map(({ pointer }) => pointer)).toEqual([
    "/lastMessageAt",
  ]);
});

describe("the counts without a loss report", () => {
  for (const from of formats) {
    for (const to of formats.filter((format) => format.write !== undefined)) {
      test(`equal those of the report from ${from.id} to ${to.id}`, () => {
        for (const { document } of documentsOf(from)) {
          const { entries } = convertOne(document, from, to);
          const quick = new Converter(settingsFor(from, to), {
            converted: () => undefined,
            findings: () => undefined,
          });
          for (const record of recordsOf(stringifyJson(document))) quick.record(record);
          const summary = quick.finish();
          for (const fate of ["dropped", "derived"] as const) {
            const counts = new Map<string, number>();
            for (const entry of entries) {
              if (entry.fate === fate) counts.set(entry.field, (counts.get(entry.field) ?? 0) + 1);
            }
            expect(Object.fromEntries(summary[fate])).toEqual(Object.fromEntries(counts));
          }
        }
      });
    }
  }
});
