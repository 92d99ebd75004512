import { describe, expect, test } from "vitest";
import { smartsuppEvent } from "../../src/formats/smartsupp/event/index.ts";
import { smartsupp } from "../../src/formats/smartsupp/hook/index.ts";
import type { FormatAdapter } from "../../src/formats/types.ts";
import type { Json, JsonObject } from "../../src/json/value.ts";
import type { Conversation } from "../../src/model/conversation.ts";
import {
  claimsOf,
  disagreements,
  observedMoves,
  type PerturbOptions,
  perturbations,
} from "../support/perturb.ts";
import {
  check,
  conversationOf,
  fixture,
  fixtureNames,
  read,
  readConversation,
  write,
} from "./smartsupp-support.ts";
import { longTalk } from "./smartsupp-talk.ts";

/** Leaves that take some values only: another text would be one more unknown value, which moves nothing. */
const wireAlternatives: readonly (readonly [string, readonly Json[]])[] = [
  ["/messages/*/type", ["visitor", "agent", "system"]],
  ["/data/message/sub_type", ["contact", "agent", "bot", "system"]],
  ["/data/message/type", ["message", "event"]],
];

/** Events that say the same kind of thing: another kind would be another kind of document. */
const EVENT_KINDS: readonly (readonly string[])[] = [
  ["conversation.opened", "conversation.rated"],
  ["conversation.closed", "conversation.closed_by_contact"],
  ["conversation.agent_joined", "conversation.agent_left"],
  ["conversation.agent_assigned", "conversation.agent_unassigned"],
  ["conversation.contact_replied", "conversation.agent_replied", "conversation.bot_replied"],
  ["conversation.message_delivered", "conversation.message_delivery_failed"],
];

function alternativesFor(document: JsonObject): Map<string, readonly Json[]> {
  const kind = EVENT_KINDS.find((names) => names.includes(String(document.event)));
  return new Map([...wireAlternatives, ...(kind === undefined ? [] : [["/event", kind] as const])]);
}

function modelAlternatives({ id }: Conversation): Map<string, readonly Json[]> {
  const other = /^smartsupp-\d+-\d+$/.test(id) ? "smartsupp-4712-555" : `${id} x`;
  return new Map<string, readonly Json[]>([
    ["/messages/*/sender", ["visitor", "agent", "bot", "system"]],
    ["/id", [other]],
    ["/visitor/id", ["77", "vi77"]],
    // The reader's own name, no fact of the payload.
    ["/origin/format", []],
  ]);
}

/** Compares what every leaf of a wire document moves in the model with what the table and the edges say. */
function wireDisagreements(adapter: FormatAdapter, document: JsonObject): string[] {
  const { edges = [] } = readConversation(adapter, document);
  const options: PerturbOptions<JsonObject> = {
    alternatives: alternativesFor(document),
    isValid: (other) => check(adapter, other).holds && read(adapter, other).result.kind === "conversation",
  };
  return perturbations(document, options).flatMap((change) => {
    const moved = observedMoves(document, change, (one) => withoutFormat(conversationOf(adapter, one)));
    return disagreements(change.pointer, claimsOf(adapter.fields, edges, "read", change.pointer), moved);
  });
}

function withoutFormat({ origin, ...rest }: Conversation) {
  const { format: _, ...ids } = origin;
  return { ...rest, origin: ids };
}

/** The same from the model to the wire. */
function modelDisagreements(conversation: Conversation): string[] {
  const { edges = [] } = write(smartsupp, conversation).result;
  const options: PerturbOptions<Conversation> = { alternatives: modelAlternatives(conversation) };
  return perturbations(conversation, options).flatMap((change) => {
    const moved = observedMoves(conversation, change, (one) => write(smartsupp, one).result.value);
    return disagreements(change.pointer, claimsOf(smartsupp.fields, edges, "write", change.pointer), moved);
  });
}

const hooks = fixtureNames("smartsupp/valid");
const events = fixtureNames("smartsupp-event/valid").filter(
  (name) => read(smartsuppEvent, fixture(`smartsupp-event/valid/${name}`)).result.kind === "conversation",
);

describe("the field tables are true", () => {
  test.each(hooks)(
    "reading %s: each wire leaf moves the model leaves of its rows and edges, and no other",
    (name) => {
      expect(wireDisagreements(smartsupp, fixture(`smartsupp/valid/${name}`))).toEqual([]);
    },
  );

  test.each(hooks)("writing what %s holds: each model leaf moves what its rows and edges say", (name) => {
    expect(modelDisagreements(conversationOf(smartsupp, fixture(`smartsupp/valid/${name}`)))).toEqual([]);
  });

  test.each(events)(
    "reading %s: each wire leaf moves the model leaves of its rows and edges, and no other",
    (name) => {
      expect(wireDisagreements(smartsuppEvent, fixture(`smartsupp-event/valid/${name}`))).toEqual([]);
    },
  );

  test.each(events)(
    "writing what %s holds as a hook body: each model leaf moves what its rows and edges say",
    (name) => {
      expect(
        modelDisagreements(conversationOf(smartsuppEvent, fixture(`smartsupp-event/valid/${name}`))),
      ).toEqual([]);
    },
  );

  test("writing a conversation of which all counts have to be worked out: the edges say from what", () => {
    expect(modelDisagreements(longTalk)).toEqual([]);
    expect(write(smartsupp, longTalk).result.edges?.length).toBeGreaterThan(20);
  });

  test("every edge of a written conversation starts and ends at a place that exists", () => {
    const { value, edges = [] } = write(smartsupp, longTalk).result;
    for (const { from, to } of edges) {
      expect(perturbations(longTalk).map(({ pointer }) => pointer)).toContain(from);
      expect(
        Object.hasOwn(to.startsWith("/channel/") ? (value.channel as object) : value, to.split("/").at(-1)!),
      ).toBe(true);
    }
  });

  test("every leaf that reading a hook uses has a row, whatever its value", () => {
    const unread = ["/visitor/id", "/accountId", "/channel/id", "/messages/*/type"].filter(
      (wire) => !smartsupp.fields.some((rule) => rule.wire === wire && rule.on !== "write"),
    );
    expect(unread).toEqual([]);
  });
});
