import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { collectDiagnostics } from "../../src/diagnostics/diagnostic.ts";
import { inventedId } from "../../src/formats/invented-id.ts";
import { userlike } from "../../src/formats/userlike/current/index.ts";
import { parseJson } from "../../src/json/parse.ts";
import { stringifyJson } from "../../src/json/stringify.ts";
import { ExactNumber, type JsonObject, numberFrom } from "../../src/json/value.ts";
import type { Conversation, Message } from "../../src/model/conversation.ts";
import { type Instant, instantFromMs } from "../../src/model/time.ts";
import { bind, leaves } from "../support/perturb.ts";
import { check, conversationOf, fixture, fixtureNames, lines } from "./userlike/support.ts";

const at = (text: string) => text as Instant;

function write(conversation: Conversation, systemMessages: "drop" | "agent" = "drop") {
  const { report, diagnostics } = collectDiagnostics();
  const result = userlike.write!(conversation, { report, agentRole: "agent", systemMessages });
  return { ...result, findings: lines(diagnostics) };
}

/** Through text, as a file would take it. */
function reread(value: JsonObject): Conversation {
  const parsed = parseJson(stringifyJson(value));
  if (!parsed.ok) throw new Error("not written as JSON");
  return conversationOf(userlike, parsed.value as JsonObject);
}

const hello: Message = { id: "m1", sender: "visitor", text: "Hello", sentAt: at("2024-01-01T00:00:00Z") };
const conversation = (rest: Partial<Conversation>): Conversation => ({
  id: "userlike-7",
  origin: { format: "userlike", id: "7" },
  messages: [hello],
  ...rest,
});

describe("writing", () => {
  test("gives a chat_session end body with the documented members", () => {
    const { value, messageIndex, findings } = write(
      conversation({
        startedAt: at("2023-12-31T23:59:00Z"),
        endedAt: at("2024-01-01T00:05:00.25Z"),
        status: "closed",
        visitor: {
          id: "12",
          name: "Ana",
          email: "ana@example.com",
          phone: "+46 8 5550 0100",
          city: "Umeå",
          country: "Sweden",
          locale: "sv_SE",
          variables: { plan: "team" },
        },
        agents: [{ id: "3", name: "Jun Okafor" }],
        rating: { score: 4, text: "kind" },
        topics: ["billing"],
        custom: { ref: 1 },
        messages: [
          hello,
          {
            id: "m2",
            sender: "agent",
            text: "Hi",
            sentAt: at("2024-01-01T00:01:00Z"),
            author: { id: "3", name: "Jun Okafor" },
          },
        ],
      }),
    );
    expect(findings).toEqual([]);
    expect(messageIndex).toEqual([0, 1]);
    expect(value).toEqual({
      _type: "chat_session",
      _event: "end",
      id: 7,
      status: "closed",
      created_at: "2023-12-31T23:59:00Z",
      ended_at: "2024-01-01T00:05:00.25Z",
      contact: {
        id: 12,
        name: "Ana",
        email: "ana@example.com",
        phone_number: "+46 8 5550 0100",
        city: "Umeå",
        country: "Sweden",
        locale: "sv_SE",
        custom_field_data: { plan: "team" },
      },
      topics: [{ text: "billing" }],
      custom: { ref: 1 },
      rate: 4,
      feedback_message: "kind",
      operator_current: { id: 3, name: "Jun Okafor" },
      transcript: [
        { id: "m1", body: "Hello", operator_name: "", created_at: "2024-01-01T00:00:00Z" },
        {
          id: "m2",
          body: "Hi",
          operator_name: "Jun Okafor",
          operator_id: 3,
          created_at: "2024-01-01T00:01:00Z",
        },
      ],
    });
    expect(check(userlike, value)).toEqual({ holds: true, findings: [] });
  });

  test("every readable fixture is written as a body whose shape holds and that reads as the same conversation", () => {
    const isConversation = (name: string) => !/^(contact|operator|um-widget|untyped_contact)/.test(name);
    for (const name of fixtureNames("userlike/valid").filter(isConversation)) {
      const before = conversationOf(userlike, fixture(`userlike/valid/${name}`));
      const { value } = write(before);
      expect(check(userlike, value).holds, name).toBe(true);
      const messages = before.messages.filter((message) => message.sender !== "system");
      expect(reread(value), name).toEqual({ ...before, messages });
    }
  });

  test("restores a Userlike id digit for digit, also from a document that lost its origin", () => {
    for (const digits of ["7", "9007199254740993", "18446744073709551615", "1.0", "1e3", "-5"]) {
      const { value, findings } = write(
        conversation({ id: `userlike-${digits}`, origin: { format: "ferndesk" } }),
      );
      expect(stringifyJson(value.id!)).toBe(digits);
      expect(findings).toEqual([]);
      expect(reread(value).id).toBe(`userlike-${digits}`);
    }
    expect(write(conversation({ id: "userlike-9007199254740993" })).value.id).toBeInstanceOf(ExactNumber);
  });

  test.each([
    "smartsupp-208-55039",
    "userlike-offline-3",
    "userlike-1.5",
    "userlike-007",
    "userlike-",
    "12",
    "",
  ])("makes a number of the foreign id %j and keeps it beside", (id) => {
    const { value, findings } = write(conversation({ id }));
    expect(value).toMatchObject({ id: inventedId(id), channel_custom_conversation_identifier: id });
    expect(findings).toEqual([
      'convert/invented  {"field":"/id","reason":"the id is another vendor\'s, and Userlike\'s are numbers"}',
    ]);
    expect(reread(value).id).toBe(id);
  });

  test("a custom channel's identifier that chatx did not write leaves the vendor's id in place", () => {
    const { value } = write(conversation({ id: "smartsupp-208-55039" }));
    expect(reread({ ...value, channel_custom_conversation_identifier: "other" }).id).toBe(
      `userlike-${value.id}`,
    );
  });

  test("takes a visitor's id as the contact's only from Userlike itself", () => {
    const own = write(conversation({ visitor: { id: "12" } }));
    expect(own.value.contact).toEqual({ id: 12 });
    const foreign = write(conversation({ visitor: { id: "12" }, origin: { format: "smartsupp" } }));
    expect(foreign.value.contact).toEqual({ id: inventedId("12"), external_customer_id: "12" });
    expect(foreign.findings).toHaveLength(1);
    expect(reread(foreign.value).visitor).toEqual({ id: "12" });
  });

  test("names a nameless agent, since an empty operator_name is the contact's", () => {
    const messages: Message[] = [
      { ...hello, sender: "agent" },
      { ...hello, id: "m2", sender: "bot", author: { name: "" }, trigger: "greeting" },
    ];
    const { value, findings } = write(conversation({ messages }));
    expect(value.transcript).toMatchObject([
      { operator_name: "Operator" },
      { operator_name: "Operator", name: "" },
    ]);
    expect(reread(value).messages.map((message) => message.author)).toEqual([
      { name: "Operator" },
      { name: "" },
    ]);
    expect(findings).toEqual([
      'convert/invented  {"field":"/transcript/0/operator_name","reason":"the agent has no name"}',
      'convert/invented  {"field":"/transcript/1/operator_name","reason":"the agent has no name"}',
    ]);
  });

  test("leaves system messages out unless they are wanted as an agent's", () => {
    const messages: Message[] = [
      { ...hello, sender: "system", text: "agent.join" },
      { ...hello, id: "m2" },
    ];
    const dropped = write(conversation({ messages }));
    expect(dropped.messageIndex).toEqual([-1, 0]);
    expect(dropped.value.transcript).toHaveLength(1);
    const kept = write(conversation({ messages }), "agent");
    expect(kept.messageIndex).toEqual([0, 1]);
    expect(kept.value.transcript).toMatchObject([{ body: "agent.join", operator_name: "Operator" }, {}]);
  });
});

