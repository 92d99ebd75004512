import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { jsonSchemaOf } from "../../src/formats/json-schema.ts";
import { smartsuppEvent } from "../../src/formats/smartsupp/event/index.ts";
import { smartsupp } from "../../src/formats/smartsupp/hook/index.ts";
import type { FormatAdapter } from "../../src/formats/types.ts";
import { stepsOf } from "../../src/json/pointer.ts";
import { isArray, isObject, type Json, plainView } from "../../src/json/value.ts";
import { check, fixture, fixtureNames, parseFixture, places, read } from "./smartsupp-support.ts";

/** What checking says of a fixture of which it says anything, then what reading adds. */
const FINDINGS: Readonly<Record<string, readonly string[]>> = {
  "smartsupp/valid/unknown-types-and-codes.json": [
    "decode/unknown-sender /messages/4/type",
    "decode/unknown-sender /messages/5/type",
    "decode/unknown-sender /messages/6/type",
    "decode/unknown-system-code /messages/7/content",
    "decode/unknown-system-code /messages/9/content",
  ],
  "smartsupp/valid/warning-end-before-start.json": ["meaning/end-before-start /endAt"],
  "smartsupp/valid/warning-no-messages.json": ["meaning/no-messages /messages"],
  "smartsupp/valid/warning-times-not-ascending.json": ["meaning/times-not-ascending /messages/4/sentAt"],
  "smartsupp/valid/warning-unknown-fields.json": [
    "schema/unknown-field /channel/language",
    "schema/unknown-field /visitor/referrer",
  ],
  "smartsupp/invalid/account-id-as-text.json": ["schema/wrong-type /accountId"],
  "smartsupp/invalid/channel-id-null.json": ["schema/wrong-type /channel/id"],
  "smartsupp/invalid/channel-missing.json": ["schema/missing-field "],
  "smartsupp/invalid/duration-with-fraction.json": ["schema/wrong-value /channel/duration"],
  "smartsupp/invalid/flag-as-number.json": ["schema/wrong-type /channel/isMissed"],
  "smartsupp/invalid/from-as-object-and-variables-as-list.json": [
    "schema/wrong-type /visitor/variables",
    "schema/wrong-type /messages/5/from",
  ],
  "smartsupp/invalid/message-as-text.json": ["schema/wrong-type /messages/1"],
  "smartsupp/invalid/message-without-content.json": [
    "schema/missing-field /messages/3",
    "schema/wrong-type /messages/6/content",
  ],
  "smartsupp/invalid/messages-as-object.json": ["schema/wrong-type /messages"],
  "smartsupp/invalid/sent-at-as-text.json": ["schema/wrong-type /messages/2/sentAt"],
  "smartsupp/invalid/sent-at-in-microseconds.json": ["schema/wrong-value /messages/0/sentAt"],
  "smartsupp-event/valid/14-message-delivery-failed-without-sub-type.json": [
    "decode/time-derived /data/message",
  ],
  "smartsupp-event/valid/17-contact-replied-without-sub-type-and-id.json": [
    "decode/time-derived /data/message",
  ],
  "smartsupp-event/valid/20-warning-unknown-event.json": ["format/unknown-event /event"],
  "smartsupp-event/valid/21-warning-unknown-event-without-message.json": ["format/unknown-event /event"],
  "smartsupp-event/valid/22-unknown-sub-type-and-code.json": ["decode/unknown-sender /data/message/sub_type"],
  "smartsupp-event/invalid/account-id-as-number.json": ["schema/wrong-type /account_id"],
  "smartsupp-event/invalid/content-as-list.json": ["schema/wrong-type /data/message/content"],
  "smartsupp-event/invalid/conversation-id-as-number.json": ["schema/wrong-type /data/conversation/id"],
  "smartsupp-event/invalid/data-null.json": ["schema/wrong-type /data"],
  "smartsupp-event/invalid/delivered-message-without-conversation.json": [
    "schema/missing-field /data/message",
  ],
  "smartsupp-event/invalid/replied-without-message.json": ["schema/missing-field /data"],
  "smartsupp-event/invalid/timestamp-missing.json": ["schema/missing-field "],
  "smartsupp-event/invalid/timestamp-without-zone.json": ["schema/wrong-value /timestamp"],
};

