import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { collectDiagnostics } from "../../src/diagnostics/diagnostic.ts";
import { jsonSchemaOf } from "../../src/formats/json-schema.ts";
import type { FormatAdapter, WriteContext } from "../../src/formats/types.ts";
import { userlike } from "../../src/formats/userlike/current/index.ts";
import { userlikeLegacy } from "../../src/formats/userlike/legacy/index.ts";
import { isArray, isObject, type Json, type JsonObject, plainView } from "../../src/json/value.ts";
import type { Conversation } from "../../src/model/conversation.ts";
import { disagreements, observedMoves, perturbations } from "../support/perturb.ts";
import { check, claims, conversationOf, fixture, fixtureNames, read } from "./userlike/support.ts";

const TIMES: readonly Json[] = ["2014-11-03 08:00:00", "2014-11-03 10:00:00", "2024-03-01 10:01:30"];
const READ_ALTERNATIVES = new Map<string, readonly Json[]>([
  ["/created_at", [...TIMES, "2024-05-13T07:00:00Z", "2024-05-13T09:00:00Z"]],
  ["/ended_at", [...TIMES, "2024-05-13T07:00:00Z", "2024-05-13T09:00:00Z"]],
  ["/messages/*/sent_at", TIMES],
  ["/messages_and_events/*/sent_at", TIMES],
  ["/messages/*/type", ["co", "oc"]],
  ["/messages_and_events/*/type", ["co", "oc"]],
]);

const readable = (adapter: FormatAdapter) =>
  fixtureNames(`${adapter.id}/valid`)
    .map((name) => ({ adapter, name, document: fixture(`${adapter.id}/valid/${name}`) }))
    .filter(({ document }) => read(adapter, document).result.kind === "conversation");
const cases = [...readable(userlike), ...readable(userlikeLegacy)];

describe("changing one leaf", () => {
  test.each(cases)(
    "of $adapter.id $name moves in the model what the field table says",
    ({ adapter, document }) => {
      const { result } = read(adapter, document);
      const edges = result.kind === "conversation" ? (result.edges ?? []) : [];
      const changes = perturbations(document, {
        alternatives: READ_ALTERNATIVES,
        isValid: (other) =>
          check(adapter, other).holds && read(adapter, other).result.kind === "conversation",
      }).filter((change) => change.value !== null);
      expect(changes.length).toBeGreaterThan(3);
      const wrong = changes.flatMap((change) =>
        disagreements(
          change.pointer,
          claims(adapter.fields, edges, "read", change.pointer),
          observedMoves(document, change, (other) => conversationOf(adapter, other)),
        ),
      );
      expect(wrong).toEqual([]);
    },
  );

  const context = (): WriteContext => ({
    report: collectDiagnostics().report,
    agentRole: "agent",
    systemMessages: "agent",
  });
  const write = (conversation: Conversation) => userlike.write!(conversation, context());

  test.each(cases)(
    "of the conversation in $adapter.id $name moves in the body what the field table says",
    ({ adapter, document }) => {
      const conversation = conversationOf(adapter, document);
      const { edges = [] } = write(conversation);
      const isOwn = /^userlike-\d+$/;
      const changes = perturbations(conversation, {
        alternatives: new Map<string, readonly Json[]>([
          ["/id", isOwn.test(conversation.id) ? ["userlike-99"] : ["other-99"]],
          ["/visitor/id", conversation.origin.format === "userlike" ? ["99"] : ["other"]],
          ["/messages/*/sender", ["visitor", "agent"]],
        ]),
        // A writer's name stands in another member for the contact than for an operator, and Userlike's own ids
        // in another than foreign ones: which rows hold is a fact of the conversation, not of one leaf.
        isValid: (other) =>
          other.origin.format === conversation.origin.format &&
          other.messages.every(({ author, sender }, index) => {
            return author === undefined || sender === conversation.messages[index]!.sender;
          }),
      });
      const wrong = changes.flatMap((change) =>
        disagreements(
          change.pointer,
          claims(userlike.fields, edges, "write", change.pointer),
          observedMoves(conversation, change, (other) => write(other).value),
        ),
      );
      expect(wrong).toEqual([]);
    },
  );
});

describe("the published JSON Schema", () => {
  const validators = new Map(
    [userlike, userlikeLegacy].map((adapter) => {
      const ajv = new Ajv2020({ strict: false });
      (formats as unknown as (ajv: Ajv2020) => void)(ajv);
      return [adapter.id, ajv.compile(jsonSchemaOf(adapter))];
    }),
  );
  const fixturesOf = (kind: string) =>
    ["userlike", "userlike-legacy"].flatMap((id) =>
      fixtureNames(`${id}/${kind}`).map((name) => ({ id, name, document: fixture(`${id}/${kind}/${name}`) })),
    );

  test.each(fixturesOf("valid"))("accepts $id $name", ({ id, document }) => {
    expect(validators.get(id)!(plainView(document))).toBe(true);
  });

  // JSON Schema has no word for a time without a zone, so these two pass it.
  const BEYOND = new Set(["time-not-a-time.json", "day-that-does-not-exist.json"]);
  test.each(fixturesOf("invalid").filter(({ name }) => !BEYOND.has(name)))(
    "refuses $id $name",
    ({ id, document }) => {
      expect(validators.get(id)!(plainView(document))).toBe(false);
    },
  );

  test.each([userlike, userlikeLegacy])("of $id has a title and a description for every field", (adapter) => {
    const schema = jsonSchemaOf(adapter) as unknown as JsonObject;
    const fields = fieldsOf(schema);
    const bare = fields.filter(([, field]) => !field.title || !field.description).map(([place]) => place);
    expect(bare).toEqual([]);
    const named = new Set(fields.map(([place]) => place));
    for (const { wire } of adapter.fields) expect(named).toContain(wire.replace("/**", ""));
  });
});

/** Every member that a schema names, as a pointer with `*` for list items. */
function fieldsOf(schema: JsonObject, at = ""): [string, JsonObject][] {
  const inner = Object.entries((schema.properties ?? {}) as JsonObject).flatMap(([name, field]) => {
    const place = `${at}/${name}`;
    return [[place, field as JsonObject] as [string, JsonObject], ...fieldsOf(field as JsonObject, place)];
  });
  const items = isObject(schema.items) ? fieldsOf(schema.items, `${at}/*`) : [];
  // An anyOf beside properties only says which of them must be there.
  const options = isArray(schema.anyOf) && schema.properties === undefined ? schema.anyOf : [];
  return [...inner, ...items, ...options.flatMap((option) => fieldsOf(option as JsonObject, at))];
}