const text = fc.string({ unit: "grapheme", maxLength: 12 });
const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
const instant = fc
  .tuple(
    fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }),
    fc.stringMatching(/^([0-9]{0,8}[1-9])?$/),
  )
  .map(([ms, digits]) => {
    const whole = instantFromMs(Math.trunc(ms / 1000) * 1000)!;
    return at(digits === "" ? whole : `${whole.slice(0, -1)}.${digits}Z`);
  });
const whole = fc.bigInt({ min: 0n, max: 2n ** 64n }).map(String);
const plainObject = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => value as JsonObject);
const agent = fc.record({ id: fc.oneof(whole, text), name: text, email: text }, { requiredKeys: [] });
const message = fc.record(
  {
    id: name,
    sender: fc.constantFrom("visitor", "agent", "bot", "system" as const),
    text,
    sentAt: instant,
    author: fc.record({ id: fc.oneof(whole, text), name: text }, { requiredKeys: [] }),
    trigger: text,
  },
  { requiredKeys: ["id", "sender", "text", "sentAt"] },
);
const anyConversation = fc.record(
  {
    id: fc.oneof(
      whole.map((digits) => `userlike-${digits}`),
      text,
      text.map((rest) => `userlike-${rest}`),
    ),
    origin: fc.record({ format: fc.constantFrom("userlike", "smartsupp", "userlike-legacy") }),
    url: text,
    status: text,
    startedAt: instant,
    endedAt: instant,
    visitor: fc.record(
      {
        id: fc.oneof(whole, name),
        name: text,
        email: text,
        phone: text,
        note: text,
        city: text,
        countryCode: text,
        country: text,
        locale: text,
        variables: plainObject,
      },
      { requiredKeys: [] },
    ),
    agents: fc.array(agent, { maxLength: 3 }),
    rating: fc.record({ score: fc.oneof(fc.integer(), whole.map(numberFrom)), text }, { requiredKeys: [] }),
    topics: fc.array(text, { maxLength: 3 }),
    custom: plainObject,
    messages: fc.array(message, { maxLength: 5 }),
  },
  { requiredKeys: ["id", "origin", "messages"] },
) as fc.Arbitrary<Conversation>;

/** A bot's message is an operator's for Userlike, and so is a system message that was asked for. */
function asWritten(conversation: Conversation): Conversation {
  const messages = conversation.messages.map((one): Message => {
    return one.sender === "visitor" ? one : { ...one, sender: "agent" };
  });
  return { ...conversation, messages };
}

describe("any conversation", () => {
  test("keeps all that the format carries through writing and reading", () => {
    fc.assert(
      fc.property(anyConversation, (original) => {
        const { value } = write(original, "agent");
        expect(check(userlike, value).holds).toBe(true);
        const back = new Map(leaves(reread(value)));
        for (const [pointer, leaf] of leaves(asWritten(original))) {
          if (!userlike.carries.some((pattern) => bind(pattern, pointer) !== undefined)) continue;
          expect([pointer, stringifyJson(back.get(pointer) ?? null)]).toEqual([pointer, stringifyJson(leaf)]);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("is written the same way every time, and left unchanged", () => {
    fc.assert(
      fc.property(anyConversation, (original) => {
        const before = stringifyJson(original as unknown as JsonObject);
        expect(stringifyJson(write(original).value)).toBe(stringifyJson(write(original).value));
        expect(stringifyJson(original as unknown as JsonObject)).toBe(before);
      }),
      { numRuns: 100 },
    );
  });
});