/** Fixtures that are no JSON: the problem's code, its place and the member it stands in. */
const NOT_JSON: Readonly<Record<string, unknown>> = {
  "smartsupp/invalid/revision-oldest-trailing-comma.json": {
    code: "json/trailing-comma",
    pointer: "/messages/7",
  },
  "smartsupp-event/invalid/cut-off.json": { code: "json/unexpected-end" },
};

const adapters: readonly (readonly [string, FormatAdapter, FormatAdapter])[] = [
  ["smartsupp", smartsupp, smartsuppEvent],
  ["smartsupp-event", smartsuppEvent, smartsupp],
];

const paths = (folder: string) => fixtureNames(folder).map((name) => `${folder}/${name}`);

describe.each(adapters)("fixtures of %s", (id, adapter, other) => {
  test("are at least as many as promised", () => {
    expect(paths(`${id}/valid`).length).toBeGreaterThanOrEqual(10);
    expect(paths(`${id}/invalid`).length).toBeGreaterThanOrEqual(8);
  });

  test.each(paths(`${id}/valid`))("%s holds, with exactly the findings it shows", (path) => {
    const document = fixture(path);
    const checked = check(adapter, document);
    const { result, diagnostics } = read(adapter, document);
    expect(checked.holds).toBe(true);
    expect(result.kind).not.toBe("rejected");
    expect(places([...checked.diagnostics, ...diagnostics])).toEqual(FINDINGS[path] ?? []);
  });

  test.each(paths(`${id}/invalid`))("%s is refused, with exactly the findings it shows", (path) => {
    const parsed = parseFixture(path);
    if (!parsed.ok) {
      expect(parsed.problem).toMatchObject(NOT_JSON[path] as object);
      return;
    }
    expect(NOT_JSON[path]).toBeUndefined();
    if (!isObject(parsed.value)) throw new Error("every fixture is an object");
    const { holds, diagnostics } = check(adapter, parsed.value);
    expect(holds).toBe(false);
    expect(places(diagnostics)).toEqual(FINDINGS[path]);
    for (const { pointer } of diagnostics) expect(exists(parsed.value, pointer)).toBe(true);
  });

  test.each(paths(`${id}/valid`))("%s is recognised by its own format only", (path) => {
    const document = fixture(path);
    expect(adapter.recognise(document).score).toBe(1);
    expect(other.recognise(document).score).toBeLessThan(0.5);
  });

  test("reading leaves the document as it was", () => {
    for (const path of paths(`${id}/valid`)) {
      const document = fixture(path);
      read(adapter, document);
      expect(document).toEqual(fixture(path));
    }
  });

  test("the published JSON Schema gives every fixture the verdict of the check", () => {
    const ajv = new Ajv2020.default({ strict: false });
    addFormats.default(ajv);
    const holdsInAjv = ajv.compile(jsonSchemaOf(adapter));
    for (const path of [...paths(`${id}/valid`), ...paths(`${id}/invalid`)]) {
      const parsed = parseFixture(path);
      if (!parsed.ok || !isObject(parsed.value)) continue;
      expect([path, holdsInAjv(plainView(parsed.value))]).toEqual([path, check(adapter, parsed.value).holds]);
    }
  });

  test("every member in the published JSON Schema says what it is and how it is known", () => {
    const untold = membersOf(jsonSchemaOf(adapter)).filter(
      ([, schema]) =>
        !/(Smartsupp|third party|no source)[^.]*\.$/.test(String(schema.description)) || !schema.title,
    );
    expect(untold.map(([name]) => name)).toEqual([]);
  });
});

function exists(document: Json, pointer: string): boolean {
  let at: Json | undefined = document;
  for (const part of stepsOf(pointer)) {
    if (isArray(at)) at = at[Number(part)];
    else if (isObject(at) && Object.hasOwn(at, part)) at = at[part];
    else return false;
  }
  return at !== undefined;
}

type Schema = { readonly [key: string]: unknown };

/** All members of all objects of a JSON Schema, by name. */
function membersOf(schema: unknown): [string, Schema][] {
  if (Array.isArray(schema)) return schema.flatMap(membersOf);
  if (typeof schema !== "object" || schema === null) return [];
  const { properties = {}, ...rest } = schema as { properties?: Record<string, Schema> };
  const own = Object.entries(properties);
  return [
    ...own,
    ...own.flatMap(([, member]) => membersOf(member)),
    ...Object.values(rest).flatMap(membersOf),
  ];
}
